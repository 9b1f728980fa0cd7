/** The container ports of a pod that Services lead to. */
import { servicesSelecting, targetPortsOf } from '../network/services';
import { ClusterSnapshot, PodView } from '../snapshot';

/** TCP only, as the mesh is. */
export function servicePorts(
  pod: PodView,
  snapshot: ClusterSnapshot,
): number[] {
  return servicesSelecting(snapshot, pod).flatMap(service =>
    targetPortsOf(service, pod)
      .filter(({ protocol }) => protocol === 'TCP')
      .map(({ port }) => port),
  );
}
