/** The policies of one tier, each kind as it comes into it. */
import {
  ClassSet,
  DecidingField,
  Direction,
  FactCache,
  PodClass,
  PortSet,
  TierAnswer,
  TierRule,
  Universe,
} from '../../decisions';
import {
  ClusterSnapshot,
  TieredPolicy,
  describeObject,
  referenceTo,
} from '../../snapshot';
import { networkPolicyTier } from '../networkPolicyTier';
import { tieredPolicyTier } from '../tieredPolicyTier';
import type { Endpoints } from './Endpoints';
import type { Member, MemberSource } from './policyTier';
import {
  ORDER_OF_NETWORK_POLICIES,
  Policy,
  tiesOfNetworkPolicy,
} from './policies';
import { CompiledRule, compileRule } from './rules';

export const CALICO_LAYER = 'calico-policy';

class CompiledPolicy {
  readonly #rules: FactCache<readonly CompiledRule[]>;
  #subjects: ClassSet | undefined;

  constructor(
    private readonly policy: Policy,
    private readonly index: number,
    private readonly snapshot: ClusterSnapshot,
    private readonly endpoints: Endpoints,
  ) {
    this.#rules = FactCache.create(endpoints.universe.facts);
  }

  /** Undefined where the policy does not apply. */
  memberFor(pod: PodClass, direction: Direction): Member | undefined {
    const { selector, directions, order, ties, object } = this.policy;
    if (!directions.has(direction)) {
      return undefined;
    }
    const common = {
      order,
      ties,
      applies: [fieldOf(this.policy, direction, 'spec.types')],
    };
    if ('problem' in selector) {
      return {
        ...common,
        key: `?${this.index}`,
        rules: () => [
          unknownToAll(
            this.endpoints.universe,
            fieldOf(this.policy, direction, 'spec'),
            `nobody can tell to whom ${describeObject(object)} applies: ${
              selector.problem
            }`,
          ),
        ],
      };
    }
    this.#subjects ??= this.endpoints.universe.facts.aside(() =>
      this.endpoints.pods(selector),
    );
    if (!this.#subjects.has(pod.id)) {
      return undefined;
    }
    const rules = this.#rulesOf(direction);
    return {
      ...common,
      key: `${this.index}:${rules.map(rule => rule.ownSide(pod)[0]).join('')}`,
      rules: () =>
        rules.flatMap(rule => {
          const own = rule.ownSide(pod);
          return own === 'none' ? [] : rule.forPod(pod, own);
        }),
    };
  }

  #rulesOf(direction: Direction): readonly CompiledRule[] {
    const { snapshot, endpoints, policy } = this;
    return this.#rules.get(direction, () =>
      (policy.spec[direction] ?? []).flatMap(
        (rule, index) =>
          compileRule(rule, {
            snapshot,
            endpoints,
            policy,
            direction,
            index,
          }) ?? [],
      ),
    );
  }
}

/** Calico's own policies. */
export function calicoMembers(
  policies: readonly Policy[],
  snapshot: ClusterSnapshot,
  endpoints: Endpoints,
): MemberSource {
  const global: CompiledPolicy[] = [];
  const byNamespace = new Map<string, CompiledPolicy[]>();
  policies.forEach((policy, index) => {
    if (policy.forHostsOnly) {
      return;
    }
    const compiled = new CompiledPolicy(policy, index, snapshot, endpoints);
    if (policy.namespace === undefined) {
      global.push(compiled);
    } else {
      const list = byNamespace.get(policy.namespace) ?? [];
      list.push(compiled);
      byNamespace.set(policy.namespace, list);
    }
  });
  return {
    members: (pod, direction) =>
      [...(byNamespace.get(pod.namespace) ?? []), ...global].flatMap(
        policy => policy.memberFor(pod, direction) ?? [],
      ),
  };
}

/** Nobody can tell anything of the pods to which a policy may apply. */
export function unknownToAll(
  { everyone }: Universe,
  decidedBy: DecidingField,
  reason: string,
): TierRule {
  return {
    effect: 'unknown',
    peers: everyone,
    ports: PortSet.all,
    reason,
    decidedBy,
  };
}

function fieldOf(
  { object }: Policy,
  direction: Direction,
  field: string,
): DecidingField {
  return { layer: CALICO_LAYER, direction, object, field };
}

/** Kubernetes NetworkPolicies: they only let through, each at the same order. */
export function networkPolicyMembers(
  snapshot: ClusterSnapshot,
  universe: Universe,
): MemberSource {
  const tier = networkPolicyTier(snapshot, universe);
  const known = new Map<TierAnswer, readonly Member[]>();
  return {
    members(pod, direction) {
      const answer = tier.answer(pod, direction);
      if (!answer || answer.otherwise.effect !== 'deny') {
        return [];
      }
      let members = known.get(answer);
      if (!members) {
        const prefix = `k${known.size}`;
        members = answer.otherwise.decidedBy.map((applies, index) => ({
          order: ORDER_OF_NETWORK_POLICIES,
          ties: tiesOfNetworkPolicy(
            applies.object.namespace ?? '',
            applies.object.name,
          ),
          applies: [applies],
          key: `${prefix}.${index}`,
          rules: () =>
            answer.rules.filter(
              rule =>
                'decidedBy' in rule &&
                rule.decidedBy?.object.name === applies.object.name,
            ),
        }));
        known.set(answer, members);
      }
      return members;
    },
  };
}

/** Policies of Kubernetes that have tiers of their own: their priority is their order. */
export function tieredMembers(
  policies: readonly TieredPolicy[],
  universe: Universe,
  layer: string,
): MemberSource {
  const byPriority = new Map<number, TieredPolicy[]>();
  for (const policy of policies) {
    const { priority = 0 } = policy.spec ?? {};
    const group = byPriority.get(priority) ?? [];
    group.push(policy);
    byPriority.set(priority, group);
  }
  const groups = [...byPriority].map(([order, group]) => ({
    order,
    tier: tieredPolicyTier(group, universe, layer),
    object: referenceTo(group[0]),
    known: new Map<TierAnswer, string>(),
  }));
  return {
    members: (pod, direction) =>
      groups.flatMap(({ order, tier, object, known }): Member[] => {
        const answer = tier.answer(pod, direction);
        if (!answer) {
          return [];
        }
        const key = known.get(answer) ?? `${layer}.${order}.${known.size}`;
        known.set(answer, key);
        return [
          {
            order,
            applies: [{ layer, direction, object, field: 'spec.subject' }],
            key,
            rules: () => answer.rules,
          },
        ];
      }),
  };
}
