/**
 * The labels of a pod's identity, which are what Cilium's selectors see: its
 * own labels less those that the agent keeps out, and what the agent adds.
 */
import type { PodClass } from '../../decisions';

type Labels = Readonly<Record<string, string>>;

export const NAMESPACE = 'io.kubernetes.pod.namespace';
export const NAMESPACE_LABELS = 'io.cilium.k8s.namespace.labels.';
export const SERVICE_ACCOUNT = 'io.cilium.k8s.policy.serviceaccount';
export const CLUSTER = 'io.cilium.k8s.policy.cluster';
export const RESERVED = 'reserved:';

/** Labels that are kept out, by what they begin with: per pod, not per workload, as the defaults of the agent have it. */
const KEPT_OUT = new RegExp(
  [
    'io\\.kubernetes',
    'kubernetes\\.io',
    'k8s\\.io',
    '.*beta\\.kubernetes\\.io',
    'topology\\.kubernetes\\.io',
    'statefulset\\.kubernetes\\.io/pod-name',
    'apps\\.kubernetes\\.io/pod-index',
    'batch\\.kubernetes\\.io/job-completion-index',
    'batch\\.kubernetes\\.io/controller-uid',
    'controller-uid',
    'pod-template-generation',
    'pod-template-hash',
    'controller-revision-hash',
    'annotation',
    'etcd_node',
  ]
    .map(start => `^${start}`)
    .join('|'),
);

export function isIdentityLabel(key: string): boolean {
  return !KEPT_OUT.test(key);
}

/** What of a class, or of a pod alone, makes its identity. */
type Labelled = Pick<
  PodClass,
  'namespace' | 'namespaceLabels' | 'labels' | 'pods'
>;

const known = new WeakMap<Labelled, { clusterName: string; labels: Labels }>();

export function identityLabels(
  podClass: Labelled,
  clusterName: string,
): Labels {
  const remembered = known.get(podClass);
  if (remembered?.clusterName === clusterName) {
    return remembered.labels;
  }
  const labels = computeLabels(podClass, clusterName);
  known.set(podClass, { clusterName, labels });
  return labels;
}

/** Without remembering: for a pod that is of no class. */
export function computeLabels(
  {
    namespace,
    namespaceLabels,
    labels,
    pods: [pod],
  }: Pick<PodClass, 'namespace' | 'namespaceLabels' | 'labels' | 'pods'>,
  clusterName: string,
): Readonly<Record<string, string>> {
  const identity: Record<string, string> = {};
  for (const [key, value] of Object.entries(labels)) {
    if (isIdentityLabel(key)) {
      identity[key] = value;
    }
  }
  for (const [key, value] of Object.entries(namespaceLabels)) {
    identity[NAMESPACE_LABELS + key] = value;
  }
  return {
    ...identity,
    [NAMESPACE]: namespace,
    [SERVICE_ACCOUNT]: pod.spec.serviceAccountName ?? 'default',
    [CLUSTER]: clusterName,
  };
}
