/** The pods behind Services. */
import { ClusterSnapshot, PodView, Workload } from '../../snapshot';
import { Service } from '../../snapshot/kinds';
import { servicesSelecting } from '../../network/services';
import type { Member } from './transport';

/** By the names of Services of one namespace; built once for each. */
function endpointIndexOf(
  snapshot: ClusterSnapshot,
  namespace: string,
): ReadonlyMap<string, readonly Member[]> {
  const index = new Map<string, { workload: Workload; pod: PodView }[]>();
  for (const workload of snapshot.workloadsIn(namespace)) {
    for (const pod of workload.pods) {
      for (const { metadata } of servicesSelecting(snapshot, pod)) {
        const members = index.get(metadata.name) ?? [];
        members.push({ workload, pod });
        index.set(metadata.name, members);
      }
    }
  }
  return index;
}

/** The pods that a Service selects, each with its workload. */
export function endpointsOf(
  { metadata }: Service,
  snapshot: ClusterSnapshot,
): readonly Member[] {
  return (
    snapshot
      .deriveIn(metadata.namespace ?? 'default', endpointIndexOf)
      .get(metadata.name) ?? []
  );
}
