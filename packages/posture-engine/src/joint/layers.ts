/** The layers that decide about a connection. */
import type { ClusterSnapshot } from '../snapshot';
import { hasMesh } from '../mesh/connection';

export const LAYERS = ['network', 'mesh'] as const;
export type Layer = (typeof LAYERS)[number];

/** All that one of some snapshots tells of, in the order in which they are asked. */
export function layersOf(
  snapshots: readonly ClusterSnapshot[],
): readonly Layer[] {
  return snapshots.some(snapshot => snapshot.derive(hasMesh))
    ? LAYERS
    : ['network'];
}
