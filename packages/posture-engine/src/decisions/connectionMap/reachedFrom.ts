/** Where somebody gets who takes over one workload: what comes first, step by step. */
import type { WorkloadReference } from '../../snapshot';
import { PortSet } from '../PortSet';
import { addBits, emptyBits, forEachBit, setBit } from './bits';
import type { ConnectionMap } from './ConnectionMap';
import type { ProfileGraph } from './ProfileGraph';

export interface ReachedOnMap {
  workload: WorkloadReference;
  /** 1 for what is reached directly. */
  hops: number;
  via: WorkloadReference;
  ports: PortSet;
  /** False where nobody can tell of some step on the way. */
  certain: boolean;
}

/** How a profile is first reached. */
interface Way {
  hops: number;
  /** The profile before. */
  via: number;
  certain: boolean;
}

/** By hops, then in the order of the workloads; certain ones with the hops of their certain way. Yields in between. */
export function* reachedFrom(
  map: ConnectionMap,
  graph: ProfileGraph,
  { start, limit }: { start: number; limit: number },
): Generator<undefined, ReachedOnMap[]> {
  const own = map.profileOf[start];
  const ways = new Map<number, Way>();
  for (const certain of [true, false]) {
    const seen = emptyBits(map.numberOfProfiles);
    for (const profile of ways.keys()) {
      setBit(seen, profile);
    }
    // Uncertain ways may start wherever certain ones lead.
    const at = (hops: number) =>
      hops === 0
        ? [own]
        : [...ways].flatMap(([profile, way]) =>
            way.hops === hops && profile !== own ? profile : [],
          );
    const last = () =>
      Math.max(0, ...[...ways.values()].map(({ hops }) => hops));
    for (let hops = 0; hops <= last(); hops++) {
      for (const via of at(hops)) {
        const row = graph.row(via);
        forEachBit(
          certain ? row.certain : row.possible,
          profile => {
            ways.set(profile, { hops: hops + 1, via, certain });
          },
          seen,
        );
        addBits(seen, certain ? row.certain : row.possible);
        yield;
      }
    }
  }

  const firstOf = new Map<number, number>();
  map.profileOf.forEach((profile, workload) => {
    if (!firstOf.has(profile)) {
      firstOf.set(profile, workload);
    }
  });
  return map.workloads
    .flatMap((workload, index) => {
      const way = index === start ? undefined : ways.get(map.profileOf[index]);
      return way ? [{ workload, index, way }] : [];
    })
    .sort(
      (left, right) =>
        left.way.hops - right.way.hops || left.index - right.index,
    )
    .slice(0, limit)
    .map(({ workload, index, way: { hops, via, certain } }) => ({
      workload,
      hops,
      via: map.workloads[
        hops === 1 || via === own ? start : firstOf.get(via) ?? start
      ],
      ports: PortSet.union(
        map
          .betweenProfiles(via, map.profileOf[index])
          .flatMap(({ verdict, ports }) =>
            certain && verdict === 'unknown' ? [] : ports,
          ),
      ),
      certain,
    }));
}
