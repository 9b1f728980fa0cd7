/** Rules of policies that somebody reads, and that change nothing all the same. */
import { ClusterSnapshot, referenceTo } from '../../snapshot';
import { AuthorizationPolicy } from '../../snapshot/kinds';
import { coveringRule } from './coveredRules';
import { droppedRule } from './droppedRules';
import { namingNobody } from './namingNobody';
import { idlePorts } from './idlePorts';
import { Reader } from './readers';
import { isAlive, readingsOf } from './readings';
import { Reason } from './selection';

export function idleRules(
  policy: AuthorizationPolicy,
  readers: readonly Reader[],
  snapshot: ClusterSnapshot,
): Reason[] {
  const object = referenceTo(policy);
  const rules = policy.spec?.rules ?? [];
  const readings = rules.length > 0 ? readingsOf(readers, snapshot) : [];
  return rules.flatMap((_, index) => {
    const field = `spec.rules[${index}]`;
    const alive = readings.filter(reading =>
      isAlive(policy, field, reading, snapshot),
    );
    if (alive.length === 0) {
      return [droppedRule(policy, index, readings)];
    }
    const empty = namingNobody(policy, index, readers, snapshot);
    if (empty.some(reason => reason.field === field)) {
      return empty;
    }
    const covering = coveringRule(policy, index, alive, snapshot);
    return covering
      ? [
          {
            field,
            because: covering.because,
            provenBy: [covering.by, { object, field }],
          },
        ]
      : [...empty, ...idlePorts(policy, index, readers, snapshot)];
  });
}
