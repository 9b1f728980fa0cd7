/**
 * What a change opens and closes: the edges of two snapshots side by side, by
 * workload and with the addresses outside. Pairs that are closed in both are
 * sorted out by their classes, and what holds for one pair of classes is
 * compared once.
 */
import { Workload, WorkloadReference, compare, workloadKey } from '../snapshot';
import { AddressRange } from './addresses';
import type { Connections, Edge } from './Connections';
import { PortSet } from './PortSet';
import { Sameness } from './Sameness';
import { EVERY_ADDRESS } from './reach';
import { joinRanges } from './groupEdges';
import { Member, OutsideEdge, Rows } from './reachRows';

export type DiffEndpoint =
  | { kind: 'workload'; reference: WorkloadReference }
  /** Ranges are sorted and do not touch. */
  | { kind: 'external'; ranges: readonly AddressRange[] };

/** Ports by what became of them; each is in one set at most. */
export interface EdgeChange {
  /** Denied before, let through now, maybe with conditions. */
  opened: PortSet;
  closed: PortSet;
  /** Let through before and now, with other conditions. */
  conditions: PortSet;
  /** Nobody can tell before, or now. */
  unknown: PortSet;
}

export interface ConnectionChange extends EdgeChange {
  source: DiffEndpoint;
  destination: DiffEndpoint;
}

/** What is looked at of one snapshot. */
export interface DiffSide {
  connections: Connections;
  workloads: readonly Workload[];
}

/** A workload before and after; absent where it does not exist. */
interface Pair {
  reference: WorkloadReference;
  before?: Member<Workload>;
  after?: Member<Workload>;
  /** The same pods, of which the same relations say what they may do. */
  same?: boolean;
}

interface OutsideChange {
  ranges: AddressRange[];
  change: EdgeChange;
}

const NOBODY: readonly OutsideEdge[] = [];

export const CLOSED: Edge = {
  allowed: PortSet.none,
  unknown: PortSet.none,
  conditional: [],
};

class Pairs {
  static create(before: DiffSide, after: DiffSide): Pairs {
    const rows = {
      before: Rows.create(before.connections),
      after: Rows.create(after.connections),
    };
    const pairs = new Map<string, Pair>();
    for (const when of ['before', 'after'] as const) {
      for (const workload of { before, after }[when].workloads) {
        const { reference } = workload;
        const key = workloadKey(reference);
        const pair = pairs.get(key) ?? { reference };
        pair[when] = rows[when].member(workload);
        pairs.set(key, pair);
      }
    }
    const same = Sameness.between(before.connections, after.connections);
    for (const pair of pairs.values()) {
      pair.same = same?.holdsFor(pair);
    }
    return new Pairs(
      rows,
      [...pairs.values()].sort(
        ({ reference: left }, { reference: right }) =>
          compare(left.namespace, right.namespace) ||
          compare(left.name, right.name) ||
          compare(left.kind, right.kind),
      ),
    );
  }

  readonly #changes = new WeakMap<
    Edge,
    WeakMap<Edge, { change: EdgeChange | undefined }>
  >();
  readonly #outside = new Map<
    readonly OutsideEdge[],
    Map<readonly OutsideEdge[], OutsideChange[]>
  >();

  private constructor(
    private readonly rows: Readonly<Record<'before' | 'after', Rows>>,
    readonly workloads: readonly Pair[],
  ) {}

  between(source: Pair, destination: Pair): EdgeChange | undefined {
    const edge = (when: 'before' | 'after') => {
      const one = source[when];
      const other = destination[when];
      return one && other && this.rows[when].between(one, other);
    };
    const before = edge('before');
    const after = edge('after');
    if (!before && !after) {
      return undefined;
    }
    const one = before ?? CLOSED;
    const other = after ?? CLOSED;
    const changes = this.#changes.get(one) ?? new WeakMap();
    this.#changes.set(one, changes);
    const known = changes.get(other) ?? { change: changeOf(one, other) };
    changes.set(other, known);
    return known.change;
  }

  outside(pair: Pair, direction: 'ingress' | 'egress'): OutsideChange[] {
    const edges = (when: 'before' | 'after') => {
      const member = pair[when];
      return member ? this.rows[when].outside(member, direction) : NOBODY;
    };
    const before = edges('before');
    const after = edges('after');
    const known = this.#outside.get(before) ?? new Map();
    this.#outside.set(before, known);
    if (!known.has(after)) {
      known.set(after, outsideChanges(before, after));
    }
    return known.get(after) ?? [];
  }
}

