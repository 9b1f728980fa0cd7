/**
 * What the answers of the tiers come to: for each set of ports that some rule
 * tells apart, who is let through, who is not, and of whom nobody can tell.
 */
import { ClassSet } from './ClassSet';
import { PortSet, portAtoms } from './PortSet';
import {
  Condition,
  Effect,
  RivalRules,
  TierAnswer,
  TierRule,
  rulesOf,
} from './tier';
import type { Universe } from './Universe';

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

export function computeRelation(
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
