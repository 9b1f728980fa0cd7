/** What, besides a pod's own side, decides whether it gets what it needs: those who supply it, and the policies around them. */
import { rulesOf } from '../../../decisions';
import { cniOf } from '../../../network/cni';
import { connectionsOf } from '../../../network/connections';
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
    sending: sendingOf(snapshot),
    // Peers in the tunnel are told by their own labels, and those of their namespaces.
    tunnel: snapshot
      .derive(tunnelPodsOf)
      .map(({ namespace, name, labels, ips }) => ({
        namespace,
        name,
        labels,
        namespaceLabels: snapshot.namespaceLabels(namespace),
        ips,
      })),
    suppliers: [...namespaces].sort().map(namespace => ({
      namespace,
      labels: snapshot.namespaceLabels(namespace),
      pods: snapshot.workloadsIn(namespace).flatMap(({ pods }) => pods),
      policies: KINDS.map(kind => snapshot.inNamespace(kind, namespace)),
    })),
  };
}

/** What each class of pods is let send by some rule. Under networks of their own a rule whose peers are in nobody's view is none, so it depends on who is there. */
function sendingOf(snapshot: ClusterSnapshot): readonly string[] {
  if (snapshot.derive(cniOf).name === 'kubernetes') {
    return [];
  }
  const connections = snapshot.derive(connectionsOf);
  return connections.universe.podClasses.map(podClass =>
    connections
      .answers(podClass, 'egress')
      .flatMap(answer =>
        rulesOf(answer).flatMap(({ effect, ports }) =>
          effect === 'deny' ? [] : ports.key,
        ),
      )
      .join(' '),
  );
}
