/**
 * A policy as one data plane enforces it: the same shape for Envoy and ztunnel,
 * whose readings of fields differ so much that each has a file of its own.
 */
import { AuthorizationPolicy } from '../../snapshot/kinds';
import { Facts } from './facts';
import { Formula, all, any, not } from './formula';

export type Predicate = (facts: Facts) => Formula;

export interface EnforcedRule {
  /** `spec.rules[0]` */
  field: string;
  /** Whether the rule matches; a rule that the data plane drops is not among the rules. */
  matches: Predicate;
  /** It matches nothing, whatever comes: what it asks for is not read there. */
  isVoid?: true;
}

export interface EnforcedPolicy {
  policy: AuthorizationPolicy;
  rules: readonly EnforcedRule[];
}

/** Of each list at least one item, and every condition. */
export function ruleOf(
  field: string,
  alternatives: readonly (readonly Predicate[])[],
  conditions: readonly Predicate[],
): EnforcedRule {
  return {
    field,
    matches: facts =>
      all([
        ...alternatives.map(items => any(items.map(item => item(facts)))),
        ...conditions.map(condition => condition(facts)),
      ]),
  };
}

export function every(predicates: readonly Predicate[]): Predicate {
  return facts => all(predicates.map(predicate => predicate(facts)));
}

export function negate(predicate: Predicate): Predicate {
  return facts => not(predicate(facts));
}
