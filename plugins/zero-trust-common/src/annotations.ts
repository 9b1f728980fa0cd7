/**
 * How an entity says which workloads are its own: by the annotations that
 * Backstage's Kubernetes plugin reads, so that nothing new has to be learned.
 */
export const KUBERNETES_ID_ANNOTATION = 'backstage.io/kubernetes-id';
export const KUBERNETES_LABEL_SELECTOR_ANNOTATION =
  'backstage.io/kubernetes-label-selector';
export const KUBERNETES_NAMESPACE_ANNOTATION =
  'backstage.io/kubernetes-namespace';
export const KUBERNETES_CLUSTER_ANNOTATION = 'backstage.io/kubernetes-cluster';

/** Whether an entity names workloads at all. */
export function namesWorkloads(entity: {
  metadata: { annotations?: Record<string, string> };
}): boolean {
  const annotations = entity.metadata.annotations ?? {};
  return (
    annotations[KUBERNETES_ID_ANNOTATION] !== undefined ||
    annotations[KUBERNETES_LABEL_SELECTOR_ANNOTATION] !== undefined
  );
}