/** By source, then destination, each by namespace, name and kind; external ends last. */
export function* diffConnections(
  before: DiffSide,
  after: DiffSide,
): Generator<ConnectionChange> {
  const pair = Pairs.create(before, after);
  // Between two of which nothing changed, nothing did.
  const others = pair.workloads.filter(({ same }) => !same);
  for (const source of pair.workloads) {
    const from: DiffEndpoint = {
      kind: 'workload',
      reference: source.reference,
    };
    for (const destination of source.same ? others : pair.workloads) {
      const change =
        source === destination ? undefined : pair.between(source, destination);
      if (change) {
        yield {
          source: from,
          destination: { kind: 'workload', reference: destination.reference },
          ...change,
        };
      }
    }
    for (const { ranges, change } of source.same
      ? []
      : pair.outside(source, 'egress')) {
      yield {
        source: from,
        destination: { kind: 'external', ranges },
        ...change,
      };
    }
  }
  for (const destination of others) {
    for (const { ranges, change } of pair.outside(destination, 'ingress')) {
      yield {
        source: { kind: 'external', ranges },
        destination: { kind: 'workload', reference: destination.reference },
        ...change,
      };
    }
  }
}

/** Undefined where nothing changes. */
export function changeOf(
  before: Edge = CLOSED,
  after: Edge = CLOSED,
): EdgeChange | undefined {
  const was = openPorts(before);
  const is = openPorts(after);
  const unknown = PortSet.union([
    before.unknown.subtract(was).subtract(after.unknown),
    after.unknown.subtract(is).subtract(before.unknown),
    before.unknown.intersect(is).subtract(after.unknown),
    after.unknown.intersect(was).subtract(before.unknown),
  ]);
  const change: EdgeChange = {
    opened: is.subtract(was).subtract(unknown),
    closed: was.subtract(is).subtract(unknown),
    conditions: otherConditions(before, after, was.intersect(is)).subtract(
      unknown,
    ),
    unknown,
  };
  return Object.values(change).every((ports: PortSet) => ports.isEmpty)
    ? undefined
    : change;
}

/** Let through, whatever the conditions. */
function openPorts({ allowed, conditional }: Edge): PortSet {
  return PortSet.union([allowed, ...conditional.map(({ ports }) => ports)]);
}

/** The ports of some that have other conditions, or none any more. */
function otherConditions(before: Edge, after: Edge, ports: PortSet): PortSet {
  const byConditions = ({ allowed, conditional }: Edge) => {
    const sets = new Map<string, PortSet>([['', allowed]]);
    for (const part of conditional) {
      const key = [...part.conditions].sort().join('|');
      sets.set(key, PortSet.union([sets.get(key) ?? PortSet.none, part.ports]));
    }
    return sets;
  };
  const was = byConditions(before);
  const is = byConditions(after);
  return PortSet.union(
    [...new Set([...was.keys(), ...is.keys()])].flatMap(key => {
      const one = was.get(key) ?? PortSet.none;
      const other = is.get(key) ?? PortSet.none;
      return [one.subtract(other), other.subtract(one)];
    }),
  ).intersect(ports);
}

/** Cut at the borders of both, and merged where the same becomes of them. */
function outsideChanges(
  before: readonly OutsideEdge[],
  after: readonly OutsideEdge[],
): OutsideChange[] {
  const borders = new Set(
    EVERY_ADDRESS.flatMap(({ from, to }) => [from, to + 1n]),
  );
  for (const { from, to } of [...before, ...after].flatMap(
    ({ ranges }) => ranges,
  )) {
    borders.add(from);
    borders.add(to + 1n);
  }
  const places = [...borders].sort((left, right) => (left < right ? -1 : 1));
  const was = edgesAt(before, places);
  const is = edgesAt(after, places);
  const merged = new Map<string, OutsideChange>();
  places.slice(0, -1).forEach((from, index) => {
    const change = changeOf(was[index], is[index]);
    if (change) {
      const key = Object.values(change)
        .map((ports: PortSet) => ports.key)
        .join('/');
      const same = merged.get(key) ?? { ranges: [], change };
      same.ranges.push({ from, to: places[index + 1] - 1n });
      merged.set(key, same);
    }
  });
  return [...merged.values()].map(({ ranges, change }) => ({
    change,
    ranges: joinRanges(ranges),
  }));
}

/** The edge that holds from each place on. Ranges of different edges do not overlap. */
function edgesAt(
  edges: readonly OutsideEdge[],
  places: readonly bigint[],
): (Edge | undefined)[] {
  const index = new Map(places.map((place, position) => [place, position]));
  const found = new Array<Edge | undefined>(places.length);
  for (const { ranges, edge } of edges) {
    for (const { from, to } of ranges) {
      found.fill(edge, index.get(from), index.get(to + 1n));
    }
  }
  return found;
}
