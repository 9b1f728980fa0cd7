/** Whether a sidecar answers its application's name lookups, and so uses the addresses that istiod allocates to hosts without one. */
import { parse } from 'yaml';
import { ClusterSnapshot, PodView } from '../../../snapshot';
import { ISTIO_PROXY, proxyContainer } from '../../containers';
import { DNS_CAPTURE, capturesDnsIn, isTrue, requireMesh } from '../../mesh';
import { entryOf } from '../../podFields';

const PROXY_CONFIG = 'proxy.istio.io/config';

/** What runs, else what the pod says, else what the mesh says. Throws for an annotation that is no YAML. */
export function capturesDns(pod: PodView, snapshot: ClusterSnapshot): boolean {
  const running = proxyContainer(pod, ISTIO_PROXY)?.env?.find(
    ({ name }) => name === DNS_CAPTURE,
  );
  if (running?.value !== undefined) {
    return isTrue(running.value);
  }
  const annotation = entryOf(pod.annotations, PROXY_CONFIG);
  return (
    (annotation === undefined ? undefined : capturesDnsIn(parse(annotation))) ??
    requireMesh(snapshot).capturesDns
  );
}
