/**
 * How Calico asks: tier by tier in their order, Kubernetes' own policies among
 * them (NetworkPolicy in `default`, the others in tiers of their own), and last
 * the profile of the namespace, which lets everything through.
 */
import {
  FactCache,
  Tier,
  TierAnswer,
  Universe,
  unknownAnswer,
} from '../../decisions';
import {
  ClusterSnapshot,
  KindName,
  TieredPolicy,
  describeObject,
} from '../../snapshot';
import { Endpoints } from './Endpoints';
import { hostEndpointTier } from './hosts';
import {
  CALICO_LAYER,
  calicoMembers,
  networkPolicyMembers,
  tieredMembers,
  unknownToAll,
} from './members';
import {
  DEFAULT_TIER,
  Policy,
  inBothGroups,
  policiesOf,
  rulesOf,
  tiersOf,
} from './policies';
import { MemberSource, policyTier } from './policyTier';
import { unseenBehindPolicies } from './unseen';

/** Kubernetes' own policies that have tiers, by kind and tier. */
export interface TieredPolicies {
  admin: readonly TieredPolicy[];
  baselineAdmin: readonly TieredPolicy[];
  clusterAdmin: readonly TieredPolicy[];
  clusterBaseline: readonly TieredPolicy[];
}

export function calicoTiers(
  snapshot: ClusterSnapshot,
  universe: Universe,
  kubernetes: TieredPolicies,
): Tier[] {
  const policies = snapshot.derive(policiesOf);
  const tiers = tiersOf(snapshot);
  const endpoints = Endpoints.create(snapshot, universe);
  const byTier = new Map<string, Policy[]>();
  for (const policy of policies) {
    const list = byTier.get(policy.tier) ?? [];
    list.push(policy);
    byTier.set(policy.tier, list);
  }
  const kubernetesIn: Readonly<Record<string, () => MemberSource>> = {
    [DEFAULT_TIER]: () => networkPolicyMembers(snapshot, universe),
    adminnetworkpolicy: () =>
      tieredMembers(kubernetes.admin, universe, 'admin-network-policy'),
    baselineadminnetworkpolicy: () =>
      tieredMembers(
        kubernetes.baselineAdmin,
        universe,
        'baseline-admin-network-policy',
      ),
    'kube-admin': () =>
      tieredMembers(
        kubernetes.clusterAdmin,
        universe,
        'cluster-network-policy',
      ),
    'kube-baseline': () =>
      tieredMembers(
        kubernetes.clusterBaseline,
        universe,
        'cluster-network-policy',
      ),
  };
  const hosts = hostEndpointTier(snapshot, universe);
  return [
    unseenTier(snapshot, universe),
    strayTier(
      [...byTier].flatMap(([tier, list]) =>
        tiers.some(({ name }) => name === tier) ? [] : list,
      ),
      endpoints,
    ),
    ...tiers.map(tier =>
      policyTier(
        tier,
        [
          calicoMembers(byTier.get(tier.name) ?? [], snapshot, endpoints),
          ...(Object.hasOwn(kubernetesIn, tier.name)
            ? [kubernetesIn[tier.name]()]
            : []),
        ],
        universe,
      ),
    ),
    ...(hosts ? [hosts] : []),
  ];
}

const KINDS = [
  'Tier',
  'GlobalNetworkPolicy',
  'NetworkSet',
  'GlobalNetworkSet',
  'HostEndpoint',
] as const;

/** The kinds that decisions under Calico rest on, besides policies of namespaces. */
export function restOfCalico(snapshot: ClusterSnapshot): readonly KindName[] {
  const namesServices = snapshot
    .derive(policiesOf)
    .flatMap(rulesOf)
    .some(
      ({ source, destination }) => source?.services ?? destination?.services,
    );
  return [
    ...KINDS.flatMap(kind => inBothGroups(kind)),
    'ServiceAccount',
    ...(namesServices ? (['Service'] as const) : []),
  ];
}

/** Before all others, for what nobody has seen may come first. */
function unseenTier(snapshot: ClusterSnapshot, universe: Universe): Tier {
  const reason = unseenBehindPolicies(snapshot);
  const answer =
    reason === undefined ? undefined : unknownAnswer(universe, reason);
  return { answer: ({ hostNetwork }) => (hostNetwork ? undefined : answer) };
}

/** Policies of a tier that is not there: whether they count, and when, differs between Calico's versions. */
function strayTier(policies: readonly Policy[], endpoints: Endpoints): Tier {
  const answers = FactCache.create<TierAnswer>(endpoints.universe.facts);
  return {
    answer(pod, direction) {
      const stray = policies.find(
        ({ namespace, selector, directions, forHostsOnly }) =>
          !pod.hostNetwork &&
          !forHostsOnly &&
          directions.has(direction) &&
          (namespace ?? pod.namespace) === pod.namespace &&
          ('problem' in selector || endpoints.matchesPod(selector, pod)),
      );
      if (!stray) {
        return undefined;
      }
      const { object, tier } = stray;
      return answers.get(`${direction} ${describeObject(object)}`, () => ({
        rules: [
          unknownToAll(
            endpoints.universe,
            { layer: CALICO_LAYER, direction, object, field: 'spec.tier' },
            `${describeObject(
              object,
            )} is in the tier ${tier}, which is not there`,
          ),
        ],
        otherwise: { effect: 'next' },
      }));
    },
  };
}
