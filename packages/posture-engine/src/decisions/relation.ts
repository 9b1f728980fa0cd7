/**
 * What the answers of the tiers come to: for each set of ports that some rule
 * tells apart, who is let through, who is not, and of whom nobody can tell.
 */
import { ClassSet } from './ClassSet';
import { Outcome, State } from './Outcome';
import { PortSet } from './PortSet';
import { Condition, TierAnswer, rulesOf } from './tier';

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

/** States are remembered up to here: the first tiers say the same of very many classes. */
const MOST_STATES = 10_000;

/** Computes relations, each once for equal answers. */
export class Relations {
  static create(everyone: ClassSet): Relations {
    return new Relations(everyone);
  }

  readonly #relations = new Map<string, Relation>();
  readonly #ids = new Map<TierAnswer, number>();
  readonly #states = new Map<string, State>();
  readonly #start: State;
  #lastState = 0;

  private constructor(private readonly everyone: ClassSet) {
    this.#start = {
      id: 0,
      open: everyone,
      allowed: [],
      unknown: [],
      conditional: [],
      within: new Map(),
    };
  }

  of(answers: readonly TierAnswer[]): Relation {
    const key = answers.map(answer => this.#idOf(answer)).join();
    let relation = this.#relations.get(key);
    if (!relation) {
      relation = this.#compute(answers);
      this.#relations.set(key, relation);
    }
    return relation;
  }

  #idOf(answer: TierAnswer): number {
    let id = this.#ids.get(answer);
    if (id === undefined) {
      id = this.#ids.size;
      this.#ids.set(answer, id);
    }
    return id;
  }

  #compute(answers: readonly TierAnswer[]): Relation {
    const atoms = PortSet.atoms(
      answers.flatMap(answer => rulesOf(answer).map(({ ports }) => ports)),
    );
    // Ports of which the same is true are one entry again.
    const entries: { parts: PortSet[]; entry: RelationEntry }[] = [];
    for (const atom of atoms) {
      let state = this.#start;
      answers.forEach((answer, index) => {
        state = this.#ask(answer, atom, state, index === answers.length - 1);
      });
      const entry = entryOf(state, atom);
      if (entry) {
        const same = entries.find(known => saysTheSame(known.entry, entry));
        if (same) {
          same.parts.push(atom);
        } else {
          entries.push({ parts: [atom], entry });
        }
      }
    }
    return entries.map(({ parts, entry }) => ({
      ...entry,
      ports: PortSet.union(parts),
    }));
  }

  #ask(
    answer: TierAnswer,
    atom: PortSet,
    state: State,
    isLast: boolean,
  ): State {
    const rules = answer.rules.filter(
      rule => 'rivals' in rule || rule.ports.intersects(atom),
    );
    // Rivals are asked anew for each set of ports.
    if (
      isLast ||
      state.id === undefined ||
      rules.some(rule => 'rivals' in rule)
    ) {
      return new Outcome(atom, this.everyone, state).ask(rules, answer);
    }
    const key = `${state.id} ${this.#idOf(answer)} ${rules
      .map(rule => answer.rules.indexOf(rule))
      .join()}`;
    let next = this.#states.get(key);
    if (!next) {
      if (this.#states.size >= MOST_STATES) {
        this.#states.clear();
      }
      this.#lastState++;
      next = {
        ...new Outcome(atom, this.everyone, state).ask(rules, answer),
        id: this.#lastState,
      };
      this.#states.set(key, next);
    }
    return next;
  }
}

/** Undefined where nothing passes. What no tier decided does. */
function entryOf(state: State, ports: PortSet): RelationEntry | undefined {
  const allowed = ClassSet.union([...state.allowed, state.open]);
  const unknown = ClassSet.union(state.unknown);
  const conditional = state.conditional.flatMap(({ peers, conditions }) => {
    // Whoever gets in anyway needs no condition.
    const rest = peers.subtract(allowed);
    return rest.isEmpty ? [] : [{ peers: rest, conditions }];
  });
  return allowed.isEmpty && unknown.isEmpty && conditional.length === 0
    ? undefined
    : { ports, allowed, unknown, conditional };
}

/** Whether two relations about the same classes are equal. */
export function saySameRelations(one: Relation, other: Relation): boolean {
  return (
    one === other ||
    (one.length === other.length &&
      one.every(
        (entry, index) =>
          entry.ports.key === other[index].ports.key &&
          saysTheSame(entry, other[index]),
      ))
  );
}

function saysTheSame(one: RelationEntry, other: RelationEntry): boolean {
  return (
    one.allowed.equals(other.allowed) &&
    one.unknown.equals(other.unknown) &&
    one.conditional.length === other.conditional.length &&
    one.conditional.every(({ peers, conditions }, index) => {
      const there = other.conditional[index];
      return (
        peers.equals(there.peers) &&
        conditions.join('|') === there.conditions.join('|')
      );
    })
  );
}
