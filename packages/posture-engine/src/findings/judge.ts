/**
 * One pass of all controls over all workloads. A control that lacks a kind it
 * needs is `unknown` here, before it runs; one that throws is `unknown` too,
 * for that workload alone.
 *
 * A judge remembers its last pass: what a control needs says what its answers
 * can depend on, so after a change only the workloads are asked again that the
 * change can touch.
 */
import { Control, Judgement, Need } from '../controls/control';
import { CONTROL_PLANE_NAMESPACE, meshOf } from '../mesh/mesh';
import {
  ClusterSnapshot,
  CoverageGap,
  Workload,
  compare,
  sameValue,
  workloadKey,
} from '../snapshot';
import { Exemption, Finding, Subject } from './finding';
import { PODS, Stale, isStale, staleNamespaces } from './staleness';

export interface CreateJudgeOptions {
  controls: readonly Control[];
  exemptions?: readonly Exemption[];
}

export interface JudgeOptions extends CreateJudgeOptions {
  /** Judge only these; all workloads of the snapshot if omitted. */
  workloads?: readonly Workload[];
}

/** What a judge remembers of a workload: the findings of each control, before exemptions and with them. */
interface Remembered {
  workload: Workload;
  byControl: readonly (readonly Finding[])[];
  findings: readonly Finding[];
}

/** One workload's findings, sorted by control and port. */
export interface JudgedWorkload {
  workload: Workload;
  findings: readonly Finding[];
  /** Whether the pass before gave others, or none. */
  changed: boolean;
}

/** Keeps the findings of one cluster up to date. */
export class Judge {
  static create(options: CreateJudgeOptions): Judge {
    return new Judge(
      [...options.controls].sort((left, right) => compare(left.id, right.id)),
      options.exemptions ?? [],
    );
  }

  #snapshot: ClusterSnapshot | undefined;
  #remembered: ReadonlyMap<string, Remembered> = new Map();

  private constructor(
    private readonly controls: readonly Control[],
    private readonly exemptions: readonly Exemption[],
  ) {}

  /** All findings of a snapshot, sorted; the same as a judge without a memory would give. */
  judge(
    snapshot: ClusterSnapshot,
    workloads: readonly Workload[] = snapshot.workloads,
  ): Finding[] {
    const result: Finding[] = [];
    for (const { findings } of this.judgeEach(snapshot, workloads)) {
      result.push(...findings);
    }
    return result;
  }

  /**
   * The same workload by workload, so that whoever has other things to do can
   * pause in between. A pass counts, and is remembered, once its end is reached;
   * no other may begin before.
   */
  *judgeEach(
    snapshot: ClusterSnapshot,
    workloads: readonly Workload[] = snapshot.workloads,
  ): Generator<JudgedWorkload> {
    const stale = this.controls.map(control =>
      staleNamespaces(control, this.#snapshot, snapshot),
    );
    const somewhere: Stale = stale.includes('all')
      ? 'all'
      : new Set(stale.flatMap(namespaces => [...namespaces]));
    const remembered = new Map<string, Remembered>();
    for (const workload of workloads) {
      const key = workloadKey(workload.reference);
      const before = this.#remembered.get(key);
      const judged =
        before?.workload === workload &&
        this.exemptions.length === 0 &&
        !isStale(somewhere, workload)
          ? before
          : this.#judgeWorkload(workload, snapshot, stale, before);
      remembered.set(key, judged);
      const { findings } = judged;
      yield { workload, findings, changed: findings !== before?.findings };
    }
    this.#snapshot = snapshot;
    this.#remembered = remembered;
  }

  #judgeWorkload(
    workload: Workload,
    snapshot: ClusterSnapshot,
    stale: readonly Stale[],
    before: Remembered | undefined,
  ): Remembered {
    const isKnown = before && isSame(before.workload, workload);
    const byControl = this.controls.map((control, index) => {
      const known = before?.byControl[index];
      if (known && isKnown && !isStale(stale[index], workload)) {
        return known;
      }
      const found = evaluate(control, workload, snapshot)
        .map(answer => toFinding(control, workload, answer))
        .sort((left, right) => comparePorts(left.subject, right.subject));
      // Most changes could touch a great many answers, and touch few.
      return known && sameValue(known, found) ? known : found;
    });
    const isAsBefore =
      isKnown &&
      this.exemptions.length === 0 &&
      byControl.every(
        (findings, index) => findings === before.byControl[index],
      );
    if (isAsBefore) {
      return { ...before, workload };
    }
    const findings = byControl
      .flat()
      .map(finding => exempted(finding, this.exemptions, snapshot.observedAt));
    return {
      workload,
      byControl,
      findings:
        before && sameValue(before.findings, findings)
          ? before.findings
          : findings,
    };
  }
}

