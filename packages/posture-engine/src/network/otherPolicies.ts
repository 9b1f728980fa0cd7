/** The kinds of network policies beside Kubernetes' own NetworkPolicy, and where those are that bear on a pod. */
import type { KindName } from '../snapshot';

export const OTHER_POLICY_KINDS: readonly {
  kind: KindName;
  in: 'namespace' | 'cluster';
}[] = [
  { kind: 'AdminNetworkPolicy', in: 'cluster' },
  { kind: 'BaselineAdminNetworkPolicy', in: 'cluster' },
  { kind: 'ClusterNetworkPolicy', in: 'cluster' },
  { kind: 'CiliumNetworkPolicy', in: 'namespace' },
  { kind: 'CiliumClusterwideNetworkPolicy', in: 'cluster' },
  { kind: 'NetworkPolicy.projectcalico.org', in: 'namespace' },
  { kind: 'GlobalNetworkPolicy.projectcalico.org', in: 'cluster' },
  { kind: 'NetworkPolicy.crd.projectcalico.org', in: 'namespace' },
  { kind: 'GlobalNetworkPolicy.crd.projectcalico.org', in: 'cluster' },
];
