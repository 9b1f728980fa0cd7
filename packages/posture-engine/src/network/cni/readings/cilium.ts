/** Cilium, by its settings. */
import type { ClusterSnapshot, PodView } from '../../../snapshot';
import { ciliumSettingsOf } from '../../cilium/settings';
import {
  Enforcement,
  Enforces,
  POLICY_APIS,
  YES,
  no,
  unknown,
} from '../enforcement';
import { NetworkReading, configEvidence, reading } from './reading';

function all(enforces: Enforces): Partial<Enforcement> {
  return Object.fromEntries(POLICY_APIS.map(api => [api, enforces]));
}

/** By the agent's ConfigMap; without an agent in view, by what is stated. */
export function readCilium(
  agent: PodView | undefined,
  snapshot: ClusterSnapshot,
): NetworkReading {
  const namespace = agent?.namespace;
  const read = ciliumSettingsOf(snapshot, namespace);
  if ('reason' in read) {
    const reason = unknown(read.reason);
    return reading({
      NetworkPolicy: reason,
      CiliumNetworkPolicy: reason,
      CiliumClusterwideNetworkPolicy: reason,
    });
  }
  const said = (key: string) =>
    namespace === undefined
      ? []
      : configEvidence(snapshot, 'cilium-config', namespace, key);
  const { enforcement, audit, ...settings } = read.settings;
  if (enforcement === 'never') {
    const off = no('its setting enable-policy is "never"');
    return reading(all(off), [], said('enable-policy'));
  }
  if (audit) {
    const off = no(
      'in its audit mode (policy-audit-mode) it only logs what policies refuse',
    );
    return reading(all(off), [], said('policy-audit-mode'));
  }
  const switched = (on: boolean, key: string) =>
    on ? YES : no(`its setting ${key} switches them off`);
  return reading(
    {
      NetworkPolicy: switched(
        settings.networkPolicies,
        'enable-k8s-networkpolicy',
      ),
      CiliumNetworkPolicy: switched(
        settings.ciliumNetworkPolicies,
        'enable-cilium-network-policy',
      ),
      CiliumClusterwideNetworkPolicy: switched(
        settings.clusterwidePolicies,
        'enable-cilium-clusterwide-network-policy',
      ),
    },
    [],
    said('enable-policy'),
  );
}

/** Google's Cilium takes NetworkPolicies always; whether and which of Cilium's own, no object says. */
export const GKE_CILIUM_KINDS = unknown(
  'GKE Dataplane V2 takes CiliumClusterwideNetworkPolicies only where that was switched on for the cluster, and no CiliumNetworkPolicies, and which it is no object says',
);
