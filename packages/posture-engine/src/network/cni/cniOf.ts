/** By whose rules connections are decided: the same policies mean different things under different networks. */
import type { ClusterSnapshot, KindName } from '../../snapshot';
import { calicoPoliciesOf } from '../calico';
import { CiliumSettings, ciliumSettingsOf } from '../cilium';
import { networkOf } from './clusterNetwork';
import { policyApiOf } from './enforcement';

export type Cni =
  /** NetworkPolicies by Kubernetes' own words; policies of other networks are not there, or enforce nothing. */
  | { name: 'kubernetes' }
  | {
      name: 'cilium';
      settings: CiliumSettings;
      /** Only its policies are in view, and nothing that would enforce them. */
      assumed?: true;
    }
  | { name: 'calico' }
  /** Cilium enforces, or may, and nobody can tell how, or whether Calico does in its place. */
  | { name: 'undecided'; reason: string };

/** Use as `snapshot.derive(cniOf)`. */
export function cniOf(snapshot: ClusterSnapshot): Cni {
  const network = snapshot.derive(networkOf);
  if (network.state === 'unknown') {
    return network.agents.includes('cilium') ||
      network.agents.includes('gke-dataplane-v2')
      ? { name: 'undecided', reason: network.reason }
      : byPolicies(snapshot);
  }
  switch (network.name) {
    case 'cilium':
    case 'gke-dataplane-v2': {
      const read = ciliumSettingsOf(
        snapshot,
        network.evidence[0]?.object.namespace,
      );
      return 'settings' in read
        ? { name: 'cilium', settings: read.settings }
        : { name: 'undecided', reason: read.reason };
    }
    case 'calico':
      return { name: 'calico' };
    default:
      return { name: 'kubernetes' };
  }
}

/** Kinds that Cilium enforces none of. */
const TIERED = [
  'AdminNetworkPolicy',
  'BaselineAdminNetworkPolicy',
  'ClusterNetworkPolicy',
] as const;

/** Where its chart and its CLI put Cilium. */
const USUAL_NAMESPACE = 'kube-system';

/**
 * As the kinds of the policies mean them, where nothing shows the network: a
 * folder of manifests never does, and nobody writes policies of Cilium or of
 * Calico but where it enforces them.
 */
function byPolicies(snapshot: ClusterSnapshot): Cni {
  const ofCilium =
    snapshot.all('CiliumNetworkPolicy').length > 0 ||
    snapshot.all('CiliumClusterwideNetworkPolicy').length > 0;
  const ofCalico = snapshot.derive(calicoPoliciesOf).length > 0;
  if (!ofCilium) {
    return { name: ofCalico ? 'calico' : 'kubernetes' };
  }
  const tiered = TIERED.find(kind => snapshot.all(kind).length > 0);
  if (ofCalico || tiered) {
    return {
      name: 'undecided',
      reason: `there are policies of Cilium and ${
        ofCalico
          ? 'of Calico'
          : `of the kind ${tiered}, which Cilium does not enforce`
      }, and no agent of a network is in view, so nobody can tell which of them hold`,
    };
  }
  const read = ciliumSettingsOf(snapshot, USUAL_NAMESPACE, {});
  return 'settings' in read
    ? { name: 'cilium', settings: read.settings, assumed: true }
    : { name: 'undecided', reason: read.reason };
}

/** Whether policies of a kind take no part in decisions, because the network is known to ignore them. */
export function isIgnored(snapshot: ClusterSnapshot, kind: KindName): boolean {
  const network = snapshot.derive(networkOf);
  const api = policyApiOf(kind);
  return (
    network.state === 'known' &&
    api !== undefined &&
    network.enforces[api].answer === 'no'
  );
}
