/**
 * What a Linkerd proxy sends: mTLS to every pod of the same mesh on ports that
 * neither side leaves out, HTTP or not, and plaintext to everybody else. The
 * control plane tells it who is in the mesh (`createWeightedAddr`).
 */
import { ClusterSnapshot } from '../../snapshot';
import type { ClientTransport, Member } from '../client';
import { PodDataPlane, dataPlaneOf } from '../dataPlane';
import { settingOf } from './podSettings';
import { isAnnounced, linkerdOutboundBypass } from './linkerdCapture';

/** Undefined for clients that have no proxy of Linkerd's. */
export function linkerdTransport(
  own: PodDataPlane,
  client: Member,
  endpoint: Member,
  /** The port that is dialled, and the container's port behind it. */
  { dialled, port }: { dialled: number; port: number },
  snapshot: ClusterSnapshot,
): ClientTransport | undefined {
  if (own.dataPlane !== 'linkerd') {
    return undefined;
  }
  const bypass = linkerdOutboundBypass(
    client.workload,
    client.pod,
    dialled,
    snapshot,
  );
  if (bypass) {
    return {
      transport: 'plaintext',
      decidedBy: [
        {
          layer: bypass.object.kind === 'ConfigMap' ? 'linkerd-config' : 'pod',
          object: bypass.object,
          field: bypass.field,
        },
      ],
      reason: 'it is sent past the proxy of the client',
    };
  }
  const server = dataPlaneOf(endpoint.workload, endpoint.pod, snapshot);
  if (server.undecided !== undefined) {
    return { transport: 'unknown', decidedBy: [], reason: server.undecided };
  }
  if (server.dataPlane !== 'linkerd') {
    return {
      transport: 'plaintext',
      decidedBy: [],
      reason: 'Linkerd encrypts only for pods of its own mesh',
    };
  }
  const { workload, pod } = endpoint;
  if (isAnnounced(workload, pod, port, snapshot)) {
    const setting = settingOf(workload, pod, 'skip-inbound-ports', snapshot);
    return {
      transport: 'plaintext',
      decidedBy: setting
        ? [{ layer: 'pod', object: setting.object, field: setting.field }]
        : [],
      reason: 'the port is left out at the server, which Linkerd knows',
    };
  }
  return {
    transport: 'mtls',
    decidedBy: [],
    reason: 'Linkerd encrypts between its own pods',
  };
}
