/**
 * Who may reach whom, for all pairs at once, without a list of pairs: for each
 * class and direction a relation (ports × peers). A connection passes where
 * the source's egress and the destination's ingress both let it.
 *
 * Relations are computed once for all classes of which the tiers say the same,
 * and port by port only where some rule of theirs tells ports apart.
 */
import { ClassSet } from './ClassSet';
import { PortSet, portAtoms } from './PortSet';
import {
  Condition,
  Direction,
  Effect,
  RivalRules,
  Tier,
  TierAnswer,
  TierRule,
  rulesOf,
  unknownAnswer,
} from './tier';
import type { EndpointClass, Universe } from './Universe';

/** Whom a class may reach, or be reached by, on one set of ports. */
export interface RelationEntry {
  ports: PortSet;
  allowed: ClassSet;
  /** Where nobody can tell. */
  unknown: ClassSet;
  /** Allowed if one of the conditions holds. */
  conditional: readonly { peers: ClassSet; conditions: readonly Condition[] }[];
}

/** Entries with disjoint ports; ports in no entry are closed. */
export type Relation = readonly RelationEntry[];

/** What holds between two classes. */
export interface Edge {
  allowed: PortSet;
  unknown: PortSet;
  conditional: readonly { ports: PortSet; conditions: readonly Condition[] }[];
}

export class Connections {
  static create(universe: Universe, tiers: readonly Tier[]): Connections {
    return new Connections(universe, tiers);
  }

  readonly #answers: Record<Direction, Map<number, readonly TierAnswer[]>> = {
    ingress: new Map(),
    egress: new Map(),
  };
  readonly #byAnswers = new Map<string, Relation>();
  readonly #answerIds = new Map<TierAnswer, number>();
  readonly #byClass: Record<Direction, Map<number, Relation>> = {
    ingress: new Map(),
    egress: new Map(),
  };

  private constructor(
    readonly universe: Universe,
    readonly tiers: readonly Tier[],
  ) {}

  /** Of an endpoint outside nothing is decided here: it may send and be sent everything. */
  relation(endpoint: EndpointClass, direction: Direction): Relation {
    const known = this.#byClass[direction].get(endpoint.id);
    if (known) {
      return known;
    }
    const answers = this.answers(endpoint, direction);
    const key = answers.map(answer => this.#idOf(answer)).join();
    let relation = this.#byAnswers.get(key);
    if (!relation) {
      relation = computeRelation(answers, this.universe);
      this.#byAnswers.set(key, relation);
    }
    this.#byClass[direction].set(endpoint.id, relation);
    return relation;
  }

  /** What the tiers say of a class, in order; tiers with nothing to say are left out. */
  answers(subject: EndpointClass, direction: Direction): readonly TierAnswer[] {
    let answers = this.#answers[direction].get(subject.id);
    if (!answers) {
      answers = this.tiers.flatMap(
        tier => answerOf(tier, subject, direction, this.universe) ?? [],
      );
      this.#answers[direction].set(subject.id, answers);
    }
    return answers;
  }

  edge(source: EndpointClass, destination: EndpointClass): Edge {
    return joinEdges(
      this.relation(source, 'egress'),
      destination.id,
      this.relation(destination, 'ingress'),
      source.id,
    );
  }

  #idOf(answer: TierAnswer): number {
    let id = this.#answerIds.get(answer);
    if (id === undefined) {
      id = this.#answerIds.size;
      this.#answerIds.set(answer, id);
    }
    return id;
  }
}

/** Of an endpoint outside no tier says anything. A policy that cannot be evaluated leaves open what it decides. */
function answerOf(
  tier: Tier,
  subject: EndpointClass,
  direction: Direction,
  universe: Universe,
): TierAnswer | undefined {
  try {
    switch (subject.kind) {
      case 'pods':
        return tier.answer(subject, direction);
      case 'node':
        return tier.answerNode?.(subject, direction);
      default:
        return undefined;
    }
  } catch (error) {
    return unknownAnswer(
      universe,
      error instanceof Error ? error.message : String(error),
    );
  }
}

function computeRelation(
  answers: readonly TierAnswer[],
  universe: Universe,
): Relation {
  const everyone: RelationEntry = {
    ports: PortSet.all,
    allowed: universe.everyone,
    unknown: ClassSet.none,
    conditional: [],
  };
  if (answers.length === 0) {
    return [everyone];
  }
  const atoms = portAtoms(
    answers.flatMap(answer => rulesOf(answer).map(({ ports }) => ports)),
  );
  // Ports of which the same is true are one entry again.
  const entries = new Map<string, { parts: PortSet[]; entry: RelationEntry }>();
  for (const atom of atoms) {
    const entry = computeEntry(answers, atom, universe);
    if (entry) {
      const key = keyOf(entry);
      const same = entries.get(key);
      if (same) {
        same.parts.push(atom);
      } else {
        entries.set(key, { parts: [atom], entry });
      }
    }
  }
  return [...entries.values()].map(({ parts, entry }) => ({
    ...entry,
    ports: PortSet.union(parts),
  }));
}

/** Collects who ends up where. */
class Outcome {
  passed: ClassSet[] = [];
  readonly #allowed: ClassSet[] = [];
  readonly #unknown: ClassSet[] = [];
  readonly #conditional: RelationEntry['conditional'][number][] = [];

  add(
    effect: Effect,
    peers: ClassSet,
    conditions?: readonly Condition[],
  ): void {
    switch (effect) {
      case 'allow':
        if (conditions) {
          this.#conditional.push({ peers, conditions });
        } else {
          this.#allowed.push(peers);
        }
        break;
      case 'unknown':
        this.#unknown.push(peers);
        break;
      case 'pass':
        this.passed.push(peers);
        break;
      default:
    }
  }

