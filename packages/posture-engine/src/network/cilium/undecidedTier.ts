/** For clusters where nobody can tell whether, or by which settings, Cilium enforces: pods that its policies select are unknown. */
import {
  AnswerCache,
  Direction,
  PortSet,
  Tier,
  Universe,
} from '../../decisions';
import { identityLabels } from './labels';
import type { CiliumPolicies } from './policies';

export function undecidedTier(
  policies: CiliumPolicies,
  universe: Universe,
  clusterName: string,
  reason: string,
): Tier {
  const answers = new AnswerCache();
  return {
    answer(subject, direction: Direction) {
      const [spec] = subject.hostNetwork
        ? []
        : policies.selecting(
            subject.namespace,
            identityLabels(subject, clusterName),
            direction,
          );
      if (!spec) {
        return undefined;
      }
      return answers.get(`${direction} ${spec.key}`, () => ({
        rules: [
          {
            effect: 'unknown',
            reason,
            peers: universe.everyone,
            ports: PortSet.all,
            decidedBy: {
              layer: spec.layer,
              direction,
              object: spec.object,
              field: spec.directions[direction].defaultDeny ?? 'spec',
            },
          },
        ],
        otherwise: { effect: 'next' },
      }));
    },
  };
}
