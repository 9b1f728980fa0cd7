/** Automatic mTLS: what a proxy does where no DestinationRule tells it. */
import { ClusterSnapshot, referenceTo } from '../../snapshot';
import { dataPlaneOf } from '../dataPlane';
import { requireMesh } from '../mesh';
import {
  DecidedBy,
  MutualTlsMode,
  modeOf,
  peerAuthenticationsOf,
  sidecarMode,
} from '../peerAuthentication';
import { entryOf } from '../podFields';
import { endpointPort } from '../portProtocol';
import { oldestByName } from '../precedence';
import { endpointsOf } from './endpoints';
import {
  ClientTransport,
  Member,
  ServiceTarget,
  TransportField,
} from './transport';

const TLS_MODE = 'security.istio.io/tlsMode';
const AUTOMATIC = 'its proxy uses mTLS where the other side takes it';

/** Unset is zero, which is DISABLE. */
export function modeOfClient(mode: string | undefined): string {
  return mode === undefined || mode === '' ? 'DISABLE' : mode;
}

/** Where no rule says anything: mTLS where the endpoint can and does not refuse it. */
export function autoTransport(
  { service, port }: ServiceTarget,
  endpoint: Member,
  marked: { mode: string; decidedBy: TransportField[] } | undefined,
  snapshot: ClusterSnapshot,
): ClientTransport {
  const mesh = requireMesh(snapshot);
  const plaintext = (
    reason: string,
    decidedBy: readonly TransportField[] = [],
  ): ClientTransport => ({ transport: 'plaintext', decidedBy, reason });
  if (!mesh.enableAutoMtls) {
    return plaintext('automatic mTLS is switched off in the MeshConfig');
  }
  const { namespace = 'default' } = service.metadata;
  const general = namespaceMode(namespace, snapshot);
  if (general.mode === 'DISABLE') {
    return plaintext(
      `mTLS is switched off for namespace ${namespace}`,
      general.decidedBy,
    );
  }
  if (service.spec?.clusterIP === 'None') {
    const bare = endpointsOf(service, snapshot).find(
      member => !hasTlsLabel(member, snapshot),
    );
    return bare
      ? plaintext(
          `the Service has no address of its own, and its pod ${bare.pod.name} takes no mTLS`,
        )
      : { transport: 'mtls', decidedBy: [], reason: AUTOMATIC };
  }
  if (!hasTlsLabel(endpoint, snapshot)) {
    return plaintext('the pod says that it takes no mTLS');
  }
  if (marked) {
    return marked.mode === 'ISTIO_MUTUAL'
      ? {
          transport: 'mtls',
          decidedBy: marked.decidedBy,
          reason: AUTOMATIC,
        }
      : plaintext('its DestinationRule switches mTLS off', marked.decidedBy);
  }
  const number = endpointPort(endpoint.pod, port) ?? null;
  const server = sidecarMode(
    endpoint.pod,
    number,
    snapshot.derive(peerAuthenticationsOf),
  );
  return server.mode === 'DISABLE'
    ? plaintext('mTLS is switched off for the pod', server.decidedBy)
    : { transport: 'mtls', decidedBy: server.decidedBy, reason: AUTOMATIC };
}

/** What a namespace as a whole says, which is all that clients look at before they look at endpoints. */
function namespaceMode(
  namespace: string,
  snapshot: ClusterSnapshot,
): { mode: MutualTlsMode; decidedBy: DecidedBy[] } {
  const policies = snapshot.derive(peerAuthenticationsOf);
  for (const level of new Set([namespace, policies.rootNamespace])) {
    const [policy] = oldestByName(policies.inNamespace(level).general);
    const mode = policy && modeOf(policy);
    if (policy && mode) {
      return {
        mode,
        decidedBy: [
          {
            layer: 'peer-authentication',
            object: referenceTo(policy),
            field: 'spec.mtls.mode',
          },
        ],
      };
    }
  }
  return { mode: 'PERMISSIVE', decidedBy: [] };
}

/** The injector writes the label; a manifest that is still to be injected has none yet. */
function hasTlsLabel(
  { workload, pod }: Member,
  snapshot: ClusterSnapshot,
): boolean {
  const label = entryOf(pod.labels, TLS_MODE);
  if (label !== undefined) {
    return label === 'istio';
  }
  const { dataPlane, basis } = dataPlaneOf(workload, pod, snapshot);
  return basis === 'planned' && dataPlane === 'sidecar';
}
