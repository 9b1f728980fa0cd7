/**
 * Whether a default deny at ztunnel holds for callers that come through a
 * waypoint: what ztunnel admits from the waypoint has passed the waypoint's own
 * policies, so that the waypoint must refuse by default too, or be refused
 * itself.
 */
import { ClusterSnapshot, PodView, valueAt } from '../snapshot';
import { WaypointEnforcer, authorize, enforcedPolicies } from './authorization';
import { Action, AttachedPolicy, actionOf } from './authorizationPolicy';
import { Opening, openedBy } from './openRules';
import { FieldValue } from './podFields';
import { identityOfWaypoint, waypointsBefore } from './standingWaypoints';

/** ztunnel lets a waypoint in, where no policy says who may come. */
export interface ThroughWaypoint {
  state: 'through-waypoint';
  waypoint: WaypointEnforcer['waypoint'];
  /** The rules by which ztunnel admits it. */
  admitting: readonly FieldValue[];
}

/** The verdict of the waypoints in front of a pod whose ztunnel denies by default, or undefined where they change nothing. */
export function waypointDeny(
  pod: PodView,
  allowing: readonly AttachedPolicy[],
  ports: readonly number[],
  snapshot: ClusterSnapshot,
):
  | Opening
  | ThroughWaypoint
  | { state: 'unknown'; reason: string }
  | undefined {
  const admitsSomebody = allowing.some(
    ({ policy }) => (policy.spec?.rules ?? []).length > 0,
  );
  if (!admitsSomebody) {
    return undefined;
  }
  const waypoints = waypointsBefore(pod, snapshot);
  if (typeof waypoints === 'string') {
    return { state: 'unknown', reason: waypoints };
  }
  for (const enforcer of waypoints.standing) {
    const open = openedAt(enforcer, pod, ports, snapshot);
    if (open) {
      return open;
    }
  }
  return undefined;
}

/** Stands for any port that nothing names, where a pod is known to have none. */
const SOME_PORT = 1;

function openedAt(
  enforcer: WaypointEnforcer,
  pod: PodView,
  ports: readonly number[],
  snapshot: ClusterSnapshot,
): Opening | ThroughWaypoint | undefined {
  const principal = identityOfWaypoint(enforcer, snapshot);
  const admissions = (ports.length > 0 ? ports : [SOME_PORT])
    .map(port =>
      authorize(
        {
          pod,
          port,
          enforcer: 'ztunnel',
          chain: 'tcp',
          caller: { principal },
        },
        snapshot,
      ),
    )
    .filter(({ verdict }) => verdict !== 'deny');
  if (admissions.length === 0) {
    return undefined;
  }
  const policies = enforcedPolicies(pod, enforcer, snapshot);
  const called = portsCalled(enforcer, ports, snapshot);
  const withAction = (action: Action) =>
    policies.filter(policy => actionOf(policy) === action);
  const allows = withAction('ALLOW');
  if (allows.length > 0) {
    return openedBy(allows, 'sidecar', called);
  }
  return openedBy(withAction('DENY'), 'sidecar', called)
    ? undefined // Everybody is refused there.
    : {
        state: 'through-waypoint',
        waypoint: enforcer.waypoint,
        admitting: admissions[0].decidedBy.map(({ object, field }) => ({
          object,
          field,
          value:
            valueAt(
              snapshot.get(
                'AuthorizationPolicy',
                object.name,
                object.namespace,
              ),
              field,
            ) ?? null,
        })),
      };
}

/** At a waypoint rules name the ports of the Service that leads through it. */
function portsCalled(
  { target }: WaypointEnforcer,
  ports: readonly number[],
  snapshot: ClusterSnapshot,
): readonly number[] {
  const service =
    target && snapshot.get('Service', target.name, target.namespace);
  return service?.spec?.ports?.map(({ port }) => port) ?? ports;
}
