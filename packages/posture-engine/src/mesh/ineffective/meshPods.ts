/** The pods of a namespace by the place that they have in the mesh, each kind of them once. */
import { ClusterSnapshot, PodView, Workload } from '../../snapshot';
import { accountOf } from '../../identity/serviceAccounts';
import { ISTIO_PROXY, proxyContainer } from '../containers';
import { PodDataPlane, dataPlaneOf } from '../dataPlane';
import { entryOf } from '../podFields';
import { WAYPOINT_CLASS } from '../waypoint';

/** `outside`: no proxy of Istio's; `undecided`: nobody can tell. */
export type Role =
  | 'sidecar'
  | 'ambient'
  | 'gateway'
  | 'waypoint'
  | 'outside'
  | 'undecided';

export interface MeshPod {
  workload: Workload;
  pod: PodView;
  role: Role;
  membership: PodDataPlane;
}

/** Pods with the same labels, account, ports and place are one. Use as `snapshot.deriveIn(namespace, meshPodsIn)`. */
export function meshPodsIn(
  snapshot: ClusterSnapshot,
  namespace: string,
): readonly MeshPod[] {
  const found = new Map<string, MeshPod>();
  for (const workload of snapshot.workloadsIn(namespace)) {
    for (const pod of workload.pods) {
      const membership = dataPlaneOf(workload, pod, snapshot);
      const role = roleOf(pod, membership);
      const key = JSON.stringify([
        role,
        accountOf(pod),
        pod.labels,
        pod.spec.containers.map(({ ports }) => ports),
      ]);
      if (!found.has(key)) {
        found.set(key, { workload, pod, role, membership });
      }
    }
  }
  return [...found.values()];
}

/** Those of all namespaces. Use as `snapshot.derive(meshPodsOf)`. */
export function meshPodsOf(snapshot: ClusterSnapshot): readonly MeshPod[] {
  return [
    ...new Set(snapshot.workloads.map(({ reference }) => reference.namespace)),
  ].flatMap(namespace => snapshot.deriveIn(namespace, meshPodsIn));
}

function roleOf(pod: PodView, membership: PodDataPlane): Role {
  const { dataPlane, gateway, undecided } = membership;
  if (undecided !== undefined) {
    return 'undecided';
  }
  if (gateway) {
    return isWaypoint(pod) ? 'waypoint' : 'gateway';
  }
  return dataPlane === 'sidecar' || dataPlane === 'ambient'
    ? dataPlane
    : 'outside';
}

function isWaypoint(pod: PodView): boolean {
  return (
    proxyContainer(pod, ISTIO_PROXY)?.args?.[1] === 'waypoint' ||
    entryOf(pod.labels, 'gateway.networking.k8s.io/gateway-class-name') ===
      WAYPOINT_CLASS
  );
}
