/** Puts the tiers of a cluster together, in the order in which its network asks them. */
import {
  Connections,
  Tier,
  Universe,
  Vocabulary,
  unknownAnswer,
} from '../decisions';
import type { ClusterSnapshot } from '../snapshot';
import {
  TieredPolicies,
  calicoPoliciesOf,
  calicoTiers,
  describeCalicoPolicies,
} from './calico';
import {
  CILIUM_DEFAULTS,
  CiliumPolicies,
  ciliumConnections,
  undecidedTier,
} from './cilium';
import { cniOf } from './cni';
import { coverageTier, describeCoverage } from './coverageTier';
import {
  describeNetworkPolicies,
  networkPolicyTier,
} from './networkPolicyTier';
import { describeTieredPolicies, tieredPolicyTier } from './tieredPolicyTier';

/** Use as `snapshot.derive(connectionsOf)`. */
export function connectionsOf(snapshot: ClusterSnapshot): Connections {
  const cni = snapshot.derive(cniOf);
  switch (cni.name) {
    case 'cilium':
      return ciliumConnections(snapshot, cni.settings);
    case 'undecided': {
      if (snapshot.derive(calicoPoliciesOf).length > 0) {
        const reason = `${cni.reason}; there are policies of Calico too`;
        return kubernetesConnections(snapshot, {
          before: universe => [nothingKnownTier(universe, reason)],
        });
      }
      const policies = CiliumPolicies.create(snapshot, CILIUM_DEFAULTS);
      return kubernetesConnections(snapshot, {
        describe: vocabulary => policies.describe(vocabulary),
        before: universe => [
          undecidedTier(
            policies,
            universe,
            CILIUM_DEFAULTS.clusterName,
            cni.reason,
          ),
        ],
      });
    }
    case 'calico':
      return kubernetesConnections(snapshot, {
        describe: vocabulary => describeCalicoPolicies(snapshot, vocabulary),
        tiers: (universe, policies) =>
          calicoTiers(snapshot, universe, policies),
      });
    default:
      return kubernetesConnections(snapshot);
  }
}

interface NetworkOptions {
  /** What else the network's policies can tell apart. */
  describe?: (vocabulary: Vocabulary) => void;
  /** What is asked before Kubernetes' own policies. */
  before?: (universe: Universe) => Tier[];
  /** How the network asks Kubernetes' own policies, if not as their APIs say. */
  tiers?: (universe: Universe, policies: TieredPolicies) => Tier[];
}

function kubernetesConnections(
  snapshot: ClusterSnapshot,
  { describe, before, tiers }: NetworkOptions = {},
): Connections {
  const cluster = snapshot.all('ClusterNetworkPolicy');
  const ofTier = (tier: string) =>
    cluster.filter(({ spec }) => spec?.tier === tier);
  const policies: TieredPolicies = {
    admin: snapshot.all('AdminNetworkPolicy'),
    // The API knows one, by the name of `default`.
    baselineAdmin: snapshot
      .all('BaselineAdminNetworkPolicy')
      .filter(({ metadata }) => metadata.name === 'default'),
    clusterAdmin: ofTier('Admin'),
    clusterBaseline: ofTier('Baseline'),
  };

  const vocabulary = new Vocabulary();
  describeCoverage(snapshot, vocabulary);
  describe?.(vocabulary);
  describeNetworkPolicies(snapshot, vocabulary);
  describeTieredPolicies(
    [...policies.admin, ...policies.baselineAdmin, ...cluster],
    vocabulary,
  );
  const universe = Universe.create(snapshot, vocabulary);
  return Connections.create(universe, [
    coverageTier(snapshot, universe),
    ...(before?.(universe) ?? []),
    ...(tiers?.(universe, policies) ??
      tiersByApi(snapshot, universe, policies)),
  ]);
}

function tiersByApi(
  snapshot: ClusterSnapshot,
  universe: Universe,
  { admin, baselineAdmin, clusterAdmin, clusterBaseline }: TieredPolicies,
): Tier[] {
  return [
    tieredPolicyTier(clusterAdmin, universe, 'cluster-network-policy'),
    tieredPolicyTier(admin, universe, 'admin-network-policy'),
    networkPolicyTier(snapshot, universe),
    tieredPolicyTier(baselineAdmin, universe, 'baseline-admin-network-policy'),
    tieredPolicyTier(clusterBaseline, universe, 'cluster-network-policy'),
  ];
}

function nothingKnownTier(universe: Universe, reason: string): Tier {
  const answer = unknownAnswer(universe, reason);
  return { answer: ({ hostNetwork }) => (hostNetwork ? undefined : answer) };
}
