/**
 * How the proxies before one pod read what is attached by `targetRefs`, and why
 * they leave it alone where its author meant that pod.
 */
import { ClusterSnapshot, PodView, Workload } from '../../snapshot';
import {
  AuthorizationPolicy,
  RequestAuthentication,
  Service,
} from '../../snapshot/kinds';
import { Enforcer, PodEnforcer } from '../authorization';
import { targetsOf } from '../authorizationPolicy';
import { requireMesh } from '../mesh';
import { WAYPOINT_CLASS } from '../waypoint';
import { servicesSelecting } from '../../network/services';
import { Waypoints } from '../standingWaypoints';

export type Targeting = AuthorizationPolicy | RequestAuthentication;
type Target = ReturnType<typeof targetsOf>[number];

/** A pod in a data plane of Istio's, and the proxy that asks policies about it. */
export interface PolicyPlace {
  workload: Workload;
  pod: PodView;
  dataPlane: 'sidecar' | 'ambient';
  enforcer: PodEnforcer;
}

/** What is asked about a policy: one pod, its Services and waypoints. */
export interface View {
  place: PolicyPlace;
  waypoints: Waypoints;
  services: readonly Service[];
  rootNamespace: string;
  snapshot: ClusterSnapshot;
}

export function viewOf(
  place: PolicyPlace,
  waypoints: Waypoints,
  snapshot: ClusterSnapshot,
): View {
  return {
    place,
    waypoints,
    services: servicesSelecting(snapshot, place.pod),
    rootNamespace: requireMesh(snapshot).rootNamespace,
    snapshot,
  };
}

/** Why a target that means a pod is not read there. */
export interface MisplacedTarget {
  /** The proxy that does not read it, although the author meant this one. */
  meantFor: Enforcer;
  /** A clause that says why it does not. */
  reason: string;
  fix: string;
}

/** `read` where some target of it is; undefined where none of them means the pod. */
export function targetReading(
  policy: Targeting,
  view: View,
): MisplacedTarget | 'read' | undefined {
  const readings = targetsOf(policy).map(target =>
    readingOf(target, policy, view),
  );
  return readings.includes('read')
    ? 'read'
    : readings.find(reading => typeof reading === 'object');
}

/** `read`: in force; undefined: it means somebody else. */
function readingOf(
  target: Target,
  policy: Targeting,
  view: View,
): MisplacedTarget | 'read' | undefined {
  switch (target.kind) {
    case 'Service':
      return serviceReading(target, policy, view);
    case 'Gateway':
      return gatewayReading(target, policy, view);
    case 'GatewayClass':
      return classReading(target, policy, view);
    default:
      return otherReading(target, policy, view);
  }
}

function misplaced(
  meantFor: Enforcer,
  reason: string,
  fix: string,
): MisplacedTarget {
  return { meantFor, reason, fix };
}

function serviceReading(
  { name, namespace }: Target,
  policy: Targeting,
  { place, waypoints, services, rootNamespace, snapshot }: View,
): MisplacedTarget | 'read' | undefined {
  const { pod, enforcer, dataPlane } = place;
  const own = policy.metadata.namespace ?? 'default';
  const service = services.find(({ metadata }) => metadata.name === name);
  if (!service) {
    return undefined;
  }
  if (own !== pod.namespace) {
    const isMeant =
      namespace === pod.namespace ||
      (own === rootNamespace &&
        namespace === undefined &&
        !snapshot.get('Service', name, own) &&
        !snapshot.coverage.gap('Service', [own]));
    return isMeant
      ? misplaced(
          enforcer,
          `a target is looked for in the policy's own namespace, ${own}, and Service ${name} is in ${pod.namespace}`,
          `Move it to namespace ${pod.namespace}.`,
        )
      : undefined;
  }
  if (namespace !== undefined && namespace !== own) {
    return undefined;
  }
  if (dataPlane === 'sidecar') {
    return misplaced(
      enforcer,
      'targetRefs are read by gateways and waypoints alone, and these pods have sidecars',
      `Give it a selector instead of targetRefs: the labels by which Service ${name} finds its pods.`,
    );
  }
  return waypoints.standing.some(({ target }) => target?.name === name)
    ? 'read'
    : misplaced(
        enforcer,
        waypoints.absent.length > 0
          ? `waypoint ${waypoints.absent[0].namespace}/${waypoints.absent[0].name}, which would read it, does not stand there or does not serve Services`
          : `no waypoint stands before Service ${name}, and ztunnel reads no targetRefs`,
        `Put a waypoint before Service ${name} (label istio.io/use-waypoint and a Gateway of class ${WAYPOINT_CLASS}), or give the policy a selector and only callers and ports.`,
      );
}

function gatewayReading(
  { name, namespace }: Target,
  policy: Targeting,
  { place, waypoints, rootNamespace, snapshot }: View,
): MisplacedTarget | 'read' | undefined {
  const own = policy.metadata.namespace ?? 'default';
  if (place.dataPlane !== 'ambient') {
    return undefined;
  }
  const standing = waypoints.standing.find(
    ({ waypoint }) => waypoint.name === name,
  );
  if (standing) {
    const { waypoint } = standing;
    if (own === waypoint.namespace) {
      return namespace === undefined || namespace === own ? 'read' : undefined;
    }
    const isMeant =
      namespace === undefined
        ? [place.pod.namespace, rootNamespace].includes(own) &&
          !snapshot.get('Gateway', name, own)
        : namespace === waypoint.namespace;
    return isMeant
      ? misplaced(
          standing,
          `a target is looked for in the policy's own namespace, ${own}, and waypoint ${name} is in ${waypoint.namespace}`,
          `Move it to namespace ${waypoint.namespace}, or name the Service as its target.`,
        )
      : undefined;
  }
  return waypoints.absent.some(
    waypoint => waypoint.name === name && waypoint.namespace === own,
  )
    ? misplaced(
        place.enforcer,
        `waypoint ${own}/${name}, which would read it, does not stand there or does not serve what is called`,
        `Create the Gateway ${own}/${name} of class ${WAYPOINT_CLASS}, or give the policy a selector and only callers and ports.`,
      )
    : undefined;
}

function classReading(
  { name }: Target,
  policy: Targeting,
  { waypoints, rootNamespace, place }: View,
): MisplacedTarget | 'read' | undefined {
  const { namespace = 'default' } = policy.metadata;
  const [first] = waypoints.standing;
  if (name !== WAYPOINT_CLASS || !first) {
    return undefined;
  }
  if (namespace === rootNamespace) {
    return 'read';
  }
  return [place.pod.namespace, first.waypoint.namespace].includes(namespace)
    ? misplaced(
        first,
        `a GatewayClass as target counts only in the root namespace, ${rootNamespace}`,
        `Name the Gateway ${first.waypoint.namespace}/${first.waypoint.name} or the Service as its target.`,
      )
    : undefined;
}

/** A target of a kind that no proxy knows, which names the workload itself. */
function otherReading(
  { kind, name }: Target,
  policy: Targeting,
  { place }: View,
): MisplacedTarget | undefined {
  const { workload, enforcer, pod } = place;
  return policy.metadata.namespace === pod.namespace &&
    kind === workload.reference.kind &&
    name === workload.reference.name
    ? misplaced(
        enforcer,
        `no proxy reads a target of kind ${kind}`,
        `Give it a selector with the labels of the pods of ${name}.`,
      )
    : undefined;
}