/** The findings of all controls, sorted by subject, control and port: the same input gives the same list. */
export function judge(
  snapshot: ClusterSnapshot,
  { workloads, ...options }: JudgeOptions,
): Finding[] {
  return Judge.create(options).judge(snapshot, workloads);
}

function isSame(left: Workload, right: Workload): boolean {
  return (
    left === right ||
    (left.template === right.template &&
      left.pods.length === right.pods.length &&
      left.pods.every((pod, index) => pod === right.pods[index]) &&
      sameValue(left.object, right.object))
  );
}

type Answer = Judgement & Pick<Finding, 'missing'>;

function evaluate(
  control: Control,
  workload: Workload,
  snapshot: ClusterSnapshot,
): Answer[] {
  try {
    const { isIdle, needs } = control;
    // Who has nothing to judge misses nothing.
    const needed = isIdle && snapshot.derive(isIdle) ? [] : needs;
    const gaps = [PODS, ...needed].flatMap(need =>
      need.optional ? [] : gapOf(need, workload, snapshot) ?? [],
    );
    return gaps.length > 0
      ? [unseen(snapshot, gaps)]
      : control.evaluate(workload, snapshot);
  } catch (error) {
    return [
      {
        verdict: 'unknown',
        message: `Cannot be told: ${
          error instanceof Error ? error.message : String(error)
        }.`,
        evidence: [],
      },
    ];
  }
}

function unseen(
  snapshot: ClusterSnapshot,
  gaps: readonly CoverageGap[],
): Answer {
  const missing = gaps.flatMap(gap => gap.missing ?? []);
  const reasons = new Set(gaps.map(({ reason }) => reason));
  return {
    verdict: 'unknown',
    message: `Cannot be told: in ${snapshot.cluster}, ${[...reasons].join(
      '; ',
    )}.`,
    evidence: [],
    ...(missing.length > 0 ? { missing } : {}),
  };
}

function gapOf(
  need: Need,
  workload: Workload,
  snapshot: ClusterSnapshot,
): CoverageGap | undefined {
  const { namespace } = workload.reference;
  switch (need.in) {
    case 'namespace':
      return snapshot.coverage.gap(
        need.kind,
        need.kind === 'Namespace' ? undefined : [namespace],
      );
    case 'mesh':
      return snapshot.coverage.gap(need.kind, [
        namespace,
        snapshot.derive(meshOf).rootNamespace,
      ]);
    case 'control-plane':
      return snapshot.settings.meshConfig
        ? undefined
        : snapshot.coverage.gap(
            need.kind,
            [CONTROL_PLANE_NAMESPACE],
            'istio', // whose MeshConfig it is
          );
    default:
      return snapshot.coverage.gap(need.kind);
  }
}

function toFinding(
  control: Control,
  workload: Workload,
  answer: Answer,
): Finding {
  const { port, severity, enforcement, ...rest } = answer;
  const subject: Subject = {
    ...workload.reference,
    ...(port === undefined ? {} : { port }),
  };
  return {
    control: control.id,
    title: control.title,
    pillar: control.pillar,
    subject,
    severity: severity ?? control.severity,
    enforcement:
      enforcement ?? (answer.verdict === 'pass' ? 'declared' : 'absent'),
    ...rest,
  };
}

function exempted(
  finding: Finding,
  exemptions: readonly Exemption[],
  now: string | undefined,
): Finding {
  if (finding.verdict !== 'fail' || now === undefined) {
    // Without a time nobody can say that an exemption still holds.
    return finding;
  }
  const exemption = exemptions.find(
    ({ control, subject, expires }) =>
      control === finding.control &&
      Date.parse(expires) > Date.parse(now) &&
      (subject.kind ?? finding.subject.kind) === finding.subject.kind &&
      (subject.namespace ?? finding.subject.namespace) ===
        finding.subject.namespace &&
      (subject.name ?? finding.subject.name) === finding.subject.name,
  );
  return exemption ? { ...finding, verdict: 'exempt', exemption } : finding;
}

/** Ports in numeric order, "all others" last. */
function comparePorts(left: Subject, right: Subject): number {
  const rank = ({ port }: Subject) => (port === null ? Infinity : port ?? -1);
  return rank(left) === rank(right) ? 0 : rank(left) - rank(right);
}
