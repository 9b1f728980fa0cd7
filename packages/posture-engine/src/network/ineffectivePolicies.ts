/**
 * Policies and rules that change nothing today: they select no pod, name
 * nobody, or say what rules before them have decided already. For the kinds of
 * Kubernetes itself; a rule counts once it decides anything for some pod.
 */
import {
  ClassSet,
  Connections,
  DIRECTIONS,
  DecidingField,
  PortSet,
  TierRule,
  describeRule,
} from '../decisions';
import {
  ClusterSnapshot,
  LabelSelector,
  NetworkPolicy,
  ObjectReference,
  TieredPolicy,
  referenceTo,
} from '../snapshot';
import { cniOf } from './cni';
import { connectionsOf } from './connections';

export interface IneffectivePolicy {
  object: ObjectReference;
  /** `spec` for a whole policy, else its rule, such as `spec.ingress[1]`. */
  field: string;
  /** In a sentence, with the objects that make it so. */
  because: string;
}

type Use = 'effective' | { coveredBy: readonly DecidingField[] };

/** What is left of a rule after the rules before it. */
interface Piece {
  peers: ClassSet;
  ports: PortSet;
}

/** What became of every rule for some pod or other. */
class Seen {
  static create(connections: Connections): Seen {
    const seen = new Seen();
    const done = new Set<string>();
    const ids = new Map<object, number>();
    for (const podClass of connections.universe.podClasses) {
      for (const direction of DIRECTIONS) {
        const answers = connections.answers(podClass, direction);
        const key = answers
          .map(answer => {
            ids.set(answer, ids.get(answer) ?? ids.size);
            return ids.get(answer);
          })
          .join();
        if (!done.has(key)) {
          done.add(key);
          seen.#add(answers);
        }
      }
    }
    return seen;
  }

  /** Whether something could not be seen or evaluated that some answer needs. */
  hasDoubts = false;
  readonly #objects = new Set<string>();
  readonly #uses = new Map<string, Use>();

  private constructor() {}

  hasObject(object: ObjectReference): boolean {
    return this.#objects.has(keyOf(object));
  }

  useOf(object: ObjectReference, field: string): Use | undefined {
    return this.#uses.get(`${keyOf(object)} ${field}`);
  }

  #add(answers: ReturnType<Connections['answers']>): void {
    let earlier: TierRule[] = [];
    for (const { rules, otherwise } of answers) {
      const here: TierRule[] = [];
      for (const rule of rules) {
        // Of rivals none comes first.
        const rivals = 'rivals' in rule ? rule.rivals : [[rule]];
        for (const list of rivals) {
          const own: TierRule[] = [];
          for (const one of list) {
            this.#addRule(one, [...earlier, ...here, ...own]);
            own.push(one);
          }
        }
        here.push(...rivals.flat());
      }
      for (const { object } of otherwise.effect === 'deny'
        ? otherwise.decidedBy
        : []) {
        this.#objects.add(keyOf(object));
      }
      // What is passed on is open again for the next tier.
      earlier = [...earlier, ...here.filter(({ effect }) => effect !== 'pass')];
    }
  }

  #addRule(rule: TierRule, before: readonly TierRule[]): void {
    const { decidedBy } = rule;
    if (!decidedBy) {
      this.hasDoubts = true;
      return;
    }
    this.#objects.add(keyOf(decidedBy.object));
    const key = `${keyOf(decidedBy.object)} ${decidedBy.field}`;
    const known = this.#uses.get(key);
    if (known === 'effective') {
      return;
    }
    const { isLeft, coveredBy } = coverage(rule, before);
    this.#uses.set(
      key,
      isLeft
        ? 'effective'
        : { coveredBy: known?.coveredBy.length ? known.coveredBy : coveredBy },
    );
  }
}

function judgePolicy(
  policy: NetworkPolicy | TieredPolicy,
  seen: Seen,
  snapshot: ClusterSnapshot,
): IneffectivePolicy[] {
  const object = referenceTo(policy);
  if (!seen.hasObject(object)) {
    return [
      {
        object,
        field: 'spec',
        because:
          object.namespace === undefined
            ? 'it selects no pod, or has no rules'
            : `it selects no pod of namespace ${object.namespace}`,
      },
    ];
  }
  return DIRECTIONS.flatMap(direction =>
    (policy.spec?.[direction] ?? []).flatMap((rule, index) => {
      const field = `spec.${direction}[${index}]`;
      const use = seen.useOf(object, field);
      if (use === 'effective') {
        return [];
      }
      const missing = missingNamespaces(rule, snapshot);
      return [{ object, field, because: reasonOf(use, direction, missing) }];
    }),
  );
}

