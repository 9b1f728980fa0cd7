/** Small, complete values for the tests. */
import type {
  ClusterStatus,
  Finding,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import type { WorkloadReference } from '@backstage-zero-trust/posture-engine';
import type { ClusterEvaluation } from '../database/PostureStore';

export function workload(name: string, namespace = 'shop'): WorkloadReference {
  return { kind: 'Deployment', namespace, name };
}

export function finding(
  subject: WorkloadReference,
  overrides: Partial<Finding> = {},
): Finding {
  return {
    control: 'AN-2',
    title: 'Only mTLS',
    pillar: 'authentication',
    subject,
    verdict: 'pass',
    severity: 'high',
    enforcement: 'declared',
    message: `${subject.name} accepts only mTLS.`,
    evidence: [],
    ...overrides,
  };
}

export function readyStatus(
  name: string,
  overrides: Partial<ClusterStatus> = {},
): ClusterStatus {
  return {
    name,
    state: 'ready',
    lastSync: '2026-06-01T00:00:00.000Z',
    kinds: [],
    workloads: 1,
    ...overrides,
  };
}

/** One entity `component:default/<name>` for each workload. */
export function evaluation(
  cluster: string,
  findings: readonly Finding[],
  at = '2026-06-01T10:00:00.000Z',
): ClusterEvaluation {
  const names = [...new Set(findings.map(({ subject }) => subject.name))];
  return {
    cluster,
    at,
    workloads: names.map(name => ({
      workload: workload(name),
      findings: findings.filter(({ subject }) => subject.name === name),
    })),
    unchanged: [],
    entities: names.map(name => ({
      entityRef: `component:default/${name}`,
      title: name,
      workloads: [workload(name)],
    })),
  };
}
