/** Which namespaces reach which: how many of the pairs of their workloads. */
import { compare } from '../../snapshot';
import { forEachBit, hasBit } from './bits';
import type { ConnectionMap } from './ConnectionMap';
import type { ProfileGraph } from './ProfileGraph';

export interface MatrixCell {
  /** Indices of the namespaces. */
  from: number;
  to: number;
  /** Pairs of different workloads with some port open for certain. */
  open: number;
  /** Pairs of which nobody can tell. */
  unknown: number;
  /** All pairs. */
  pairs: number;
}

export interface Matrix {
  /** By name. */
  namespaces: readonly { name: string; workloads: number }[];
  /** By source, then destination; without those that are closed. */
  cells: readonly MatrixCell[];
}

/** Yields in between. */
export function* namespaceMatrix(
  map: ConnectionMap,
  graph: ProfileGraph,
): Generator<undefined, Matrix> {
  const names = [
    ...new Set(map.workloads.map(({ namespace }) => namespace)),
  ].sort(compare);
  const place = new Map(names.map((name, index) => [name, index]));
  const sizes = new Array<number>(names.length).fill(0);
  /** By profile: how many workloads of it each namespace has. */
  const shares = graph.counts.map(() => new Map<number, number>());
  map.workloads.forEach(({ namespace }, workload) => {
    const index = place.get(namespace) ?? 0;
    const share = shares[map.profileOf[workload]];
    share.set(index, (share.get(index) ?? 0) + 1);
    sizes[index]++;
  });

  const open = new Map<number, number>();
  const unknown = new Map<number, number>();
  const add = (source: number, destination: number, isOpen: boolean) => {
    const counts = isOpen ? open : unknown;
    for (const [from, one] of shares[source]) {
      for (const [to, other] of shares[destination]) {
        const cell = from * names.length + to;
        const itself = source === destination && from === to ? one : 0;
        const pairs = one * other - itself;
        if (pairs > 0) {
          counts.set(cell, (counts.get(cell) ?? 0) + pairs);
        }
      }
    }
  };
  for (let source = 0; source < shares.length; source++) {
    const { certain, possible } = graph.row(source);
    forEachBit(possible, destination =>
      add(source, destination, hasBit(certain, destination)),
    );
    yield;
  }

  const cells = [...new Set([...open.keys(), ...unknown.keys()])]
    .sort((left, right) => left - right)
    .map((cell): MatrixCell => {
      const from = Math.floor(cell / names.length);
      const to = cell % names.length;
      return {
        from,
        to,
        open: open.get(cell) ?? 0,
        unknown: unknown.get(cell) ?? 0,
        pairs: sizes[from] * (from === to ? sizes[to] - 1 : sizes[to]),
      };
    });
  return {
    namespaces: names.map((name, index) => ({ name, workloads: sizes[index] })),
    cells,
  };
}
