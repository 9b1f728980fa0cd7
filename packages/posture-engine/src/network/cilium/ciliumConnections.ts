/** A cluster whose network is Cilium's: NetworkPolicies and Cilium's own, joined by Cilium's rules. */
import { Connections, Network, connect } from '../../decisions';
import type { ClusterSnapshot } from '../../snapshot';
import { coverageTier, describeCoverage } from '../coverageTier';
import { ciliumTier } from './ciliumTier';
import { Peers } from './Peers';
import { CiliumPolicies, namesServices } from './policies';
import type { RefusedPolicy } from './policySpec';
import { CILIUM_DEFAULTS, CiliumSettings, ciliumSettingsOf } from './settings';

export function ciliumConnections(
  snapshot: ClusterSnapshot,
  settings: CiliumSettings,
): Connections {
  return connect(snapshot, ciliumNetwork(snapshot, settings));
}

const CLUSTERWIDE = 'CiliumClusterwideNetworkPolicy';

export function ciliumNetwork(
  snapshot: ClusterSnapshot,
  settings: CiliumSettings,
): Network {
  const policies = CiliumPolicies.create(snapshot, settings);
  const apiServers = apiServersOf(snapshot);
  return {
    name: 'cilium',
    settings: { settings, apiServers },
    namespacedPolicies: ['NetworkPolicy', 'CiliumNetworkPolicy'],
    restsOn: kind =>
      kind === CLUSTERWIDE ||
      kind === 'Node' ||
      (kind === 'Service' && namesSomeService(snapshot)),
    describe(vocabulary) {
      vocabulary.nodePlaces = { apiServers: apiServers ?? [] };
      describeCoverage(snapshot, vocabulary);
      policies.describe(vocabulary);
    },
    tiers(universe) {
      const peers = Peers.create(universe, settings, apiServers);
      return [
        coverageTier(snapshot, universe),
        ciliumTier(policies, peers, universe, settings),
      ];
    },
  };
}

/** Whether what some policy means depends on Services. */
export function namesSomeService(snapshot: ClusterSnapshot): boolean {
  return [
    ...snapshot.all('CiliumNetworkPolicy'),
    ...snapshot.all(CLUSTERWIDE),
  ].some(namesServices);
}

/** Policies of which nothing holds, each with its reason. Use as `snapshot.derive(refusedPoliciesOf)`. */
export function refusedPoliciesOf(
  snapshot: ClusterSnapshot,
): readonly RefusedPolicy[] {
  const read = ciliumSettingsOf(snapshot);
  return CiliumPolicies.create(
    snapshot,
    'settings' in read ? read.settings : CILIUM_DEFAULTS,
  ).refused;
}

/** The addresses behind the Service `kubernetes`; undefined where they are not in view. */
export function apiServersOf(snapshot: ClusterSnapshot): string[] | undefined {
  const slices = snapshot
    .inNamespace('EndpointSlice', 'default')
    .filter(
      ({ metadata: { name, labels } }) =>
        (labels?.['kubernetes.io/service-name'] ?? name) === 'kubernetes',
    );
  return slices.length === 0
    ? undefined
    : slices.flatMap(({ endpoints = [] }) =>
        endpoints.flatMap(({ addresses }) => addresses),
      );
}
