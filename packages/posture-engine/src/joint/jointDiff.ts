/**
 * What a change opens, closes and re-encrypts in network and mesh together:
 * the passages of two snapshots side by side, by workload and with the
 * addresses outside.
 */
import {
  CLOSED,
  DiffEndpoint,
  Direction,
  Edge,
  EdgeChange,
  PortSet,
  Sameness,
  changeOf,
} from '../decisions';
import { Piece, joinPieces, overlay } from '../mesh/edges/addressPieces';
import { connectionsOf } from '../network';
import {
  ClusterSnapshot,
  Workload,
  WorkloadReference,
  compare,
  workloadKey,
} from '../snapshot';
import {
  JointConnections,
  JointMember,
  jointConnectionsOf,
} from './JointConnections';
import { JointPassage } from './jointPassages';
import { Touched, isTouched, touchedMesh } from './touchedMesh';

type Transport = JointPassage['transport'];

/** Ports that are let through before and after, in another transport. */
export interface Reencryption {
  ports: PortSet;
  before: Transport;
  after: Transport;
}

export interface JointChange extends EdgeChange {
  source: DiffEndpoint;
  destination: DiffEndpoint;
  /** Disjoint. */
  reencrypted: readonly Reencryption[];
}

type Passages = readonly JointPassage[];
type Change = Omit<JointChange, 'source' | 'destination'>;

/** A workload before and after; absent where it does not exist. */
interface Pair {
  reference: WorkloadReference;
  before?: JointMember<Workload>;
  after?: JointMember<Workload>;
  /** Nothing about it changed that anybody could see. */
  same: boolean;
}

const NOTHING: Passages = [];

class JointPairs {
  static create(before: ClusterSnapshot, after: ClusterSnapshot): JointPairs {
    return new JointPairs({
      before: before.derive(jointConnectionsOf),
      after: after.derive(jointConnectionsOf),
    });
  }

  readonly #changes = new WeakMap<
    Passages,
    WeakMap<Passages, { change: Change | undefined }>
  >();

  private constructor(
    private readonly joint: Readonly<
      Record<'before' | 'after', JointConnections>
    >,
  ) {}

  member(when: 'before' | 'after', workload: Workload): JointMember<Workload> {
    return this.joint[when].member(workload);
  }

  between(source: Pair, destination: Pair): Change | undefined {
    const passages = (when: 'before' | 'after') => {
      const one = source[when];
      const other = destination[when];
      return one && other ? this.joint[when].among(one, other) : NOTHING;
    };
    return this.#changeOf(passages('before'), passages('after'));
  }

  outside(pair: Pair, direction: Direction): readonly Piece<Change>[] {
    const pieces = (when: 'before' | 'after') => {
      const member = pair[when];
      return member ? this.joint[when].outside(member, direction) : [];
    };
    type Seen = { when: 'before' | 'after'; passages: Passages }[];
    const seen = (when: 'before' | 'after'): Piece<Seen>[] =>
      pieces(when).map(({ ranges, value }) => ({
        ranges,
        value: [{ when, passages: value }],
      }));
    const changed = overlay([seen('before'), seen('after')], values =>
      values.flat(),
    ).flatMap(({ ranges, value }): Piece<Change>[] => {
      const at = (wanted: 'before' | 'after') =>
        value.find(({ when }) => when === wanted)?.passages ?? NOTHING;
      const change = this.#changeOf(at('before'), at('after'));
      return change ? [{ ranges, value: change }] : [];
    });
    return joinPieces(changed, inWords);
  }

  #changeOf(before: Passages, after: Passages): Change | undefined {
    if (before === after) {
      return undefined;
    }
    const changes = this.#changes.get(before) ?? new WeakMap();
    this.#changes.set(before, changes);
    const known = changes.get(after) ?? {
      change: changeBetween(before, after),
    };
    changes.set(after, known);
    return known.change;
  }
}

