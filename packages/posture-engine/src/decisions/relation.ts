/**
 * What the answers of the tiers come to: for each set of ports that some rule
 * tells apart, who is let through, who is not, and of whom nobody can tell.
 */
import { ClassSet } from './ClassSet';
import { PortSet } from './PortSet';
import {
  Condition,
  Effect,
  RivalRules,
  TierAnswer,
  TierRule,
  rulesOf,
} from './tier';

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

/** The relation of one class, where nobody asks for that of many. */
export function computeRelation(
  answers: readonly TierAnswer[],
  { everyone }: { everyone: ClassSet },
): Relation {
  return Relations.create(everyone).of(answers);
}

/** Where rules have come to for one set of ports: who ended up where, and who is still open. */
interface State {
  /** Undefined for states that are not remembered. */
  id?: number;
  open: ClassSet;
  allowed: readonly ClassSet[];
  unknown: readonly ClassSet[];
  conditional: RelationEntry['conditional'];
  /** What of some peers is open, for peers that many rules name. */
  within: Map<ClassSet, ClassSet>;
}

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

/** Goes through the rules of one answer for one set of ports, and collects who ends up where. */
class Outcome {
  readonly #allowed: ClassSet[];
  readonly #unknown: ClassSet[];
  readonly #conditional: RelationEntry['conditional'][number][];
  readonly #passed: ClassSet[] = [];
  /** Of whom nothing is settled yet, but for whom the last rules let through: those stay in until it matters. */
  #open: ClassSet;
  #letThrough: ClassSet[] = [];

  constructor(
    private readonly atom: PortSet,
    private readonly everyone: ClassSet,
    private readonly before: State,
  ) {
    this.#allowed = [...before.allowed];
    this.#unknown = [...before.unknown];
    this.#conditional = [...before.conditional];
    this.#open = before.open;
  }

  /** `rules` are those that concern the ports. */
  ask(rules: TierAnswer['rules'], { otherwise }: TierAnswer): State {
    for (const rule of rules) {
      if (this.#open.isEmpty) {
        break;
      }
      if ('rivals' in rule) {
        this.#settleRivals(rule);
      } else {
        this.#settle(rule);
      }
    }
    return {
      // What passes is done with this tier and still open for the next.
      open: ClassSet.union([
        ...(otherwise.effect === 'deny' ? [] : [this.#stillOpen()]),
        ...this.#passed,
      ]),
      allowed: this.#allowed,
      unknown: this.#unknown,
      conditional: this.#conditional,
      within: new Map(),
    };
  }

  #stillOpen(): ClassSet {
    if (this.#letThrough.length > 0) {
      this.#open = this.#open.subtract(ClassSet.union(this.#letThrough));
      this.#letThrough = [];
    }
    return this.#open;
  }

  #settle({ effect, peers, conditions, elseNext }: TierRule): void {
    if (effect === 'allow' && !conditions) {
      const matched = this.#within(peers);
      this.#allowed.push(matched);
      this.#letThrough.push(matched);
      return;
    }
    const open = this.#stillOpen();
    if (open.intersects(peers)) {
      this.#add(effect, open.intersect(peers), conditions);
      this.#open = elseNext ? open : open.subtract(peers);
    }
  }

  #within(peers: ClassSet): ClassSet {
    if (this.#open === this.everyone) {
      return peers;
    }
    if (this.#open !== this.before.open) {
      return peers.intersect(this.#open);
    }
    const { within } = this.before;
    const known = within.get(peers) ?? peers.intersect(this.#open);
    within.set(peers, known);
    return known;
  }

  #add(
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
        this.#passed.push(peers);
        break;
      default:
    }
  }

  /** Each list is asked alone; whom they agree on is settled so, whom they do not is unknown. */
  #settleRivals({ rivals }: RivalRules): void {
    const open = this.#stillOpen();
    const effects = ['allow', 'deny', 'pass', 'unknown'] as const;
    const byEffect = new Map<Effect, ClassSet[]>();
    for (const rules of rivals) {
      let rest = open;
      for (const rule of rules) {
        if (rule.ports.intersects(this.atom) && rest.intersects(rule.peers)) {
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
      this.#add(effect, matched[index].subtract(disputed));
    });
    this.#add('unknown', disputed);
    this.#open = open.subtract(ClassSet.union(matched));
  }
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
