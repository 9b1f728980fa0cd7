/** A cluster whose network is Cilium's: NetworkPolicies and Cilium's own, joined by Cilium's rules. */
import { Connections, Universe, Vocabulary } from '../../decisions';
import type { ClusterSnapshot } from '../../snapshot';
import { coverageTier, describeCoverage } from '../coverageTier';
import { coverageTier, describeCoverage } from '../coverageTier';
import { ciliumTier } from './ciliumTier';
import { Peers } from './Peers';
import { CiliumPolicies } from './policies';
import type { CiliumSettings } from './settings';

export function ciliumConnections(
  snapshot: ClusterSnapshot,
  settings: CiliumSettings,
): Connections {
  const policies = CiliumPolicies.create(snapshot, settings);
  const apiServers = apiServersOf(snapshot);
  const vocabulary = new Vocabulary();
  vocabulary.nodePlaces = { apiServers: apiServers ?? [] };
  describeCoverage(snapshot, vocabulary);
  describeCoverage(snapshot, vocabulary);
  policies.describe(vocabulary);
  const universe = Universe.create(snapshot, vocabulary);
  const peers = Peers.create(universe, settings, apiServers);
  return Connections.create(universe, [
    coverageTier(snapshot, universe),
    coverageTier(snapshot, universe),
    ciliumTier(policies, peers, universe, settings),
  ]);
}

/** The addresses behind the Service `kubernetes`; undefined where they are not in view. */
function apiServersOf(snapshot: ClusterSnapshot): string[] | undefined {
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
