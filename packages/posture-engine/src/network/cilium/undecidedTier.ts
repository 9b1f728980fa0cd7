/** For clusters where nobody can tell whether, or by which settings, Cilium enforces: pods that its policies select are unknown. */
import {
  Direction,
  FactCache,
  PortSet,
  Tier,
  TierAnswer,
  Universe,
} from '../../decisions';
import { identityLabels } from './labels';
import type { CiliumPolicies } from './policies';
import type { PolicySpec } from './policySpec';

export function undecidedTier(
  policies: CiliumPolicies,
  universe: Universe,
  clusterName: string,
  reason: string,
): Tier {
  const answers = FactCache.create<TierAnswer>(universe.facts);
  return {
    answer(subject, direction) {
      const [spec] = subject.hostNetwork
        ? []
        : policies.selecting(
            subject.namespace,
            identityLabels(subject, clusterName),
            direction,
          );
      return (
        spec &&
        answers.get(`${direction} ${spec.key}`, () =>
          undecidedBy(spec, direction, universe, reason),
        )
      );
    },
  };
}

/** Nobody can tell, because of a policy that is there. */
export function undecidedBy(
  { layer, object, directions }: PolicySpec,
  direction: Direction,
  universe: Universe,
  reason: string,
): TierAnswer {
  const { defaultDeny, rules } = directions[direction];
  return {
    rules: [
      {
        effect: 'unknown',
        reason,
        peers: universe.everyone,
        ports: PortSet.all,
        decidedBy: {
          layer,
          direction,
          object,
          field: defaultDeny ?? rules[0].field,
        },
      },
    ],
    otherwise: { effect: 'next' },
  };
}
