/** Whose network the cluster's is, as far as the snapshot shows it: the same policies mean different things under different ones. */
import type { ClusterSnapshot } from '../snapshot';
import { calicoPoliciesOf } from './calico';
import { CiliumSettings, ciliumSettingsOf } from './cilium';

export type Cni =
  /** NetworkPolicies by Kubernetes' own words; policies of other networks are not there, or enforce nothing. */
  | { name: 'kubernetes' }
  | { name: 'cilium'; settings: CiliumSettings }
  | { name: 'calico' }
  /** Cilium enforces, or may, and nobody can tell how. */
  | { name: 'undecided'; reason: string };

/** Use as `snapshot.derive(cniOf)`. */
export function cniOf(snapshot: ClusterSnapshot): Cni {
  // What somebody states counts, whatever runs beside it.
  const { cni } = snapshot.settings;
  if (cni ? cni === 'cilium' : hasCiliumAgent(snapshot)) {
    const read = ciliumSettingsOf(snapshot);
    return 'settings' in read
      ? { name: 'cilium', settings: read.settings }
      : { name: 'undecided', reason: read.reason };
  }
  if (cni ? cni === 'calico' : hasCalicoAgent(snapshot)) {
    return { name: 'calico' };
  }
  if (
    snapshot.all('CiliumNetworkPolicy').length > 0 ||
    snapshot.all('CiliumClusterwideNetworkPolicy').length > 0
  ) {
    return {
      name: 'undecided',
      reason:
        'there are policies of Cilium and no agent of it is in view, so nobody can tell whether they are enforced',
    };
  }
  // Nobody writes policies of Calico but where it enforces them.
  return snapshot.derive(calicoPoliciesOf).length > 0
    ? { name: 'calico' }
    : { name: 'kubernetes' };
}

/** Runs on every node too, also where another network connects the pods and Calico only enforces: on EKS, GKE and AKS, and as Canal. */
function hasCalicoAgent(snapshot: ClusterSnapshot): boolean {
  return snapshot.workloads.some(({ pods }) =>
    pods.some(({ labels }) =>
      ['calico-node', 'canal'].includes(labels['k8s-app']),
    ),
  );
}

/** The agent runs on every node, as a DaemonSet in all ways to install it. */
function hasCiliumAgent(snapshot: ClusterSnapshot): boolean {
  return snapshot.workloads.some(({ pods }) =>
    pods.some(({ labels }) => labels['k8s-app'] === 'cilium'),
  );
}
