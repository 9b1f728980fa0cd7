/** The waypoints before a pod that are really there, and those that are only named. */
import { ClusterSnapshot, PodView } from '../../snapshot';
import { WaypointEnforcer } from '../../mesh/authorization';
import { AuthorizationPolicy } from '../../snapshot/kinds';
import { targetsOf } from '../../mesh/authorizationPolicy';
import { whyUnseen } from '../../mesh/enrolment';
import { requireMesh } from '../../mesh/mesh';
import { entryOf } from '../../mesh/podFields';
import { WAYPOINT_CLASS, Waypoint, waypointsOf } from '../../mesh/waypoint';

export interface Waypoints {
  /** One for each Service that leads through it, or for the pod itself. */
  standing: readonly WaypointEnforcer[];
  /** Named by a label, and not there, of another class, or not for what is called. */
  absent: readonly Waypoint[];
}

const WAYPOINT_FOR = 'istio.io/waypoint-for';

/** A text says why nobody can tell. */
export function waypointsBefore(
  pod: PodView,
  snapshot: ClusterSnapshot,
): Waypoints | string {
  const unseen = whyUnseen(pod.namespace, snapshot);
  if (unseen) {
    return `its namespace may lead callers through a waypoint, and ${unseen}`;
  }
  const named = waypointsOf(pod, snapshot);
  const gap = named.length > 0 ? snapshot.coverage.gap('Gateway') : undefined;
  if (gap) {
    return `callers may come through waypoint ${named[0].name}, which is a Gateway, and ${gap.reason}`;
  }
  const unread =
    named.length > 0
      ? snapshot.coverage.gap(
          'AuthorizationPolicy',
          named.map(({ namespace }) => namespace),
        )
      : undefined;
  if (unread) {
    return `callers may come through waypoint ${named[0].name}, and ${unread.reason}`;
  }
  const standing: WaypointEnforcer[] = [];
  const absent: Waypoint[] = [];
  for (const waypoint of named) {
    if (stands(waypoint, snapshot)) {
      const { namespace, name, service } = waypoint;
      standing.push({
        waypoint: { namespace, name },
        ...(service
          ? {
              target: {
                kind: 'Service',
                namespace: pod.namespace,
                name: service.metadata.name,
              },
            }
          : {}),
      });
    } else {
      absent.push(waypoint);
    }
  }
  return { standing, absent };
}

function stands(
  { namespace, name, service }: Waypoint,
  snapshot: ClusterSnapshot,
): boolean {
  const gateway = snapshot.get('Gateway', name, namespace);
  if (gateway?.spec?.gatewayClassName !== WAYPOINT_CLASS) {
    return false;
  }
  const serves =
    entryOf(gateway.metadata.labels ?? {}, WAYPOINT_FOR) ?? 'service';
  return serves === 'all' || serves === (service ? 'service' : 'workload');
}

/** Istio runs a waypoint as an account of the waypoint's own name. */
export function identityOfWaypoint(
  { waypoint: { namespace, name } }: WaypointEnforcer,
  snapshot: ClusterSnapshot,
): string {
  return `${requireMesh(snapshot).trustDomain}/ns/${namespace}/sa/${name}`;
}

/**
 * For `Control.facts`: what is attached by targets in all namespaces, since a
 * waypoint may stand in another one. What has a selector is left out.
 */
export function targetingFactsOf(snapshot: ClusterSnapshot): unknown {
  return {
    policies: snapshot.derive(targetingPoliciesOf),
    authentications: snapshot
      .all('RequestAuthentication')
      .filter(authentication => targetsOf(authentication).length > 0),
  };
}

function targetingPoliciesOf(
  snapshot: ClusterSnapshot,
): readonly AuthorizationPolicy[] {
  return snapshot
    .all('AuthorizationPolicy')
    .filter(policy => targetsOf(policy).length > 0);
}

/** The same by namespace, their own and those that their targets name. Use as `snapshot.derive(targetingIndexOf)`. */
export function targetingIndexOf(
  snapshot: ClusterSnapshot,
): ReadonlyMap<string, ReadonlySet<AuthorizationPolicy>> {
  const index = new Map<string, Set<AuthorizationPolicy>>();
  for (const policy of snapshot.derive(targetingPoliciesOf)) {
    const { namespace: own = 'default' } = policy.metadata;
    for (const namespace of [
      own,
      ...targetsOf(policy).map(target => target.namespace ?? own),
    ]) {
      const policies = index.get(namespace) ?? new Set();
      index.set(namespace, policies.add(policy));
    }
  }
  return index;
}
