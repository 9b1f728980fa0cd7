/** What the rules of one answer come to for one set of ports that none of them tells apart. */
import { ClassSet } from './ClassSet';
import type { PortSet } from './PortSet';
import type { RelationEntry } from './relation';
import type {
  Condition,
  Effect,
  RivalRules,
  TierAnswer,
  TierRule,
} from './tier';

/** Where rules have come to for one set of ports: who ended up where, and who is still open. */
export interface State {
  /** Undefined for states that are not remembered. */
  id?: number;
  open: ClassSet;
  allowed: readonly ClassSet[];
  unknown: readonly ClassSet[];
  conditional: RelationEntry['conditional'];
  /** What of some peers is open, for peers that many rules name. */
  within: Map<ClassSet, ClassSet>;
}

/** Goes through the rules of one answer for one set of ports, and collects who ends up where. */
export class Outcome {
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
