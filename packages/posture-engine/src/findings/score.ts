/**
 * Score, level and coverage of a set of findings. Subjects of one control are
 * folded first (a service with forty ports is not forty times as insecure),
 * the worst of them counting for the control.
 */
import {
  PILLARS,
  Pillar,
  SEVERITIES,
  Severity,
  VERDICTS,
  Verdict,
} from '../controls/control';
import { Finding } from './finding';

export const LEVELS = [
  'exposed',
  'partial',
  'unknown',
  'hardened',
  'zero trust',
] as const;

/**
 * By the worst control that fails, since an average hides a hole. `unknown`
 * where nothing of critical or high severity fails, but a control of such
 * severity, or more than a tenth of all, could not be judged: not looking must
 * never look good.
 */
export type Level = (typeof LEVELS)[number];

const WEIGHTS: Record<Severity, number> = {
  critical: 10,
  high: 5,
  medium: 2,
  low: 1,
};

/** The share of controls that must have been judged before a level may look good. */
const JUDGED_ENOUGH = 0.9;

/** What could turn out to be a hole: as long as one of these is unknown, so is the level. */
const MUST_BE_SEEN: ReadonlySet<Severity> = new Set(['critical', 'high']);

export interface PillarSummary {
  pillar: Pillar;
  /** The worst verdict of the pillar's controls. */
  verdict: Verdict;
  /** Of the worst failing control; absent where none fails. */
  severity?: Severity;
  failing: number;
  applicable: number;
}

export interface Summary {
  /** 0 to 100, whole; absent where no control applies. */
  score?: number;
  level: Level;
  /** Controls that apply, and how many of them each verdict has. */
  applicable: number;
  judged: number;
  counts: Record<Verdict, number>;
  pillars: PillarSummary[];
}

interface ControlResult {
  control: string;
  pillar: Pillar;
  verdict: Verdict;
  severity: Severity;
}

/** `fail` outweighs `unknown`, which outweighs `exempt`, which outweighs `pass`. */
export function worstVerdict(verdicts: readonly Verdict[]): Verdict {
  return (
    VERDICTS.find(verdict => verdicts.includes(verdict)) ?? 'not-applicable'
  );
}

function worstSeverity(severities: readonly Severity[]): Severity | undefined {
  return SEVERITIES.find(severity => severities.includes(severity));
}

function foldControls(findings: readonly JudgedControl[]): ControlResult[] {
  const byControl = new Map<string, JudgedControl[]>();
  for (const finding of findings) {
    const list = byControl.get(finding.control) ?? [];
    list.push(finding);
    byControl.set(finding.control, list);
  }
  return [...byControl.entries()].map(([control, list]) => {
    const verdict = worstVerdict(list.map(finding => finding.verdict));
    const deciding = list.filter(finding => finding.verdict === verdict);
    return {
      control,
      pillar: list[0].pillar,
      verdict,
      severity:
        worstSeverity(deciding.map(({ severity }) => severity)) ??
        list[0].severity,
    };
  });
}

/**
 * The severity-weighted share of applicable controls that pass. Unknown and
 * exempt controls are applicable and do not pass: neither losing sight of
 * something nor an exemption ever raises a score.
 */
function scoreOf(results: readonly ControlResult[]): number | undefined {
  const weigh = (list: readonly ControlResult[]) =>
    list.reduce((sum, { severity }) => sum + WEIGHTS[severity], 0);
  const total = weigh(results);
  if (total === 0) {
    return undefined;
  }
  const passing = weigh(results.filter(({ verdict }) => verdict === 'pass'));
  // Rounded down: 100 is only for all.
  return Math.floor((100 * passing) / total);
}

function levelOf(results: readonly ControlResult[]): Level {
  const failing = worstSeverity(
    results
      .filter(({ verdict }) => verdict === 'fail' || verdict === 'exempt')
      .map(({ severity }) => severity),
  );
  if (failing === 'critical') {
    return 'exposed';
  }
  if (failing === 'high') {
    return 'partial';
  }
  const unseen = results.filter(({ verdict }) => verdict === 'unknown');
  const judged = results.length - unseen.length;
  if (
    results.length === 0 ||
    judged < JUDGED_ENOUGH * results.length ||
    unseen.some(({ severity }) => MUST_BE_SEEN.has(severity))
  ) {
    return 'unknown';
  }
  return failing ? 'hardened' : 'zero trust';
}

/** The part of a finding that a summary rests on. */
export type JudgedControl = Pick<
  Finding,
  'control' | 'pillar' | 'severity' | 'verdict'
>;

/** Folds findings, of one service in all its clusters say, into what people see first. */
export function summarize(findings: readonly JudgedControl[]): Summary {
  const all = foldControls(findings);
  const results = all.filter(({ verdict }) => verdict !== 'not-applicable');
  const counts = Object.fromEntries(
    VERDICTS.map(verdict => [
      verdict,
      all.filter(result => result.verdict === verdict).length,
    ]),
  ) as Record<Verdict, number>;
  const score = scoreOf(results);
  return {
    ...(score === undefined ? {} : { score }),
    level: levelOf(results),
    applicable: results.length,
    judged: results.length - counts.unknown,
    counts,
    pillars: PILLARS.flatMap(pillar => {
      const members = results.filter(result => result.pillar === pillar);
      if (members.length === 0) {
        return [];
      }
      const failing = members.filter(({ verdict }) => verdict === 'fail');
      const severity = worstSeverity(failing.map(result => result.severity));
      return [
        {
          pillar,
          verdict: worstVerdict(members.map(({ verdict }) => verdict)),
          ...(severity ? { severity } : {}),
          failing: failing.length,
          applicable: members.length,
        },
      ];
    }),
  };
}
