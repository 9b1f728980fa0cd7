/** Short objects for tests. */
import type { KubernetesObject } from '@backstage-zero-trust/posture-engine';

export function namespace(
  name: string,
  labels: Record<string, string> = {},
): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

export interface WorkloadOptions {
  kind?: string;
  namespace?: string;
  replicas?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  spec?: Record<string, unknown>;
}

/** A workload in the namespace `shop`, of one container. */
export function workload(
  name: string,
  options: WorkloadOptions = {},
): KubernetesObject {
  const { kind = 'Deployment', replicas, labels, annotations, spec } = options;
  return {
    apiVersion: kind === 'Job' ? 'batch/v1' : 'apps/v1',
    kind,
    metadata: { name, namespace: options.namespace ?? 'shop' },
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      ...(kind === 'Job' ? {} : { selector: { matchLabels: { app: name } } }),
      template: {
        metadata: {
          labels: { app: name, ...labels },
          ...(annotations ? { annotations } : {}),
        },
        spec: { containers: [{ name: 'main', image: 'main:1' }], ...spec },
      },
    },
  };
}
