/**
 * All connections as people read them: between groups of pods (each pod, the
 * pods of a workload, of a namespace) and with the addresses outside, in as
 * few ranges as tell them apart. An edge of a group is the union over its
 * pods; what is not listed is closed.
 */
import { ALL_IPV4, ALL_IPV6, AddressRange } from './addresses';
import type { Connections, Edge } from './Connections';
import { ReachGroup, Rows } from './reachRows';

export type ReachEndpoint<G extends ReachGroup> =
  | { kind: 'pods'; group: G }
  /** Ranges are sorted and do not touch. */
  | { kind: 'external'; ranges: readonly AddressRange[] };

export interface ReachEdge<G extends ReachGroup> extends Edge {
  source: ReachEndpoint<G>;
  destination: ReachEndpoint<G>;
  /** Why nobody can tell of the ports in `unknown`; empty where there are none. */
  reasons: readonly string[];
}

export interface ReachSide<G extends ReachGroup> {
  groups: readonly G[];
  /** Addresses outside, told apart as policies do; none if empty. */
  external: readonly AddressRange[];
}

export interface ReachOptions<G extends ReachGroup> {
  from: ReachSide<G>;
  to: ReachSide<G>;
  /** Also what the pods of one group may do among themselves. A pod's connection with itself is never evaluated. */
  within?: boolean;
}

/** Every address outside. */
export const EVERY_ADDRESS: readonly AddressRange[] = [ALL_IPV4, ALL_IPV6];

/** By source, then destination, in the order of the groups; external ends last. */
export function* reach<G extends ReachGroup>(
  connections: Connections,
  { from, to, within = false }: ReachOptions<G>,
): Generator<ReachEdge<G>> {
  const rows = Rows.create(connections);
  const destinations = to.groups.map(group => rows.member(group));
  const end = (group: G): ReachEndpoint<G> => ({ kind: 'pods', group });
  for (const group of from.groups) {
    const source = rows.member(group);
    for (const destination of destinations) {
      const edge =
        group === destination.group
          ? within && rows.within(source)
          : rows.between(source, destination);
      if (edge) {
        yield {
          ...edge,
          source: end(group),
          destination: end(destination.group),
        };
      }
    }
    for (const { ranges, edge } of rows.outside(source, 'egress')) {
      const clipped = intersectRanges(ranges, to.external);
      if (clipped.length > 0) {
        yield {
          ...edge,
          source: end(group),
          destination: { kind: 'external', ranges: clipped },
        };
      }
    }
  }
  if (from.external.length > 0) {
    for (const destination of destinations) {
      for (const { ranges, edge } of rows.outside(destination, 'ingress')) {
        const clipped = intersectRanges(ranges, from.external);
        if (clipped.length > 0) {
          yield {
            ...edge,
            source: { kind: 'external', ranges: clipped },
            destination: end(destination.group),
          };
        }
      }
    }
  }
}

/** {@link reach} between all of some groups and everything outside. */
export function reachAmong<G extends ReachGroup>(
  connections: Connections,
  groups: readonly G[],
): Generator<ReachEdge<G>> {
  const side = { groups, external: EVERY_ADDRESS };
  return reach(connections, { from: side, to: side });
}

/** Both sorted. */
export function intersectRanges(
  ranges: readonly AddressRange[],
  wanted: readonly AddressRange[],
): readonly AddressRange[] {
  if (wanted === EVERY_ADDRESS) {
    return ranges;
  }
  return ranges.flatMap(range =>
    wanted
      .filter(({ from, to }) => from <= range.to && to >= range.from)
      .map(({ from, to }) => ({
        from: from > range.from ? from : range.from,
        to: to < range.to ? to : range.to,
      })),
  );
}
