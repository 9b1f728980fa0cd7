/** Rules of which another rule decides all before: one that allows or refuses the same and more, wherever the policy is read. */
import { ClusterSnapshot, describeObject, referenceTo } from '../../snapshot';
import { AuthorizationPolicy } from '../../snapshot/kinds';
import type { FieldReference } from '../../network/ineffective';
import { policiesInForce } from '../authorization';
import { Action, actionOf } from '../authorizationPolicy';
import { compareAge } from '../precedence';
import { Reading, isAlive } from './readings';
import { RuleInPlace, covers } from './ruleCover';

export interface Covering {
  because: string;
  by: FieldReference;
}

/** What may decide before: what refuses, and for an ALLOW rule what allows as well. */
const DECIDES_BEFORE: Readonly<Record<Action, readonly Action[]>> = {
  ALLOW: ['DENY', 'ALLOW'],
  DENY: ['DENY'],
  CUSTOM: [],
  AUDIT: [],
};

export function coveringRule(
  policy: AuthorizationPolicy,
  index: number,
  readings: readonly Reading[],
  snapshot: ClusterSnapshot,
): Covering | undefined {
  const actions = DECIDES_BEFORE[actionOf(policy)];
  const [first] = readings;
  if (actions.length === 0 || !first) {
    return undefined;
  }
  const emptyMatches = readings.every(({ enforcer }) => enforcer !== 'ztunnel');
  const own = ruleAt(policy, index);
  const common = policiesInForce(
    { pod: first.pod.pod, enforcer: first.enforcer, chain: first.chain },
    snapshot,
  );
  for (const action of actions) {
    for (const { policy: other } of common) {
      const at =
        actionOf(other) === action
          ? (other.spec?.rules ?? []).findIndex((_, place) => {
              const isOwn = other === policy && place === index;
              const rule = ruleAt(other, place);
              return (
                !isOwn &&
                covers(rule, own, emptyMatches) &&
                (action !== actionOf(policy) ||
                  isBefore(other, place, policy, index) ||
                  !covers(own, rule, emptyMatches)) &&
                readings.every(reading =>
                  isAlive(other, `spec.rules[${place}]`, reading, snapshot),
                )
              );
            })
          : -1;
      if (at >= 0) {
        const object = referenceTo(other);
        const name = `rule ${at + 1} of ${describeObject(object)}`;
        return {
          by: { object, field: `spec.rules[${at}]` },
          because:
            action === actionOf(policy)
              ? `${name} ${action === 'ALLOW' ? 'allows' : 'refuses'} all of it`
              : `${name} refuses all of it before`,
        };
      }
    }
  }
  return undefined;
}

function ruleAt(policy: AuthorizationPolicy, index: number): RuleInPlace {
  return {
    rule: policy.spec?.rules?.[index] ?? {},
    namespace: policy.metadata.namespace ?? 'default',
  };
}

/** Of two that say the same, the later one is the one too many. */
function isBefore(
  other: AuthorizationPolicy,
  place: number,
  policy: AuthorizationPolicy,
  index: number,
): boolean {
  return other === policy ? place < index : compareAge(other, policy) < 0;
}