function reasonOf(
  use: Exclude<Use, 'effective'> | undefined,
  direction: 'ingress' | 'egress',
  missing: readonly string[],
): string {
  if (use && use.coveredBy.length > 0) {
    return `${use.coveredBy
      .map(describeRule)
      .join(' and ')} decides all of it before`;
  }
  if (missing.length > 0) {
    return `there is no namespace ${missing.join(' and no ')}`;
  }
  return use
    ? `it names nobody: no pod and no address is meant as ${
        direction === 'ingress' ? 'source' : 'destination'
      }`
    : 'no pod that the policy selects is subject to this rule, or has a port of the name that it asks for';
}

/** Namespaces that a rule asks for by name, and that hold nothing. */
function missingNamespaces(rule: object, snapshot: ClusterSnapshot): string[] {
  const peers: Peer[] = Object.entries(rule).flatMap(([key, value]) =>
    (key === 'from' || key === 'to') && Array.isArray(value) ? value : [],
  );
  return peers.flatMap(({ namespaceSelector, namespaces, pods }) => {
    const name = (namespaceSelector ?? namespaces ?? pods?.namespaceSelector)
      ?.matchLabels?.['kubernetes.io/metadata.name'];
    return name !== undefined &&
      !snapshot.get('Namespace', name) &&
      snapshot.workloadsIn(name).length === 0
      ? name
      : [];
  });
}

interface Peer {
  namespaceSelector?: LabelSelector;
  namespaces?: LabelSelector;
  pods?: { namespaceSelector?: LabelSelector };
}

function coverage(
  rule: TierRule,
  before: readonly TierRule[],
): { isLeft: boolean; coveredBy: DecidingField[] } {
  let pieces: Piece[] = rule.peers.isEmpty || rule.ports.isEmpty ? [] : [rule];
  const coveredBy = new Map<string, DecidingField>();
  for (const { peers, ports, decidedBy } of before.filter(decides)) {
    const next = pieces.flatMap(piece => {
      const shared = piece.peers.intersect(peers);
      if (shared.isEmpty || piece.ports.intersect(ports).isEmpty) {
        return [piece];
      }
      if (decidedBy) {
        coveredBy.set(
          `${keyOf(decidedBy.object)} ${decidedBy.field}`,
          decidedBy,
        );
      }
      return [
        { peers: piece.peers.subtract(peers), ports: piece.ports },
        { peers: shared, ports: piece.ports.subtract(ports) },
      ].filter(part => !part.peers.isEmpty && !part.ports.isEmpty);
    });
    pieces = next;
  }
  return { isLeft: pieces.length > 0, coveredBy: [...coveredBy.values()] };
}

/** What holds only under conditions, or nobody can tell, leaves something to the rules after it. */
function decides({ effect, conditions }: TierRule): boolean {
  return effect !== 'unknown' && !conditions;
}

function keyOf({ apiVersion, kind, namespace, name }: ObjectReference): string {
  return `${apiVersion} ${kind} ${namespace ?? ''}/${name}`;
}

/**
 * By kind, namespace, name, and the order of the rules. Empty where some policy
 * could not be seen or evaluated, and in networks that join these kinds with
 * their own.
 */
export function ineffectivePolicies(
  snapshot: ClusterSnapshot,
): IneffectivePolicy[] {
  if (snapshot.derive(cniOf).name !== 'kubernetes') {
    return [];
  }
  const seen = Seen.create(snapshot.derive(connectionsOf));
  if (seen.hasDoubts) {
    return [];
  }
  const policies: (NetworkPolicy | TieredPolicy)[] = [
    ...snapshot.all('AdminNetworkPolicy'),
    ...snapshot.all('BaselineAdminNetworkPolicy'),
    ...snapshot.all('ClusterNetworkPolicy'),
    ...snapshot.all('NetworkPolicy'),
  ];
  return policies.flatMap(policy => judgePolicy(policy, seen, snapshot));
}
