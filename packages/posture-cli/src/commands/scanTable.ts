/** What a person reads of `scan`: what is not all right, worst first within a workload, and the sum of it all. */
import {
  Finding,
  LEVELS,
  SEVERITIES,
  Severity,
  Verdict,
  compare,
  describeObject,
} from '@backstage-zero-trust/posture-engine';
import { Cell, table } from '../output/table';
import { Colors, Terminal } from '../terminal';
import { ClusterFindings, Report } from './scanReport';

/** What passes or does not apply is only counted. */
export const TOLD: readonly Verdict[] = ['fail', 'unknown', 'exempt'];

export function scanTable(
  results: readonly ClusterFindings[],
  report: Report,
  terminal: Terminal,
): string {
  const several =
    results.length > 1 ||
    report.coverage.gaps.some(({ kind }) => kind === null);
  const rows = results.flatMap(({ snapshot, findings }) =>
    findings
      .filter(({ verdict }) => TOLD.includes(verdict))
      .sort(byWorkload)
      .map(finding => [
        resultCell(finding, terminal.colors),
        finding.control,
        {
          text: [
            `${several ? `${snapshot.cluster}: ` : ''}${subjectOf(finding)}`,
            sentences(finding),
            '',
          ].join('\n'),
          paint: (line: string, index: number) =>
            index === 0 ? terminal.colors.bold(line) : line,
        },
      ]),
  );
  return [
    ...(rows.length > 0
      ? [table(['Result', 'Control', 'Finding'], rows, terminal)]
      : []),
    closing(results, report, terminal.colors),
  ].join('');
}

/** By workload, the worst first. */
export function byWorkload(left: Finding, right: Finding): number {
  return (
    compare(left.subject.namespace, right.subject.namespace) ||
    compare(left.subject.name, right.subject.name) ||
    compare(left.subject.kind, right.subject.kind) ||
    TOLD.indexOf(left.verdict) - TOLD.indexOf(right.verdict) ||
    SEVERITIES.indexOf(left.severity) - SEVERITIES.indexOf(right.severity)
  );
}

function resultCell({ verdict, severity }: Finding, colors: Colors): Cell {
  return verdict === 'fail'
    ? { text: severity, paint: severityPaint(severity, colors) }
    : { text: verdict, paint: colors.dim };
}

function severityPaint(severity: Severity, colors: Colors) {
  switch (severity) {
    case 'critical':
      return (text: string) => colors.bold(colors.red(text));
    case 'high':
      return colors.red;
    case 'medium':
      return colors.yellow;
    default:
      return colors.cyan;
  }
}

export function subjectOf({ subject }: Finding): string {
  const { port } = subject;
  if (port === undefined) {
    return describeObject(subject);
  }
  return `${describeObject(subject)}, ${
    port === null ? 'any other port' : `port ${port}`
  }`;
}

function sentences({ message, because, fix, exemption }: Finding): string {
  const todo = fix && `To do: ${fix.summary}`;
  const excuse =
    exemption &&
    `Exempt until ${exemption.expires} (${exemption.owner}): ${exemption.reason}`;
  return [message, because, excuse ?? todo]
    .filter(part => part !== undefined)
    .join('\n');
}

function closing(
  results: readonly ClusterFindings[],
  { subjects, coverage, score }: Report,
  { bold }: Colors,
): string {
  const findings = results.flatMap(result => result.findings);
  const count = (verdict: Verdict) =>
    findings.filter(finding => finding.verdict === verdict).length;
  const levels = LEVELS.map(level => ({
    level,
    number: subjects.filter(subject => subject.level === level).length,
  })).filter(({ number }) => number > 0);
  return [
    `${counted(subjects.length, 'workload')}: ${
      levels.map(({ level, number }) => `${number} ${level}`).join(', ') ||
      'nothing to judge'
    }`,
    `${counted(findings.length, 'finding')}: ${count('fail')} fail, ${count(
      'unknown',
    )} unknown, ${count('exempt')} exempt, ${count('pass')} pass, ${count(
      'not-applicable',
    )} do not apply`,
    `${bold(`Score ${score ?? 'none'}`)}, ${coverage.judged} of ${
      coverage.applicable
    } applicable controls judged`,
    ...coverage.gaps.map(
      gap =>
        `Not seen${gap.cluster ? ` in ${gap.cluster}` : ''}: ${gap.reason}`,
    ),
    '',
  ].join('\n');
}

export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
