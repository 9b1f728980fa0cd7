/** The shortest way on which somebody gets from one workload to another. */
import type {
  ReachedWorkload,
  WorkloadRef,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { workloadKey } from './peers';

/**
 * From the first workload that is reached to `target`, which is last. Shorter
 * than `target.hops` where the list leaves some of the way out.
 */
export function pathTo(
  target: ReachedWorkload,
  reached: readonly ReachedWorkload[],
  start: WorkloadRef,
): ReachedWorkload[] {
  const byKey = new Map(
    reached.map(entry => [workloadKey(entry.workload), entry]),
  );
  const path = [target];
  while (workloadKey(path[0].via) !== workloadKey(start)) {
    const before = byKey.get(workloadKey(path[0].via));
    // Hops fall towards the start; what does not fall is no way there.
    if (!before || before.hops >= path[0].hops) {
      return path;
    }
    path.unshift(before);
  }
  return path;
}
