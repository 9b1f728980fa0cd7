/** What a change does to connections, in the layers that are asked. */
import { diffConnections } from '../decisions';
import { connectionsOf } from '../network';
import type { ClusterSnapshot } from '../snapshot';
import { JointChange, diffJointConnections } from './jointDiff';
import type { Layer } from './layers';

/** Sorted as {@link diffJointConnections} says. Without the mesh nothing is re-encrypted. */
export function changesBetween(
  before: ClusterSnapshot,
  after: ClusterSnapshot,
  layers: readonly Layer[],
): JointChange[] {
  return layers.includes('mesh')
    ? [...diffJointConnections(before, after)]
    : Array.from(diffConnections(sideOf(before), sideOf(after)), change => ({
        ...change,
        reencrypted: [],
      }));
}

function sideOf(snapshot: ClusterSnapshot) {
  return {
    connections: snapshot.derive(connectionsOf),
    workloads: snapshot.workloads,
  };
}
