/**
 * All connections as people read them: by workload, with the addresses outside
 * in as few ranges as tell them apart. An edge of a workload is the union over
 * its pods; what is not listed is closed.
 */
import { Workload } from '../snapshot';
import { AddressRange } from './addresses';
import type { Connections, Edge } from './Connections';
import { PortSet } from './PortSet';
import type { Condition } from './tier';
import type { EndpointClass, ExternalClass } from './Universe';

export type ReachEndpoint =
  | { kind: 'workload'; workload: Workload }
  /** Ranges are sorted and do not touch. */
  | { kind: 'external'; ranges: readonly AddressRange[] };

export interface ReachEdge extends Edge {
  source: ReachEndpoint;
  destination: ReachEndpoint;
}

/** In the order of the workloads, external ends last; edges of a workload with itself are not evaluated. */
export function* reachByWorkload(
  connections: Connections,
  workloads: readonly Workload[],
): Generator<ReachEdge> {
  const { universe } = connections;
  const edges = new Map<number, Map<number, Edge>>();
  const edgeOf = (source: EndpointClass, destination: EndpointClass): Edge => {
    const row = edges.get(source.id) ?? new Map<number, Edge>();
    edges.set(source.id, row);
    let edge = row.get(destination.id);
    if (!edge) {
      edge = connections.edge(source, destination);
      row.set(destination.id, edge);
    }
    return edge;
  };
  const members = workloads.map(workload => ({
    workload,
    classes: [
      ...new Set(workload.pods.flatMap(pod => universe.classOfPod(pod) ?? [])),
    ],
  }));
  for (const source of members) {
    const from: ReachEndpoint = { kind: 'workload', workload: source.workload };
    for (const destination of members) {
      if (source !== destination) {
        const edge = unionEdges(
          source.classes.flatMap(one =>
            destination.classes.map(other => edgeOf(one, other)),
          ),
        );
        if (edge) {
          yield {
            source: from,
            destination: { kind: 'workload', workload: destination.workload },
            ...edge,
          };
        }
      }
    }
    for (const { ranges, edge } of externalEdges(
      universe.externalClasses,
      outside => source.classes.map(inside => edgeOf(inside, outside)),
    )) {
      yield {
        source: from,
        destination: { kind: 'external', ranges },
        ...edge,
      };
    }
  }
  for (const destination of members) {
    for (const { ranges, edge } of externalEdges(
      universe.externalClasses,
      outside => destination.classes.map(inside => edgeOf(outside, inside)),
    )) {
      yield {
        source: { kind: 'external', ranges },
        destination: { kind: 'workload', workload: destination.workload },
        ...edge,
      };
    }
  }
}

/** Undefined where nothing passes. */
function unionEdges(edges: readonly Edge[]): Edge | undefined {
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

function keyOf({ allowed, unknown, conditional }: Edge): string {
  return [
    allowed.key,
    unknown.key,
    ...conditional.map(
      ({ ports, conditions }) => `${ports.key}?${conditions.join('|')}`,
    ),
  ].join('/');
}

/** The classes outside, merged where nothing tells their edges apart. */
function externalEdges(
  classes: readonly ExternalClass[],
  edgesOf: (external: ExternalClass) => Edge[],
): { ranges: AddressRange[]; edge: Edge }[] {
  const merged = new Map<string, { ranges: AddressRange[]; edge: Edge }>();
  for (const external of classes) {
    const edge = unionEdges(edgesOf(external));
    if (edge) {
      const key = keyOf(edge);
      const same = merged.get(key) ?? { ranges: [], edge };
      same.ranges.push(...external.ranges);
      merged.set(key, same);
    }
  }
  return [...merged.values()].map(({ ranges, edge }) => ({
    edge,
    ranges: joinRanges(ranges),
  }));
}

function joinRanges(ranges: readonly AddressRange[]): AddressRange[] {
  const joined: AddressRange[] = [];
  for (const { from, to } of [...ranges].sort((left, right) =>
    left.from < right.from ? -1 : 1,
  )) {
    const last = joined[joined.length - 1];
    // IPv4 ends where IPv6 begins on the line; they are no neighbours.
    if (last && last.to + 1n === from && from !== 1n << 32n) {
      last.to = to;
    } else {
      joined.push({ from, to });
    }
  }
  return joined;
}
