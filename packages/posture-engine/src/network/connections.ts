/** Puts the tiers of a cluster together, in the order in which its network asks them. */
import { Connections, Universe, Vocabulary } from '../decisions';
import type { ClusterSnapshot } from '../snapshot';
import {
  describeNetworkPolicies,
  networkPolicyTier,
} from './networkPolicyTier';
import { describeTieredPolicies, tieredPolicyTier } from './tieredPolicyTier';

/** Use as `snapshot.derive(connectionsOf)`. */
export function connectionsOf(snapshot: ClusterSnapshot): Connections {
  const admin = snapshot.all('AdminNetworkPolicy');
  // The API knows one, by the name of `default`.
  const baselineAdmin = snapshot
    .all('BaselineAdminNetworkPolicy')
    .filter(({ metadata }) => metadata.name === 'default');
  const cluster = snapshot.all('ClusterNetworkPolicy');
  const ofTier = (tier: string) =>
    cluster.filter(({ spec }) => spec?.tier === tier);

  const vocabulary = new Vocabulary();
  describeNetworkPolicies(snapshot, vocabulary);
  describeTieredPolicies([...admin, ...baselineAdmin, ...cluster], vocabulary);
  const universe = Universe.create(snapshot, vocabulary);
  return Connections.create(universe, [
    tieredPolicyTier(ofTier('Admin'), universe, 'cluster-network-policy'),
    tieredPolicyTier(admin, universe, 'admin-network-policy'),
    networkPolicyTier(snapshot, universe),
    tieredPolicyTier(baselineAdmin, universe, 'baseline-admin-network-policy'),
    tieredPolicyTier(ofTier('Baseline'), universe, 'cluster-network-policy'),
  ]);
}
