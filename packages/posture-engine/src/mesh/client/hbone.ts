/** HBONE, mTLS inside HTTP CONNECT, as ambient has it: who sends it, and who takes it. */
import { ClusterSnapshot } from '../../snapshot';
import { PodDataPlane, dataPlaneOf } from '../dataPlane';
import { entryOf } from '../podFields';
import { ClientTransport, Member } from './transport';

const TUNNEL = 'networking.istio.io/tunnel';

/** ztunnel sends HBONE to whoever takes it, and leaves everything else as it is; DestinationRules do not reach it. */
export function ambientTransport(
  own: PodDataPlane,
  endpoint: Member,
  snapshot: ClusterSnapshot,
): ClientTransport | undefined {
  if (own.dataPlane !== 'ambient') {
    return undefined;
  }
  return takesHbone(endpoint, snapshot)
    ? hbone('ztunnel encrypts what it sends to pods that take HBONE')
    : {
        transport: 'plaintext',
        decidedBy: [],
        reason: 'ztunnel encrypts only for pods that take HBONE',
      };
}

export function hbone(reason: string): ClientTransport {
  return { transport: 'mtls', tunnel: 'HBONE', decidedBy: [], reason };
}

/** Ambient pods do; a sidecar only with a label that says so. */
export function takesHbone(
  { workload, pod }: Member,
  snapshot: ClusterSnapshot,
): boolean {
  const { dataPlane } = dataPlaneOf(workload, pod, snapshot);
  return (
    dataPlane === 'ambient' ||
    (dataPlane === 'sidecar' && entryOf(pod.labels, TUNNEL) === 'http')
  );
}
