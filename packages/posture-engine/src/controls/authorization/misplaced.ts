/** Policies that look as if they concerned a workload, and stand where its data plane does not look. */
import { ClusterSnapshot } from '../../snapshot';
import { AuthorizationPolicy, Service } from '../../snapshot/kinds';
import { Enforcer } from '../../mesh/authorization';
import { isDryRun, targetsOf } from '../../mesh/authorizationPolicy';
import { requireMesh } from '../../mesh/mesh';
import { WAYPOINT_CLASS } from '../../mesh/waypoint';
import { servicesSelecting } from '../../network/services';
import { Evidence } from '../control';
import { Place } from './places';
import { Waypoints, targetingIndexOf } from './standingWaypoints';
import { selectingNobody, selectingWaypoints } from './misplacedSelectors';
import { partEvidence } from './writtenFields';

export interface Misplaced {
  policy: AuthorizationPolicy;
  /** The proxy that does not read it, although the author meant this one. */
  meantFor: Enforcer;
  /** A clause that says why it does not. */
  reason: string;
  evidence: Evidence;
  fix: string;
}

type Target = ReturnType<typeof targetsOf>[number];

/** What is asked about a policy: one pod, its Services and waypoints. */
export interface View {
  place: Place;
  waypoints: Waypoints;
  services: readonly Service[];
  rootNamespace: string;
  snapshot: ClusterSnapshot;
}

export function misplacedPolicies(
  place: Place,
  waypoints: Waypoints,
  snapshot: ClusterSnapshot,
): Misplaced[] {
  const view: View = {
    place,
    waypoints,
    services: servicesSelecting(snapshot, place.pod),
    rootNamespace: requireMesh(snapshot).rootNamespace,
    snapshot,
  };
  const index = snapshot.derive(targetingIndexOf);
  const targeting = new Set(
    [
      place.pod.namespace,
      view.rootNamespace,
      ...waypoints.standing.map(({ waypoint }) => waypoint.namespace),
      ...waypoints.absent.map(({ namespace }) => namespace),
    ].flatMap(namespace => [...(index.get(namespace) ?? [])]),
  );
  return [
    ...[...targeting].flatMap(policy =>
      isDryRun(policy) ? [] : misplacedTarget(policy, view) ?? [],
    ),
    ...selectingNobody(view),
    ...selectingWaypoints(view),
  ];
}

/** Undefined where some target of it is read, or none of them means the workload. */
function misplacedTarget(
  policy: AuthorizationPolicy,
  view: View,
): Misplaced | undefined {
  const readings = targetsOf(policy).map(target =>
    readingOf(target, policy, view),
  );
  return readings.includes('read')
    ? undefined
    : readings.find(reading => typeof reading === 'object');
}

/** `read`: in force; undefined: it means somebody else. */
function readingOf(
  target: Target,
  policy: AuthorizationPolicy,
  view: View,
): Misplaced | 'read' | undefined {
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
  policy: AuthorizationPolicy,
  meantFor: Enforcer,
  reason: string,
  fix: string,
): Misplaced {
  const { spec } = policy;
  return {
    policy,
    meantFor,
    reason,
    fix,
    evidence: spec?.targetRefs?.length
      ? partEvidence(policy, 'spec.targetRefs', spec.targetRefs)
      : partEvidence(policy, 'spec.targetRef', spec?.targetRef ?? null),
  };
}

function serviceReading(
  { name, namespace }: Target,
  policy: AuthorizationPolicy,
  { place, waypoints, services, rootNamespace, snapshot }: View,
): Misplaced | 'read' | undefined {
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
          policy,
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
      policy,
      enforcer,
      'targetRefs are read by gateways and waypoints alone, and these pods have sidecars',
      `Give it a selector instead of targetRefs: the labels by which Service ${name} finds its pods.`,
    );
  }
  return waypoints.standing.some(({ target }) => target?.name === name)
    ? 'read'
    : misplaced(
        policy,
        enforcer,
        waypoints.absent.length > 0
          ? `waypoint ${waypoints.absent[0].namespace}/${waypoints.absent[0].name}, which would read it, does not stand there or does not serve Services`
          : `no waypoint stands before Service ${name}, and ztunnel reads no targetRefs`,
        `Put a waypoint before Service ${name} (label istio.io/use-waypoint and a Gateway of class ${WAYPOINT_CLASS}), or give the policy a selector and only callers and ports.`,
      );
}

function gatewayReading(
  { name, namespace }: Target,
  policy: AuthorizationPolicy,
  { place, waypoints, rootNamespace, snapshot }: View,
): Misplaced | 'read' | undefined {
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
          policy,
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
        policy,
        place.enforcer,
        `waypoint ${own}/${name}, which would read it, does not stand there or does not serve what is called`,
        `Create the Gateway ${own}/${name} of class ${WAYPOINT_CLASS}, or give the policy a selector and only callers and ports.`,
      )
    : undefined;
}

function classReading(
  { name }: Target,
  policy: AuthorizationPolicy,
  { waypoints, rootNamespace, place }: View,
): Misplaced | 'read' | undefined {
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
        policy,
        first,
        `a GatewayClass as target counts only in the root namespace, ${rootNamespace}`,
        `Name the Gateway ${first.waypoint.namespace}/${first.waypoint.name} or the Service as its target.`,
      )
    : undefined;
}

/** A target of a kind that no proxy knows, which names the workload itself. */
function otherReading(
  { kind, name }: Target,
  policy: AuthorizationPolicy,
  { place }: View,
): Misplaced | undefined {
  const { workload, enforcer, pod } = place;
  return policy.metadata.namespace === pod.namespace &&
    kind === workload.reference.kind &&
    name === workload.reference.name
    ? misplaced(
        policy,
        enforcer,
        `no proxy reads a target of kind ${kind}`,
        `Give it a selector with the labels of the pods of ${name}.`,
      )
    : undefined;
}
