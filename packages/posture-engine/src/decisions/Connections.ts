/**
 * Who may reach whom, for all pairs at once, without a list of pairs: for each
 * class and direction a relation (ports × peers). A connection passes where
 * the source's egress and the destination's ingress both let it.
 *
 * Relations are computed once for all classes of which the tiers say the same,
 * and port by port only where some rule of theirs tells ports apart.
 */
import { PortSet } from './PortSet';
import { Relation, computeRelation } from './relation';
import { Condition, Direction, Tier, TierAnswer, unknownAnswer } from './tier';
import type { EndpointClass, Universe } from './Universe';

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
