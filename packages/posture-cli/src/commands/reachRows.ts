/** What `reach` prints, one row for the ports of an edge of which the same is true. */
import {
  ClusterSnapshot,
  JointEdge,
  JointPassage,
  Layer,
  PortSet,
  ReachEdge,
  ReachSide,
  compare,
  connectionsOf,
  jointConnectionsOf,
  jointReach,
  reach,
} from '@backstage-zero-trust/posture-engine';
import { End, Group, Grouping, endOf } from './reachEnds';

export interface ReachRow {
  source: End;
  destination: End;
  ports: PortSet;
  /** `refused`: the network lets it through, and what the client sends is not what the server takes. */
  verdict: 'allow' | 'unknown' | 'refused';
  /** Null where the mesh was not asked, and where nobody can tell. */
  transport: 'mtls' | 'plaintext' | 'tls' | 'either' | null;
  /** One of them must hold; none where the connection is let through as it is. */
  conditions: readonly string[];
  /** Why nobody can tell, or why it is refused; empty for what is let through. */
  reason: string;
}

export interface RowsOptions {
  by: Grouping;
  layers: readonly Layer[];
  from: ReachSide<Group>;
  to: ReachSide<Group>;
  /** Where there are several. */
  cluster?: string;
}

export function* rowsOf(
  snapshot: ClusterSnapshot,
  { by, layers, from, to, cluster }: RowsOptions,
): Generator<ReachRow> {
  const options = { from, to, within: by === 'namespace' };
  if (layers.includes('mesh')) {
    for (const edge of jointReach(
      snapshot.derive(jointConnectionsOf),
      options,
    )) {
      yield* rowsOfJoint(edge, cluster);
    }
  } else {
    for (const edge of reach(snapshot.derive(connectionsOf), options)) {
      yield* rowsOfNetwork(edge, cluster);
    }
  }
}

function* rowsOfNetwork(
  { source, destination, ...edge }: ReachEdge<Group>,
  cluster: string | undefined,
): Generator<ReachRow> {
  const row = {
    source: endOf(source, cluster),
    destination: endOf(destination, cluster),
    verdict: 'allow',
    transport: null,
    conditions: [],
    reason: '',
  } as const;
  if (!edge.allowed.isEmpty) {
    yield { ...row, ports: edge.allowed };
  }
  const conditional = edge.conditional
    .map(({ ports, conditions }) => ({
      ports,
      conditions: [...new Set(conditions)].sort(),
    }))
    .sort((left, right) =>
      compare(left.conditions.join('|'), right.conditions.join('|')),
    );
  for (const { ports, conditions } of conditional) {
    yield { ...row, ports, conditions };
  }
  if (!edge.unknown.isEmpty) {
    yield {
      ...row,
      ports: edge.unknown,
      verdict: 'unknown',
      reason: edge.reasons.join('; '),
    };
  }
}

/** What a row says of its ports. */
type Told = Omit<ReachRow, 'source' | 'destination' | 'ports'>;

/** Many edges share their passages. */
const known = new WeakMap<
  readonly JointPassage[],
  readonly (Told & Pick<ReachRow, 'ports'>)[]
>();

function* rowsOfJoint(
  { source, destination, passages }: JointEdge<Group>,
  cluster: string | undefined,
): Generator<ReachRow> {
  let told = known.get(passages);
  if (!told) {
    told = toldBy(passages);
    known.set(passages, told);
  }
  const ends = {
    source: endOf(source, cluster),
    destination: endOf(destination, cluster),
  };
  for (const row of told) {
    // Nobody outside was promised that a server takes plaintext.
    if (row.verdict !== 'refused' || source.kind === 'pods') {
      yield { ...ends, ...row };
    }
  }
}

const ORDER: readonly ReachRow['verdict'][] = ['allow', 'refused', 'unknown'];

/** Ports of which the same is said are one row; what the mesh denies is in none. */
function toldBy(passages: readonly JointPassage[]) {
  const rows = new Map<string, Told & { parts: PortSet[] }>();
  for (const passage of passages) {
    const told = toldOf(passage);
    if (told) {
      const key = JSON.stringify(told);
      const same = rows.get(key) ?? { ...told, parts: [] };
      same.parts.push(passage.ports);
      rows.set(key, same);
    }
  }
  return [...rows.values()]
    .map(({ parts, ...told }) => ({ ...told, ports: PortSet.union(parts) }))
    .sort(
      (left, right) =>
        ORDER.indexOf(left.verdict) - ORDER.indexOf(right.verdict) ||
        compare(left.transport ?? '', right.transport ?? '') ||
        compare(left.conditions.join('|'), right.conditions.join('|')) ||
        compare(left.reason, right.reason),
    );
}

function toldOf({
  verdict,
  transport,
  conditions,
  reason,
}: JointPassage): Told | undefined {
  switch (verdict) {
    case 'deny':
      return transport === 'refused'
        ? { verdict: 'refused', transport: null, conditions: [], reason }
        : undefined;
    case 'unknown':
      return {
        verdict,
        transport: establishedBy(transport),
        conditions: [],
        reason,
      };
    default:
      return {
        verdict: 'allow',
        transport: establishedBy(transport),
        conditions,
        reason: '',
      };
  }
}

function establishedBy(
  transport: JointPassage['transport'],
): ReachRow['transport'] {
  switch (transport) {
    case 'refused':
    case 'none':
    case 'unknown':
      return null;
    default:
      return transport;
  }
}
