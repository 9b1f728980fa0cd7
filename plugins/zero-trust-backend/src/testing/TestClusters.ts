/** A source of clusters that a test feeds with manifests, and one control that is easy to fail. */
import type {
  ClusterObservation,
  ClusterSource,
  ClusterTarget,
  ObserveClusterOptions,
} from '@backstage-zero-trust/plugin-zero-trust-node';
import {
  ClusterSnapshot,
  Control,
  KubernetesObject,
  parseManifests,
} from '@backstage-zero-trust/posture-engine';

/** Fails where the workload's pods do not carry the label `mtls: strict`. */
export const mtlsLabelControl: Control = {
  id: 'TEST-1',
  title: 'Says that it wants mTLS',
  pillar: 'authentication',
  severity: 'high',
  scope: 'workload',
  question: 'Does it say that it wants mTLS?',
  why: 'It may be called in plaintext.',
  references: [],
  needs: [],
  evaluate: ({ pods: [pod], reference, object }) => {
    const value = pod.labels.mtls ?? null;
    const evidence = [
      { object, field: 'spec.template.metadata.labels.mtls', value },
    ];
    return value === 'strict'
      ? [{ verdict: 'pass', message: `${reference.name} is strict.`, evidence }]
      : [
          {
            verdict: 'fail',
            message: `Anybody can call ${reference.name}.`,
            evidence,
            fix: { summary: 'Set the label.' },
          },
        ];
  },
};

export interface DeploymentOptions {
  name: string;
  namespace?: string;
  /** Labels of the pods. */
  labels?: Record<string, string>;
  /** Labels of the Deployment itself. */
  ownLabels?: Record<string, string>;
  hostNetwork?: boolean;
}

/** A Deployment; its pods carry the id of the kubernetes plugin unless labels are given. */
export function deployment({
  name,
  namespace = 'shop',
  labels = { 'backstage.io/kubernetes-id': name },
  ownLabels = {},
  hostNetwork = false,
}: DeploymentOptions): string {
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels: ownLabels },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          hostNetwork,
          containers: [{ name: 'main', image: 'registry/main:1' }],
        },
      },
    },
  });
}

/** By the manifest; what did not change is the same object, as a collector gives it. */
const parsed = new Map<string, KubernetesObject[]>();

function objectsOf(manifest: string): KubernetesObject[] {
  const known = parsed.get(manifest);
  if (known) {
    return known;
  }
  const { objects, problems } = parseManifests(manifest, 'test.yaml');
  if (problems.length > 0) {
    throw new Error(JSON.stringify(problems));
  }
  const result = objects.map(({ object }) => object);
  parsed.set(manifest, result);
  return result;
}

export function snapshotOf(
  cluster: string,
  manifests: readonly string[],
): ClusterSnapshot {
  return ClusterSnapshot.create({
    cluster,
    objects: manifests.flatMap(objectsOf),
  });
}

export class TestCluster {
  readonly #name: string;
  readonly #watchers = new Set<() => void>();
  #snapshot: ClusterSnapshot | undefined;
  #status: ClusterObservation = { state: 'syncing', kinds: [] };
  version = '1';

  static create(name: string): TestCluster {
    return new TestCluster(name);
  }

  private constructor(name: string) {
    this.#name = name;
  }

  /** How many watch it at this moment. */
  get watchers(): number {
    return this.#watchers.size;
  }

  /** What is seen from now on, though nobody is told yet. */
  prepare(...manifests: string[]): void {
    this.#snapshot = snapshotOf(this.#name, manifests);
  }

  apply(...manifests: string[]): void {
    this.prepare(...manifests);
    this.report({ state: 'ready', lastSync: new Date().toISOString() });
  }

  report(status: Partial<ClusterObservation>): void {
    this.#status = { ...this.#status, ...status };
    for (const tell of this.#watchers) {
      tell();
    }
  }

  /** As after a restart of the backend while the cluster is down. */
  vanish(): void {
    this.#snapshot = undefined;
    this.#status = { state: 'unreachable', message: 'Refused.', kinds: [] };
  }

  target(): ClusterTarget {
    return {
      name: this.#name,
      version: this.version,
      observe: ({ onChange }: ObserveClusterOptions) => ({
        start: () => {
          this.#watchers.add(onChange);
        },
        stop: () => {
          this.#watchers.delete(onChange);
        },
        current: () => this.#snapshot,
        status: () => this.#status,
      }),
    };
  }
}

export function sourceOf(
  id: string,
  list: () => ClusterTarget[],
): ClusterSource {
  return { id, list: async () => list() };
}
