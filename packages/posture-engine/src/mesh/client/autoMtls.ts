/** Automatic mTLS: what a proxy does where no DestinationRule tells it. */
import { ClusterSnapshot, referenceTo } from '../../snapshot';
import { dataPlaneOf } from '../dataPlane';
import { requireMesh } from '../mesh';
import {
  DecidedBy,
  EffectiveMode,
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

/** A host that is called, as far as automatic mTLS looks at it. */
export interface AutoTarget {
  namespace: string;
  /** Outside of the mesh: nobody there is taken for one of its proxies. */
  external: boolean;
  /** For a host whose connections keep the address that is called: what keeps mTLS from it, if anything does. */
  keepsAddress?: () => string | undefined;
  /** All the same its endpoints are known, and each is looked at: gateways cannot keep an address (`convertResolution`). */
  knowsEndpoints?: boolean;
}

/** What automatic mTLS looks at in an endpoint. */
export interface AutoEndpoint {
  saysMutualTls: boolean;
  mode: () => EffectiveMode;
}

/** Where no rule says anything: mTLS where the endpoint can and does not refuse it. */
export function autoTransport(
  target: AutoTarget,
  endpoint: AutoEndpoint,
  marked: { mode: string; decidedBy: readonly TransportField[] } | undefined,
  snapshot: ClusterSnapshot,
): ClientTransport {
  const mesh = requireMesh(snapshot);
  const plaintext = (
    reason: string,
    decidedBy: readonly TransportField[] = [],
  ): ClientTransport => ({ transport: 'plaintext', decidedBy, reason });
  if (target.external) {
    return plaintext('it is no part of the mesh, and no rule asks for TLS');
  }
  if (!mesh.enableAutoMtls) {
    return plaintext('automatic mTLS is switched off in the MeshConfig');
  }
  const { namespace } = target;
  const general = namespaceMode(namespace, snapshot);
  if (general.mode === 'DISABLE') {
    return plaintext(
      `mTLS is switched off for namespace ${namespace}`,
      general.decidedBy,
    );
  }
  if (target.keepsAddress) {
    const bare = target.keepsAddress();
    if (bare !== undefined) {
      return plaintext(bare);
    }
    if (!target.knowsEndpoints) {
      return { transport: 'mtls', decidedBy: [], reason: AUTOMATIC };
    }
  }
  if (!endpoint.saysMutualTls) {
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
  const server = endpoint.mode();
  return server.mode === 'DISABLE'
    ? plaintext('mTLS is switched off for the pod', server.decidedBy)
    : { transport: 'mtls', decidedBy: server.decidedBy, reason: AUTOMATIC };
}

/** A port of a Service. */
export function serviceAutoTarget(
  { service, port }: ServiceTarget,
  gateway: boolean,
  snapshot: ClusterSnapshot,
): AutoTarget {
  return {
    namespace: service.metadata.namespace ?? 'default',
    external: false,
    knowsEndpoints: gateway,
    ...(service.spec?.clusterIP === 'None'
      ? {
          keepsAddress: () => {
            const bare = endpointsOf(service, snapshot).find(
              member =>
                endpointPort(member.pod, port) !== undefined &&
                !hasTlsLabel(member, snapshot),
            );
            return (
              bare &&
              `the Service has no address of its own, and its pod ${bare.pod.name} takes no mTLS`
            );
          },
        }
      : {}),
  };
}

/** A pod, by the port of its own that is reached. */
export function podAutoEndpoint(
  member: Member,
  port: number | undefined,
  snapshot: ClusterSnapshot,
): AutoEndpoint {
  return {
    saysMutualTls: hasTlsLabel(member, snapshot),
    mode: () =>
      sidecarMode(
        member.pod,
        port ?? null,
        snapshot.derive(peerAuthenticationsOf),
      ),
  };
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
export function hasTlsLabel(
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
