/**
 * What became of every rule for some pod or other: whether anything was left
 * for it to decide, and by which rules before it if not. Judged on the answers
 * of the tiers, so that it is the order of the network that counts.
 */
import {
  ClassSet,
  Connections,
  DIRECTIONS,
  PortSet,
  TierRule,
  Universe,
} from '../../decisions';
import type { ObjectReference } from '../../snapshot';
import { CoveringRule, Piece, coverage, keyOfField, without } from './coverage';

export type Use = 'effective' | { coveredBy: readonly CoveringRule[] };

export class Uses {
  static create(connections: Connections): Uses {
    const uses = new Uses();
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
        if (answers.some(({ rules }) => rules.some(isDoubt))) {
          uses.doubtsIn.add(podClass.namespace);
        }
        if (!done.has(key)) {
          done.add(key);
          uses.#add(answers, connections.universe);
        }
      }
    }
    return uses;
  }

  /** Namespaces with pods of which something could not be seen or evaluated. */
  readonly doubtsIn = new Set<string>();
  readonly #uses = new Map<string, Use>();

  private constructor() {}

  /** Undefined where no tier asked the rule of any pod. */
  of(object: ObjectReference, field: string): Use | undefined {
    return this.#uses.get(keyOfField({ object, field }));
  }

  #add(
    answers: ReturnType<Connections['answers']>,
    { everyone }: Universe,
  ): void {
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
      // What is passed on is open again for the next tier.
      earlier = [
        ...earlier,
        ...here.filter(({ effect }) => effect !== 'pass'),
        ...(otherwise.effect === 'deny'
          ? defaultDeny(otherwise.decidedBy[0], here, everyone)
          : []),
      ];
    }
  }

  #addRule(rule: TierRule, before: readonly TierRule[]): void {
    const { decidedBy } = rule;
    if (!decidedBy) {
      return;
    }
    const key = keyOfField(decidedBy);
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

/** Of everything that the rules of a tier do not pass on. */
function defaultDeny(
  decidedBy: CoveringRule,
  rules: readonly TierRule[],
  everyone: ClassSet,
): TierRule[] {
  let pieces: Piece[] = [{ peers: everyone, ports: PortSet.all }];
  for (const rule of rules) {
    if (rule.effect === 'pass') {
      pieces = without(pieces, rule);
    }
  }
  return pieces.map(piece => ({ effect: 'deny', ...piece, decidedBy }));
}

/** Something was not seen, or could not be evaluated: no object decides. */
function isDoubt(
  rule: ReturnType<Connections['answers']>[number]['rules'][number],
): boolean {
  return 'effect' in rule && rule.effect === 'unknown' && !rule.decidedBy;
}
