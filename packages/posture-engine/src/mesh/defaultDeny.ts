/**
 * Whether the mesh refuses, at one pod, every request that no rule allows.
 * That takes at least one ALLOW policy that the pod's data plane enforces, and
 * no rule among them that lets everybody in; DENY, AUDIT and CUSTOM never bring
 * it about.
 */
import { ClusterSnapshot, PodView } from '../snapshot';
import { AttachedPolicy, attachedPolicies } from './authorizationPolicy';
import { Opening, openedBy } from './openRules';
import { ThroughWaypoint, waypointDeny } from './waypointDeny';

export type DefaultDeny =
  | { state: 'effective'; allowing: AttachedPolicy[] }
  /** No enforced ALLOW policy; `ignored` are those that would be one if the data plane read them. */
  | { state: 'absent'; ignored: AttachedPolicy[] }
  | Opening
  | ThroughWaypoint
  | { state: 'unknown'; reason: string };

export interface DefaultDenyOptions {
  pod: PodView;
  dataPlane: 'sidecar' | 'ambient';
  /** The container ports that the pod is known to have. */
  ports: readonly number[];
}

export function defaultDenyOf(
  { pod, dataPlane, ports }: DefaultDenyOptions,
  snapshot: ClusterSnapshot,
): DefaultDeny {
  const allows = attachedPolicies(pod, dataPlane, snapshot).filter(
    ({ action }) => action === 'ALLOW',
  );
  const allowing = allows.filter(({ ignored }) => !ignored);
  if (allowing.length === 0) {
    return { state: 'absent', ignored: allows };
  }
  const open = openedBy(
    allowing.map(({ policy }) => policy),
    dataPlane,
    ports,
  );
  if (open) {
    return open;
  }
  return (
    (dataPlane === 'ambient'
      ? waypointDeny(pod, allowing, ports, snapshot)
      : undefined) ?? { state: 'effective', allowing }
  );
}
