/** Puts the tiers of a cluster together, in the order in which its network asks them. */
import {
  Connections,
  Network,
  Tier,
  Universe,
  Vocabulary,
  connect,
  unknownAnswer,
} from '../decisions';
import type { ClusterSnapshot, KindName, Resource } from '../snapshot';
import {
  TieredPolicies,
  calicoPoliciesOf,
  calicoTiers,
  describeCalicoPolicies,
  restOfCalico,
  unseenBehindPolicies,
} from './calico';
import {
  CILIUM_DEFAULTS,
  CiliumPolicies,
  ciliumNetwork,
  namesSomeService,
  undecidedTier,
} from './cilium';
import { cniOf, isIgnored } from './cni';
import { coverageTier, describeCoverage } from './coverageTier';
import {
  describeNetworkPolicies,
  networkPolicyTier,
} from './networkPolicyTier';
import {
  describeTieredPolicies,
  namesNodes,
  tieredPolicyTier,
} from './tieredPolicyTier';

/** Use as `snapshot.derive(connectionsOf)`. */
export function connectionsOf(snapshot: ClusterSnapshot): Connections {
  return connect(snapshot, decidingNetworkOf(snapshot));
}

/** How the network of the cluster decides. */
function decidingNetworkOf(snapshot: ClusterSnapshot): Network {
  const cni = snapshot.derive(cniOf);
  switch (cni.name) {
    case 'cilium':
      return ciliumNetwork(snapshot, cni.settings);
    case 'undecided': {
      if (snapshot.derive(calicoPoliciesOf).length > 0) {
        return kubernetesNetwork(snapshot, {
          settings: cni,
          before: universe => [nothingKnownTier(universe, cni.reason)],
        });
      }
      const policies = CiliumPolicies.create(snapshot, CILIUM_DEFAULTS);
      return kubernetesNetwork(snapshot, {
        settings: cni,
        kinds: [
          'CiliumClusterwideNetworkPolicy',
          ...(namesSomeService(snapshot) ? (['Service'] as const) : []),
        ],
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
      return kubernetesNetwork(snapshot, {
        settings: [cni, unseenBehindPolicies(snapshot)],
        kinds: restOfCalico(snapshot),
        describe: vocabulary => describeCalicoPolicies(snapshot, vocabulary),
        tiers: (universe, policies) =>
          calicoTiers(snapshot, universe, policies),
      });
    default:
      return kubernetesNetwork(snapshot);
  }
}

interface NetworkOptions {
  /** What the network goes by besides single objects. */
  settings?: unknown;
  /** The kinds that it rests on, besides Kubernetes' own policies and those of namespaces. */
  kinds?: readonly KindName[];
  /** What else the network's policies can tell apart. */
  describe?: (vocabulary: Vocabulary) => void;
  /** What is asked before Kubernetes' own policies. */
  before?: (universe: Universe) => Tier[];
  /** How the network asks Kubernetes' own policies, if not as their APIs say. */
  tiers?: (universe: Universe, policies: TieredPolicies) => Tier[];
}

const NAMESPACED_POLICIES: readonly KindName[] = [
  'NetworkPolicy',
  'CiliumNetworkPolicy',
  'NetworkPolicy.projectcalico.org',
  'NetworkPolicy.crd.projectcalico.org',
];

const CLUSTER_POLICIES = [
  'AdminNetworkPolicy',
  'BaselineAdminNetworkPolicy',
  'ClusterNetworkPolicy',
] as const;

function kubernetesNetwork(
  snapshot: ClusterSnapshot,
  { settings, kinds = [], describe, before, tiers }: NetworkOptions = {},
): Network {
  const all = <K extends KindName>(kind: K): readonly Resource<K>[] =>
    isIgnored(snapshot, kind) ? [] : snapshot.all(kind);
  const cluster = all('ClusterNetworkPolicy');
  const ofTier = (tier: string) =>
    cluster.filter(({ spec }) => spec?.tier === tier);
  const policies: TieredPolicies = {
    admin: all('AdminNetworkPolicy'),
    // The API knows one, by the name of `default`.
    baselineAdmin: all('BaselineAdminNetworkPolicy').filter(
      ({ metadata }) => metadata.name === 'default',
    ),
    clusterAdmin: ofTier('Admin'),
    clusterBaseline: ofTier('Baseline'),
  };
  const tiered = [...policies.admin, ...policies.baselineAdmin, ...cluster];
  const kindsOfCluster: readonly KindName[] = [
    ...CLUSTER_POLICIES,
    ...kinds,
    ...(namesNodes(tiered) ? (['Node'] as const) : []),
  ];
  return {
    name: 'kubernetes',
    settings: [
      settings,
      [...NAMESPACED_POLICIES, ...kindsOfCluster].filter(kind =>
        isIgnored(snapshot, kind),
      ),
    ],
    namespacedPolicies: NAMESPACED_POLICIES,
    restsOn: kind => kindsOfCluster.includes(kind),
    describe(vocabulary) {
      describeCoverage(snapshot, vocabulary);
      describe?.(vocabulary);
      describeNetworkPolicies(snapshot, vocabulary);
      describeTieredPolicies(tiered, vocabulary);
    },
    tiers: universe => [
      coverageTier(snapshot, universe),
      ...(before?.(universe) ?? []),
      ...(tiers?.(universe, policies) ??
        tiersByApi(snapshot, universe, policies)),
    ],
  };
}

function tiersByApi(
  snapshot: ClusterSnapshot,
  universe: Universe,
  { admin, baselineAdmin, clusterAdmin, clusterBaseline }: TieredPolicies,
): Tier[] {
  return [
    tieredPolicyTier(clusterAdmin, universe, 'cluster-network-policy'),
    tieredPolicyTier(admin, universe, 'admin-network-policy'),
    ...(isIgnored(snapshot, 'NetworkPolicy')
      ? []
      : [networkPolicyTier(snapshot, universe)]),
    tieredPolicyTier(baselineAdmin, universe, 'baseline-admin-network-policy'),
    tieredPolicyTier(clusterBaseline, universe, 'cluster-network-policy'),
  ];
}

function nothingKnownTier(universe: Universe, reason: string): Tier {
  const answer = unknownAnswer(universe, reason);
  return { answer: ({ hostNetwork }) => (hostNetwork ? undefined : answer) };
}
