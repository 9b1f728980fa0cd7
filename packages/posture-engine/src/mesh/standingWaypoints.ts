/** The waypoints before a pod that are really there, and those that are only named. */
import { ClusterSnapshot, PodView } from '../snapshot';
import { WaypointEnforcer } from './authorization';
import { AuthorizationPolicy } from '../snapshot/kinds';
import { targetsOf } from './authorizationPolicy';
import { whyUnseen } from './enrolment';
import { accountOfGateway } from './gatewayAccounts';
import { requireMesh } from './mesh';
import {
  INGRESS_CLASSES,
  WAYPOINT_CLASS,
  Waypoint,
  waypointStands,
  waypointsOf,
} from './waypoint';

export interface Waypoints {
  /** One for each Service that leads through it, or for the pod itself. */
  standing: readonly WaypointEnforcer[];
  /** Named by a label, and not there, of another class, or not for what is called. */
  absent: readonly Waypoint[];
}

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
    const foreign = foreignClass(waypoint, snapshot);
    if (foreign !== undefined) {
      return `callers may come through waypoint ${waypoint.name}, a Gateway of class ${foreign}, whose proxies are not Istio's`;
    }
    const stands = waypointStands(
      waypoint,
      {
        as: waypoint.service ? 'service' : 'workload',
        namespace: pod.namespace,
      },
      snapshot,
    );
    if (typeof stands === 'string') {
      return stands;
    }
    if (stands) {
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

/** The class of a Gateway that somebody else than Istio may run as a waypoint. */
function foreignClass(
  { namespace, name }: Waypoint,
  snapshot: ClusterSnapshot,
): string | undefined {
  const className = snapshot.get('Gateway', name, namespace)?.spec
    ?.gatewayClassName;
  return className === WAYPOINT_CLASS ||
    INGRESS_CLASSES.includes(className ?? '')
    ? undefined
    : className;
}

/** As whom a waypoint passes on what it let in. */
export function identityOfWaypoint(
  { waypoint: { namespace, name } }: WaypointEnforcer,
  snapshot: ClusterSnapshot,
): string {
  const gateway = snapshot.get('Gateway', name, namespace);
  const account = gateway ? accountOfGateway(gateway) : name;
  return `${requireMesh(snapshot).trustDomain}/ns/${namespace}/sa/${account}`;
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

/** The same without RequestAuthentications, for controls that ask no tokens. */
export function targetingPoliciesOf(
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