  /** Undefined where nothing passes. */
  entry(ports: PortSet, open: ClassSet): RelationEntry | undefined {
    const allowed = ClassSet.union([...this.#allowed, open]);
    const unknown = ClassSet.union(this.#unknown);
    const conditional = this.#conditional.flatMap(({ peers, conditions }) => {
      // Whoever gets in anyway needs no condition.
      const rest = peers.subtract(allowed);
      return rest.isEmpty ? [] : [{ peers: rest, conditions }];
    });
    return allowed.isEmpty && unknown.isEmpty && conditional.length === 0
      ? undefined
      : { ports, allowed, unknown, conditional };
  }
}

/** Undefined where nothing passes. */
function computeEntry(
  answers: readonly TierAnswer[],
  atom: PortSet,
  universe: Universe,
): RelationEntry | undefined {
  let open = universe.everyone;
  const outcome = new Outcome();
  for (const { rules, otherwise } of answers) {
    // What passes is done with this tier and still open for the next.
    outcome.passed = [];
    for (const rule of rules) {
      if (open.isEmpty) {
        break;
      }
      open =
        'rivals' in rule
          ? settleRivals(rule, atom, open, outcome)
          : settle(rule, atom, open, outcome);
    }
    open = ClassSet.union([
      ...(otherwise.effect === 'deny' ? [] : [open]),
      ...outcome.passed,
    ]);
  }
  // What no tier decided passes.
  return outcome.entry(atom, open);
}

/** Returns whom the rule leaves open. */
function settle(
  rule: TierRule,
  atom: PortSet,
  open: ClassSet,
  outcome: Outcome,
): ClassSet {
  if (!rule.ports.contains(atom) || !open.intersects(rule.peers)) {
    return open;
  }
  outcome.add(rule.effect, open.intersect(rule.peers), rule.conditions);
  return rule.elseNext ? open : open.subtract(rule.peers);
}

/** Each list is asked alone; whom they agree on is settled so, whom they do not is unknown. */
function settleRivals(
  { rivals }: RivalRules,
  atom: PortSet,
  open: ClassSet,
  outcome: Outcome,
): ClassSet {
  const effects = ['allow', 'deny', 'pass', 'unknown'] as const;
  const byEffect = new Map<Effect, ClassSet[]>();
  for (const rules of rivals) {
    let rest = open;
    for (const rule of rules) {
      if (rule.ports.contains(atom) && rest.intersects(rule.peers)) {
        const effect = rule.conditions ? 'unknown' : rule.effect;
        const sets = byEffect.get(effect) ?? [];
        sets.push(rest.intersect(rule.peers));
        byEffect.set(effect, sets);
        rest = rest.subtract(rule.peers);
      }
    }
  }
  const matched = effects.map(effect =>
    ClassSet.union(byEffect.get(effect) ?? []),
  );
  const disputed = ClassSet.union(
    matched.flatMap((set, index) =>
      matched.slice(index + 1).map(other => set.intersect(other)),
    ),
  );
  effects.forEach((effect, index) => {
    outcome.add(effect, matched[index].subtract(disputed));
  });
  outcome.add('unknown', disputed);
  return open.subtract(ClassSet.union(matched));
}

function keyOf({ allowed, unknown, conditional }: RelationEntry): string {
  return [
    allowed.key,
    unknown.key,
    ...conditional.map(
      ({ peers, conditions }) => `${peers.key}?${conditions.join('|')}`,
    ),
  ].join('/');
}

interface OneSide {
  allowed: PortSet;
  unknown: PortSet;
  conditional: { ports: PortSet; conditions: readonly Condition[] }[];
}

function sideOf(relation: Relation, peer: number): OneSide {
  const allowed: PortSet[] = [];
  const unknown: PortSet[] = [];
  const conditional: OneSide['conditional'] = [];
  for (const entry of relation) {
    if (entry.allowed.has(peer)) {
      allowed.push(entry.ports);
    } else if (entry.unknown.has(peer)) {
      unknown.push(entry.ports);
    }
    for (const { peers, conditions } of entry.conditional) {
      if (peers.has(peer)) {
        conditional.push({ ports: entry.ports, conditions });
      }
    }
  }
  return {
    allowed: PortSet.union(allowed),
    unknown: PortSet.union(unknown),
    conditional,
  };
}

/** Both sides must let a connection; who cannot tell spoils it unless the other side refuses. */
function joinEdges(
  egress: Relation,
  destination: number,
  ingress: Relation,
  source: number,
): Edge {
  const out = sideOf(egress, destination);
  const into = sideOf(ingress, source);
  const allowed = out.allowed.intersect(into.allowed);
  const open = ({ allowed: ports, conditional }: OneSide) =>
    PortSet.union([ports, ...conditional.map(part => part.ports)]);
  const unknown = PortSet.union([
    out.unknown.intersect(PortSet.union([open(into), into.unknown])),
    into.unknown.intersect(open(out)),
  ]);
  const conditional: { ports: PortSet; conditions: readonly Condition[] }[] =
    [];
  const add = (ports: PortSet, conditions: readonly Condition[]) => {
    if (!ports.isEmpty) {
      conditional.push({ ports, conditions });
    }
  };
  for (const { ports, conditions } of out.conditional) {
    add(ports.intersect(into.allowed), conditions);
    for (const other of into.conditional) {
      add(
        ports.intersect(other.ports),
        conditions.flatMap(first =>
          other.conditions.map(second => `${first} and ${second}`),
        ),
      );
    }
  }
  for (const { ports, conditions } of into.conditional) {
    add(ports.intersect(out.allowed), conditions);
  }
  return { allowed, unknown, conditional };
}
