/** The JSON of `scan`: subjects with their summaries, findings, what could not be seen, and one score. */
import {
  ClusterSnapshot,
  Control,
  CoverageGap,
  Finding,
  Summary,
  Workload,
  workloadKey,
  summarize,
} from '@backstage-zero-trust/posture-engine';
import { Clusters } from '../input/clusters';
import { evidenceJson, workloadJson } from '../output/json';

/** What was judged of one cluster. */
export interface ClusterFindings {
  snapshot: ClusterSnapshot;
  workloads: readonly Workload[];
  findings: readonly Finding[];
}

export type Report = ReturnType<typeof reportOf>;

export function reportOf(
  results: readonly ClusterFindings[],
  { several, unreachable }: Clusters,
  controls: readonly Control[],
) {
  const nameOf = ({ snapshot }: ClusterFindings) =>
    several ? snapshot.cluster : undefined;
  const summaries = results.map(summarizeWorkloads);
  const all = summaries.flatMap(list => list.map(({ summary }) => summary));
  return {
    subjects: results.flatMap((result, index) =>
      summaries[index].map(({ workload, summary }) => ({
        ...workloadJson(workload.reference, nameOf(result)),
        level: summary.level,
        score: summary.score ?? null,
        applicable: summary.applicable,
        judged: summary.judged,
      })),
    ),
    findings: results.flatMap(result =>
      result.findings.map(finding => findingJson(finding, nameOf(result))),
    ),
    coverage: {
      applicable: sum(all.map(({ applicable }) => applicable)),
      judged: sum(all.map(({ judged }) => judged)),
      gaps: [
        ...results.flatMap(result =>
          gapsOf(result.snapshot, controls).map(gap => ({
            ...(several && { cluster: result.snapshot.cluster }),
            kind: gap.kind,
            reason: gap.reason,
          })),
        ),
        ...unreachable.map(({ cluster, reason }) => ({
          cluster,
          kind: null,
          reason,
        })),
      ],
    },
    score: meanScore(all),
  };
}

/** Each workload with its own findings. */
export function findingsOfWorkloads({
  workloads,
  findings,
}: ClusterFindings): { workload: Workload; findings: readonly Finding[] }[] {
  const byWorkload = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = workloadKey(finding.subject);
    const list = byWorkload.get(key) ?? [];
    list.push(finding);
    byWorkload.set(key, list);
  }
  return workloads.map(workload => ({
    workload,
    findings: byWorkload.get(workloadKey(workload.reference)) ?? [],
  }));
}

function summarizeWorkloads(
  result: ClusterFindings,
): { workload: Workload; summary: Summary }[] {
  return findingsOfWorkloads(result).map(({ workload, findings }) => ({
    workload,
    summary: summarize(findings),
  }));
}

/** Of the workloads that have one, rounded down: 100 is only for all. Null where none has. */
function meanScore(summaries: readonly Summary[]): number | null {
  const scores = summaries.flatMap(({ score }) => score ?? []);
  return scores.length === 0 ? null : Math.floor(sum(scores) / scores.length);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Of the kinds that the controls need. */
function gapsOf(
  { coverage }: ClusterSnapshot,
  controls: readonly Control[],
): CoverageGap[] {
  const kinds = new Set(
    controls.flatMap(({ needs }) => needs.map(({ kind }) => kind)),
  );
  return [...kinds].sort().flatMap(kind => coverage.gap(kind) ?? []);
}

export function findingJson(finding: Finding, cluster: string | undefined) {
  const { subject, witness, fix, because, missing, exemption } = finding;
  return {
    control: finding.control,
    subject: {
      ...workloadJson(subject, cluster),
      ...(subject.port === undefined ? {} : { port: subject.port }),
    },
    verdict: finding.verdict,
    severity: finding.severity,
    enforcement: finding.enforcement,
    message: finding.message,
    evidence: finding.evidence.map(evidenceJson),
    witness: witness ?? null,
    fix: fix ?? null,
    ...(because === undefined ? {} : { because }),
    ...(missing === undefined ? {} : { missing }),
    ...(exemption === undefined ? {} : { exemption }),
  };
}
