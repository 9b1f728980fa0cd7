/** What, besides a pod's own side, decides whether it gets what it needs: those who supply it, and the policies around them. */
import { DNS_NAMESPACES } from '../../../network/dns';
import { networkFactsOf } from '../../../network/networkFacts';
import { OTHER_POLICY_KINDS } from '../../../network/otherPolicies';
import type { ClusterSnapshot, KindName } from '../../../snapshot';
import { controlPlaneNamespaces } from './controlPlane';
import { scrapersOf } from './metrics';
import { gatewayPodsOf, tunnelPodsOf } from './tunnel';
import { addressOfInjector, vaultNamespacesOf } from './vault';

const KINDS: readonly KindName[] = [
  'NetworkPolicy',
  ...OTHER_POLICY_KINDS.flatMap(need =>
    need.in === 'namespace' ? need.kind : [],
  ),
];

/** For `Control.facts`. Objects and pods are compared by identity first, so what did not change costs little. */
export function supplyFactsOf(snapshot: ClusterSnapshot) {
  const namespaces = new Set([
    ...DNS_NAMESPACES,
    ...controlPlaneNamespaces(snapshot),
    ...snapshot.derive(scrapersOf).map(({ namespace }) => namespace),
    ...snapshot.derive(gatewayPodsOf).map(({ namespace }) => namespace),
    ...vaultNamespacesOf(snapshot),
  ]);
  return {
    ...snapshot.derive(networkFactsOf),
    vault: snapshot.derive(addressOfInjector),
    // Peers in the tunnel are told by their own labels, and those of their namespaces.
    tunnel: snapshot
      .derive(tunnelPodsOf)
      .map(({ namespace, name, labels, ips }) => ({
        namespace,
        name,
        labels,
        ips,
      })),
    suppliers: [...namespaces].sort().map(namespace => ({
      namespace,
      pods: snapshot.workloadsIn(namespace).flatMap(({ pods }) => pods),
      policies: KINDS.map(kind => snapshot.inNamespace(kind, namespace)),
    })),
  };
}
