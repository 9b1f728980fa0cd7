/** Which pods Istio's CNI agent takes into the ambient mesh, and the annotation it leaves on them. */
import { ApiObject, recordAt } from '../store/apiObject';

const MODE = 'istio.io/dataplane-mode';
export const REDIRECTION = 'ambient.istio.io/redirection';

/** Whether a running pod belongs into the ambient mesh; the pod's own label wins over its namespace's. */
export function isAmbient(
  namespace: ApiObject | undefined,
  pod: ApiObject,
): boolean {
  const { labels = {}, annotations = {} } = pod.metadata;
  const mode = labels[MODE] ?? namespace?.metadata.labels?.[MODE];
  return (
    mode === 'ambient' &&
    recordAt(pod, 'spec')?.hostNetwork !== true &&
    annotations['sidecar.istio.io/status'] === undefined
  );
}

/** The pod as the agent leaves it, or undefined where it is so already. */
export function withEnrolment(
  pod: ApiObject,
  enrolled: boolean,
): ApiObject | undefined {
  const { [REDIRECTION]: present, ...annotations } =
    pod.metadata.annotations ?? {};
  if ((present === 'enabled') === enrolled) {
    return undefined;
  }
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      annotations: enrolled
        ? { ...annotations, [REDIRECTION]: 'enabled' }
        : annotations,
    },
  };
}
