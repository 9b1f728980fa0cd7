/** How far somebody gets who takes over a workload, for all workloads of a map at once. */
import { forEachBit, hasBit } from './bits';
import type { ConnectionMap } from './ConnectionMap';
import { reachableFrom } from './closure';
import { ProfileGraph } from './ProfileGraph';

/** As {@link BlastRadius} counts. */
export interface Spread {
  /** Workloads reached directly, and in any number of steps, for certain. */
  direct: number;
  total: number;
  /** How many more if all that nobody can tell of is open. */
  possible: number;
  /** Whether some address outside is reached for certain. */
  outside: boolean;
}

/** By workload. Yields in between. */
export function* spreads(
  map: ConnectionMap,
  graph: ProfileGraph,
): Generator<undefined, Spread[]> {
  const rows = [];
  for (let profile = 0; profile < map.numberOfProfiles; profile++) {
    rows.push(graph.row(profile));
    yield;
  }
  const certain = yield* reachableFrom(rows.map(row => row.certain));
  const possible = yield* reachableFrom(rows.map(row => row.possible));
  const others = countOthers(graph.counts);
  const spreadOf: Spread[] = [];
  for (let profile = 0; profile < rows.length; profile++) {
    const total = others(certain[profile], profile);
    spreadOf.push({
      direct: others(rows[profile].certain, profile),
      total,
      possible: others(possible[profile], profile) - total,
      outside: reachesOutside(map, profile),
    });
    yield;
  }
  return map.profileOf.map(profile => spreadOf[profile]);
}

/** Counts the workloads of some profiles but for one of the given profile. Sets that are asked again are counted once. */
function countOthers(
  counts: readonly number[],
): (profiles: Uint32Array, profile: number) => number {
  const known = new Map<Uint32Array, number>();
  return (profiles, profile) => {
    let sum = known.get(profiles);
    if (sum === undefined) {
      let counted = 0;
      forEachBit(profiles, index => {
        counted += counts[index];
      });
      sum = counted;
      known.set(profiles, sum);
    }
    return hasBit(profiles, profile) ? sum - 1 : sum;
  };
}

function reachesOutside(map: ConnectionMap, profile: number): boolean {
  return map.classesOf(profile).some(inside => map.sendsOutside(inside));
}
