/** The rows of the tables, and the ids that make them findable again. */
import { createHash } from 'node:crypto';
import type {
  EntityFinding,
  Finding,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import type { WorkloadReference } from '@backstage-zero-trust/posture-engine';

export interface ClusterRow {
  name: string;
  source: string;
  status: string;
  evaluated_at: string | null;
}

export interface LeaseRow {
  cluster: string;
  holder: string;
  expires_at: string;
}

export interface ReplicaRow {
  id: string;
  expires_at: string;
}

export interface RevisionRow {
  id: number;
  /** PostgreSQL gives 64-bit numbers as text. */
  revision: number | string;
}

export interface EntityWorkloadRow {
  entity_ref: string;
  workload_id: string;
  cluster: string;
  kind: string;
  namespace: string;
  name: string;
}

export interface FindingRow {
  id: string;
  cluster: string;
  workload_id: string;
  position: number;
  control: string;
  pillar: string;
  severity: string;
  verdict: string;
  since: string;
  digest: string;
  body: string;
}

export interface ServiceRow {
  entity_ref: string;
  title: string;
  search: string;
  owner: string | null;
  system: string | null;
  level: string;
  level_rank: number;
  score: number | null;
  failing: number;
  applicable: number;
  judged: number;
  pillars: string;
  worst: string | null;
}

export interface ChangeRow {
  finding_id: string;
  workload_id: string;
  cluster: string;
  control: string;
  from_verdict: string | null;
  to_verdict: string | null;
  message: string;
  at: string;
}

export interface RollUpRow {
  entity_ref: string;
  date: string;
  score: number;
  level: string;
}

/** 128 bits are plenty against chance; nothing here guards against an attacker. */
export function digestOf(...parts: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify(parts))
    .digest('hex')
    .slice(0, 32);
}

export function workloadId(
  cluster: string,
  { kind, namespace, name }: WorkloadReference,
): string {
  return digestOf(cluster, kind, namespace, name);
}

/** PostgreSQL has no NUL in text; nothing that people read has one either. */
export function withoutNul(text: string): string {
  return text.replaceAll('\u0000', '');
}

/** The rows of one workload's findings. Should a control answer twice for one subject, the answers are told apart by their order. */
export function findingRows(
  cluster: string,
  workload: WorkloadReference,
  findings: readonly Finding[],
  at: string,
): FindingRow[] {
  const seen = new Map<string, number>();
  const workload_id = workloadId(cluster, workload);
  return findings.map((finding, position) => {
    const { control, pillar, severity, verdict, subject } = finding;
    const port = subject.port === undefined ? 'none' : String(subject.port);
    const key = `${control} ${port}`;
    const occurrence = seen.get(key) ?? 0;
    seen.set(key, occurrence + 1);
    const body = JSON.stringify(withinBounds(finding));
    return {
      id: digestOf(workload_id, control, port, String(occurrence)),
      cluster,
      workload_id,
      position,
      control,
      pillar,
      severity,
      verdict,
      since: at,
      digest: digestOf(String(position), body),
      body,
    };
  });
}

/** An annotation may have megabytes; nobody reads them on a screen. What a fix applies stays whole. */
const MOST_SHOWN = 4_000;

function withinBounds(finding: Finding): Finding {
  const shorten = (text: string) =>
    text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
  return {
    ...finding,
    message: shorten(finding.message),
    evidence: finding.evidence.map(evidence => {
      const { value } = evidence;
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return text.length > MOST_SHOWN
        ? { ...evidence, value: shorten(text) }
        : evidence;
    }),
  };
}

export function toEntityFinding(row: FindingRow): EntityFinding {
  return {
    ...(JSON.parse(row.body) as Finding),
    id: row.id,
    cluster: row.cluster,
    since: row.since,
  };
}
