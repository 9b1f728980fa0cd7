/**
 * Who may reach whom, for all pairs at once, without a list of pairs: for each
 * class and direction a relation (ports × peers). A connection passes where
 * the source's egress and the destination's ingress both let it.
 *
 * Relations are computed once for all classes of which the tiers say the same,
 * and port by port only where some rule of theirs tells ports apart.
 */
import type { Fact } from './ClassFacts';
import { PortSet } from './PortSet';
import { Relation, Relations, saySameRelations } from './relation';
import {
  Condition,
  DIRECTIONS,
  Direction,
  Tier,
  TierAnswer,
  unknownAnswer,
} from './tier';
import type { EndpointClass, PodClass } from './endpointClasses';
import type { Universe } from './Universe';

/** What holds between two classes. */
export interface Edge {
  allowed: PortSet;
  unknown: PortSet;
  conditional: readonly { ports: PortSet; conditions: readonly Condition[] }[];
}

/** What was found out about a class in one direction. */
interface Finding {
  endpoint: EndpointClass;
  answers: readonly TierAnswer[];
  /** What the answers were made from. */
  facts: readonly Fact[];
  relation?: Relation;
}

type Findings = Readonly<Record<Direction, Map<number, Finding>>>;

function noFindings(): Findings {
  return { ingress: new Map(), egress: new Map() };
}

/** What became of an earlier snapshot. */
export interface Change {
  /** Facts that hold no more. */
  outdated: ReadonlySet<Fact>;
  /** Whether the tiers may say otherwise of a class than before. */
  concerns(podClass: PodClass): boolean;
}

export class Connections {
  static create(universe: Universe, tiers: readonly Tier[]): Connections {
    return new Connections(universe, tiers, noFindings(), noFindings());
  }

  readonly #relations: Relations;
  readonly #findings: Findings;

  private constructor(
    readonly universe: Universe,
    readonly tiers: readonly Tier[],
    findings: Findings,
    /** What was found before a change that may have changed it. */
    private readonly earlier: Findings,
  ) {
    this.#relations = Relations.create(universe.everyone);
    this.#findings = findings;
  }

  /** Those of a later snapshot, whose universe has the same ids: what the change does not touch is shared. */
  after(
    universe: Universe,
    tiers: readonly Tier[],
    { outdated, concerns }: Change,
  ): Connections {
    const kept = noFindings();
    const earlier = noFindings();
    for (const direction of DIRECTIONS) {
      for (const [id, finding] of this.#findings[direction]) {
        const { endpoint, facts } = finding;
        const holds =
          universe.get(id) === endpoint &&
          !(endpoint.kind === 'pods' && concerns(endpoint)) &&
          !(outdated.size > 0 && facts.some(fact => outdated.has(fact)));
        (holds ? kept : earlier)[direction].set(id, finding);
      }
    }
    return new Connections(universe, tiers, kept, earlier);
  }

  /** Of an endpoint outside nothing is decided here: it may send and be sent everything. */
  relation(endpoint: EndpointClass, direction: Direction): Relation {
    const finding = this.#find(endpoint, direction);
    if (!finding.relation) {
      const relation = this.#relations.of(finding.answers);
      // One object for what is the same, so that nobody need look for a difference.
      const before = this.earlier[direction].get(endpoint.id)?.relation;
      finding.relation =
        before && saySameRelations(before, relation) ? before : relation;
      this.earlier[direction].delete(endpoint.id);
    }
    return finding.relation;
  }

  /** What the tiers say of a class, in order; tiers with nothing to say are left out. */
  answers(subject: EndpointClass, direction: Direction): readonly TierAnswer[] {
    return this.#find(subject, direction).answers;
  }

  #find(subject: EndpointClass, direction: Direction): Finding {
    let finding = this.#findings[direction].get(subject.id);
    if (!finding) {
      const { value: answers, from: facts } = this.universe.facts.watch(() =>
        this.tiers.flatMap(
          tier => answerOf(tier, subject, direction, this.universe) ?? [],
        ),
      );
      // Rows are asked with a part of the pods of a class.
      const endpoint = this.universe.get(subject.id);
      finding = { endpoint, answers, facts };
      this.#findings[direction].set(subject.id, finding);
    }
    return finding;
  }

  edge(source: EndpointClass, destination: EndpointClass): Edge {
    return joinEdges(
      this.relation(source, 'egress'),
      destination.id,
      this.relation(destination, 'ingress'),
      source.id,
    );
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