/** By source, then destination, each by namespace, name and kind; external ends last. */
export function* diffJointConnections(
  before: ClusterSnapshot,
  after: ClusterSnapshot,
): Generator<JointChange> {
  const joint = JointPairs.create(before, after);
  const pairs = pairsOf(joint, before, after);
  // Between two of which nothing changed, nothing did.
  const others = pairs.filter(({ same }) => !same);
  const end = ({ reference }: Pair): DiffEndpoint => ({
    kind: 'workload',
    reference,
  });
  for (const source of pairs) {
    for (const destination of source.same ? others : pairs) {
      const change =
        source === destination ? undefined : joint.between(source, destination);
      if (change) {
        yield { source: end(source), destination: end(destination), ...change };
      }
    }
    for (const { ranges, value } of source.same
      ? []
      : joint.outside(source, 'egress')) {
      yield {
        source: end(source),
        destination: { kind: 'external', ranges },
        ...value,
      };
    }
  }
  for (const destination of others) {
    for (const { ranges, value } of joint.outside(destination, 'ingress')) {
      yield {
        source: { kind: 'external', ranges },
        destination: end(destination),
        ...value,
      };
    }
  }
}

function pairsOf(
  joint: JointPairs,
  before: ClusterSnapshot,
  after: ClusterSnapshot,
): Pair[] {
  const pairs = new Map<string, Omit<Pair, 'same'>>();
  for (const [when, { workloads }] of [
    ['before', before],
    ['after', after],
  ] as const) {
    for (const workload of workloads) {
      const { reference } = workload;
      const key = workloadKey(reference);
      const pair = pairs.get(key) ?? { reference };
      pairs.set(key, { ...pair, [when]: joint.member(when, workload) });
    }
  }
  const network = Sameness.between(
    before.derive(connectionsOf),
    after.derive(connectionsOf),
  );
  const touched = touchedMesh(before, after);
  return [...pairs.values()]
    .map(pair => ({ ...pair, same: isSame(pair, network, touched) }))
    .sort(
      ({ reference: left }, { reference: right }) =>
        compare(left.namespace, right.namespace) ||
        compare(left.name, right.name) ||
        compare(left.kind, right.kind),
    );
}

function isSame(
  { reference, before, after }: Omit<Pair, 'same'>,
  network: Sameness | undefined,
  touched: Touched,
): boolean {
  return (
    before !== undefined &&
    after !== undefined &&
    !isTouched(touched, reference.namespace) &&
    network?.holdsFor({ before: before.network, after: after.network }) === true
  );
}

function changeBetween(before: Passages, after: Passages): Change | undefined {
  const change = changeOf(edgeOf(before), edgeOf(after));
  const reencrypted = before.flatMap(one =>
    after.flatMap(other => {
      const ports = one.ports.intersect(other.ports);
      return ports.isEmpty ||
        one.transport === other.transport ||
        !isOpen(one) ||
        !isOpen(other)
        ? []
        : [{ ports, before: one.transport, after: other.transport }];
    }),
  );
  return change || reencrypted.length > 0
    ? {
        opened: PortSet.none,
        closed: PortSet.none,
        conditions: PortSet.none,
        unknown: PortSet.none,
        ...change,
        reencrypted: mergeTransports(reencrypted),
      }
    : undefined;
}

function isOpen({ verdict }: JointPassage): boolean {
  return verdict === 'allow' || verdict === 'conditional';
}

function edgeOf(passages: Passages): Edge {
  const portsOf = (verdict: JointPassage['verdict']) =>
    PortSet.union(
      passages.flatMap(passage =>
        passage.verdict === verdict ? passage.ports : [],
      ),
    );
  return passages.length === 0
    ? CLOSED
    : {
        allowed: portsOf('allow'),
        unknown: portsOf('unknown'),
        conditional: passages.filter(
          ({ verdict }) => verdict === 'conditional',
        ),
      };
}

function mergeTransports(found: readonly Reencryption[]): Reencryption[] {
  const merged = new Map<string, Reencryption>();
  for (const one of found) {
    const key = `${one.before} ${one.after}`;
    const same = merged.get(key);
    merged.set(
      key,
      same ? { ...same, ports: PortSet.union([same.ports, one.ports]) } : one,
    );
  }
  return [...merged]
    .sort(([left], [right]) => compare(left, right))
    .map(([, one]) => one);
}

function inWords({ reencrypted, ...ports }: Change): string {
  return JSON.stringify([
    Object.values(ports).map(({ key }) => key),
    reencrypted.map(({ ports: { key }, before, after }) => [
      key,
      before,
      after,
    ]),
  ]);
}
