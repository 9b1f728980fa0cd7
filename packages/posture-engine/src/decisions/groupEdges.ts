/** Edges of several classes put together, and told apart. */
import { ALL_IPV6, AddressRange } from './addresses';
import type { Edge } from './Connections';
import { PortSet } from './PortSet';
import type { Condition } from './tier';

/** Undefined where nothing passes. */
export function unionEdges(edges: readonly Edge[]): Edge | undefined {
  const allowed = PortSet.union(edges.map(edge => edge.allowed));
  const unknown = PortSet.union(edges.map(edge => edge.unknown)).subtract(
    allowed,
  );
  const conditions = new Map<
    string,
    { ports: PortSet; conditions: readonly Condition[] }
  >();
  for (const { ports, conditions: list } of edges.flatMap(
    edge => edge.conditional,
  )) {
    const rest = ports.subtract(allowed);
    const key = list.join('|');
    const known = conditions.get(key);
    if (!rest.isEmpty) {
      conditions.set(key, {
        conditions: list,
        ports: known ? PortSet.union([known.ports, rest]) : rest,
      });
    }
  }
  return allowed.isEmpty && unknown.isEmpty && conditions.size === 0
    ? undefined
    : { allowed, unknown, conditional: [...conditions.values()] };
}

/** Equal where the same is true of both. */
export function keyOf({ allowed, unknown, conditional }: Edge): string {
  return [
    allowed.key,
    unknown.key,
    ...conditional
      .map(({ ports, conditions }) => `${ports.key}?${conditions.join('|')}`)
      .sort(),
  ].join('/');
}

/** Sorted, apart, and as few as possible. */
export function joinRanges(ranges: readonly AddressRange[]): AddressRange[] {
  const joined: AddressRange[] = [];
  for (const { from, to } of [...ranges].sort((left, right) =>
    left.from < right.from ? -1 : 1,
  )) {
    const last = joined[joined.length - 1];
    // IPv4 ends where IPv6 begins on the line; they are no neighbours.
    if (last && from <= last.to + 1n && from !== ALL_IPV6.from) {
      last.to = to > last.to ? to : last.to;
    } else {
      joined.push({ from, to });
    }
  }
  return joined;
}
