/**
 * One pass of all controls over all workloads. A control that lacks a kind it
 * needs is `unknown` here, before it runs; one that throws is `unknown` too,
 * for that workload alone.
 */
import { Control, Judgement } from '../controls/control';
import { meshOf } from '../mesh/mesh';
import {
  ClusterSnapshot,
  CoverageGap,
  Workload,
  compare,
} from '../snapshot';
import { Exemption, Finding, Subject } from './finding';

export interface JudgeOptions {
  controls: readonly Control[];
  exemptions?: readonly Exemption[];
  /** Judge only these; all workloads of the snapshot if omitted. */
  workloads?: readonly Workload[];
}

/** The findings of all controls, sorted by subject, control and port: the same input gives the same list. */
export function judge(
  snapshot: ClusterSnapshot,
  options: JudgeOptions,
): Finding[] {
  const findings: Finding[] = [];
  for (const workload of options.workloads ?? snapshot.workloads) {
    for (const control of options.controls) {
      for (const judgement of evaluate(control, workload, snapshot)) {
        findings.push(
          exempted(
            toFinding(control, workload, judgement),
            options.exemptions ?? [],
            snapshot.observedAt,
          ),
        );
      }
    }
  }
  return findings.sort(compareFindings);
}

type Answer = Judgement & Pick<Finding, 'missing'>;

function evaluate(
  control: Control,
  workload: Workload,
  snapshot: ClusterSnapshot,
): Answer[] {
  const gaps = control.needs
    .map(need => gapOf(need, workload, snapshot))
    .filter((gap): gap is CoverageGap => gap !== undefined);
  if (gaps.length > 0) {
    const missing = gaps.flatMap(gap => gap.missing ?? []);
    return [
      {
        verdict: 'unknown',
        message: `Cannot be told: in ${snapshot.cluster}, ${gaps
          .map(({ reason }) => reason)
          .join('; ')}.`,
        evidence: [],
        ...(missing.length > 0 ? { missing } : {}),
      },
    ];
  }
  try {
    return control.evaluate(workload, snapshot);
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

function gapOf(
  need: Control['needs'][number],
  workload: Workload,
  snapshot: ClusterSnapshot,
): CoverageGap | undefined {
  const { namespace } = workload.reference;
  switch (need.in) {
    case 'namespace':
      return snapshot.coverage.gap(need.kind, [namespace]);
    case 'mesh':
      return snapshot.coverage.gap(need.kind, [
        namespace,
        snapshot.derive(meshOf).rootNamespace,
      ]);
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

function compareFindings(left: Finding, right: Finding): number {
  return (
    compare(left.subject.namespace, right.subject.namespace) ||
    compare(left.subject.name, right.subject.name) ||
    compare(left.subject.kind, right.subject.kind) ||
    compare(left.control, right.control) ||
    comparePorts(left.subject, right.subject)
  );
}
