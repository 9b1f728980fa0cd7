/** Where the tokens of a workload's users are read: at its own proxy, or at the waypoints before it. */
import { servicesSelecting } from '../../network/services';
import {
  Enforcer,
  enforcedAuthentications,
} from '../../mesh/authorization/attachment';
import { captureOf } from '../../mesh/capture';
import { PodDataPlane } from '../../mesh/dataPlane';
import { whyUnseen } from '../../mesh/enrolment';
import { knownPorts } from '../../mesh/inboundPorts';
import { chainsOf, chainsOfServicePort } from '../../mesh/portProtocol';
import { WAYPOINT_CLASS, waypointsOf } from '../../mesh/waypoint';
import { ClusterSnapshot, PodView, Service, Workload } from '../../snapshot';
import { RequestAuthentication } from '../../snapshot/kinds';

/** A proxy that reads tokens for a workload, and one of the ports where it does. */
export interface TokenPlace {
  enforcer: Enforcer;
  port: number;
  authentications: readonly RequestAuthentication[];
}

export interface TokenPlaces {
  places: readonly TokenPlace[];
  /** RequestAuthentications that mean a pod of ambient, and that no proxy reads for it. */
  ignored: readonly RequestAuthentication[];
  /** Why nobody can tell whether there are more. */
  undecided?: string;
}

/** A gateway listens where its Gateway objects say; rules that name ports are rare there. */
const GATEWAY_PORT = 443;

export function tokenPlacesOf(
  workload: Workload,
  pod: PodView,
  membership: PodDataPlane,
  snapshot: ClusterSnapshot,
): TokenPlaces {
  const enforcer = membership.gateway ? 'gateway' : 'sidecar';
  const selecting = enforcedAuthentications(pod, enforcer, snapshot).filter(
    readsTokens,
  );
  if (membership.dataPlane === 'ambient') {
    return behindZtunnel(pod, selecting, snapshot);
  }
  if (membership.dataPlane !== 'sidecar' && !membership.gateway) {
    return {
      places: [],
      ignored: [],
      ...(selecting.length > 0 && membership.undecided !== undefined
        ? { undecided: membership.undecided }
        : {}),
    };
  }
  if (selecting.length === 0) {
    return { places: [], ignored: [] };
  }
  const capture = captureOf(workload, pod, membership.dataPlane, snapshot);
  const known = [...new Set(knownPorts(pod, capture, snapshot))];
  const ports = membership.gateway
    ? [known[0] ?? GATEWAY_PORT]
    : known.filter(port => chainsOf(pod, port, snapshot).includes('http'));
  return {
    places: ports.map(port => ({
      enforcer,
      port,
      authentications: selecting,
    })),
    ignored: [],
  };
}

/** Without a rule there is no filter at all. */
function readsTokens({ spec }: RequestAuthentication): boolean {
  return (spec?.jwtRules ?? []).length > 0;
}

/** ztunnel reads no tokens; a waypoint reads what targets it, its class, or the Service behind. */
function behindZtunnel(
  pod: PodView,
  selecting: readonly RequestAuthentication[],
  snapshot: ClusterSnapshot,
): TokenPlaces {
  const unseen = whyUnseen(pod.namespace, snapshot);
  const waypoints = waypointsOf(pod, snapshot);
  const gap = snapshot.coverage.gap('Gateway');
  if (unseen || (gap && waypoints.length > 0)) {
    return {
      places: [],
      ignored: [],
      undecided: `callers may come through a waypoint that reads tokens, and ${
        unseen ?? gap?.reason
      }`,
    };
  }
  const places = waypoints.flatMap(({ namespace, name, service }) => {
    const gateway = snapshot.get('Gateway', name, namespace);
    return gateway?.spec?.gatewayClassName === WAYPOINT_CLASS
      ? (service ? [service] : servicesSelecting(snapshot, pod)).flatMap(
          target => placesAt({ namespace, name }, target, pod, snapshot),
        )
      : [];
  });
  return { places, ignored: places.length > 0 ? [] : selecting };
}

function placesAt(
  waypoint: { namespace: string; name: string },
  { metadata, spec }: Service,
  pod: PodView,
  snapshot: ClusterSnapshot,
): TokenPlace[] {
  const enforcer: Enforcer = {
    waypoint,
    target: {
      kind: 'Service',
      namespace: metadata.namespace ?? 'default',
      name: metadata.name,
    },
  };
  const authentications = enforcedAuthentications(
    pod,
    enforcer,
    snapshot,
  ).filter(readsTokens);
  return authentications.length === 0
    ? []
    : (spec?.ports ?? [])
        .filter(port => chainsOfServicePort(port).includes('http'))
        .map(({ port }) => ({ enforcer, port, authentications }));
}
