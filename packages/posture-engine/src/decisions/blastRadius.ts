/** Where somebody can go who takes over a workload: what it reaches directly, and through what it reaches. */
import type { AddressRange } from './addresses';
import type { Connections, Edge } from './Connections';
import { PortSet } from './PortSet';
import { joinRanges } from './groupEdges';
import { ReachGroup, Rows } from './reachRows';

export interface Reached<G extends ReachGroup> {
  group: G;
  /** 1 for what is reached directly. */
  hops: number;
  /** On which ports it is reached from the group before it. */
  ports: PortSet;
  via: G;
  /** False where nobody can tell of some step on the way. */
  certain: boolean;
}

export interface BlastRadius<G extends ReachGroup> {
  /** How many are reached directly, and in any number of hops, for certain. */
  direct: number;
  total: number;
  /** How many more are reached if all that nobody can tell of is open. */
  possible: number;
  /** By hops, then in the order of the groups; certain ones have the hops of their certain way. */
  reached: readonly Reached<G>[];
  /** Addresses outside that the workload itself may send to, on some port, for certain. */
  outside: readonly AddressRange[];
}

/** `start` is one of `groups`. Connections with conditions count: who takes over a workload also has its requests. */
export function blastRadius<G extends ReachGroup>(
  connections: Connections,
  groups: readonly G[],
  start: G,
): BlastRadius<G> {
  const rows = Rows.create(connections);
  const members = new Map(groups.map(group => [group, rows.member(group)]));
  const edge = (from: G, to: G): Edge | undefined => {
    const one = members.get(from);
    const other = members.get(to);
    return one && other && rows.between(one, other);
  };
  const reached = new Map<G, Reached<G>>();
  const spread = (certain: boolean) => {
    const rest = new Set(
      groups.filter(group => group !== start && !reached.has(group)),
    );
    // Uncertain ways may start wherever certain ones lead.
    const at = (hops: number) =>
      hops === 0
        ? [start]
        : [...reached.values()]
            .filter(entry => entry.hops === hops)
            .map(({ group }) => group);
    for (let hops = 1, from = at(0); from.length > 0; from = at(hops++)) {
      for (const via of from) {
        for (const group of rest) {
          const found = edge(via, group);
          const ports = found && portsOf(found, certain);
          if (ports && !ports.isEmpty) {
            reached.set(group, { group, hops, ports, via, certain });
            rest.delete(group);
          }
        }
      }
    }
    return reached.size;
  };
  const total = spread(true);
  const possible = spread(false) - total;
  const order = new Map(groups.map((group, index) => [group, index]));
  const list = [...reached.values()].sort(
    (left, right) =>
      left.hops - right.hops ||
      (order.get(left.group) ?? 0) - (order.get(right.group) ?? 0),
  );
  const own = members.get(start);
  return {
    direct: list.filter(({ hops, certain }) => hops === 1 && certain).length,
    total,
    possible,
    reached: list,
    outside: joinRanges(
      (own ? rows.outside(own, 'egress') : []).flatMap(
        ({ ranges, edge: out }) => (portsOf(out, true).isEmpty ? [] : ranges),
      ),
    ),
  };
}

function portsOf(
  { allowed, unknown, conditional }: Edge,
  certain: boolean,
): PortSet {
  return PortSet.union([
    allowed,
    ...conditional.map(({ ports }) => ports),
    ...(certain ? [] : [unknown]),
  ]);
}
