/** What Cilium's settings make of whole kinds of policies. */
import type { ObjectReference } from '../../snapshot';
import type { CiliumSettings } from '../cilium';
import type { Reason } from './types';

const CONFIG: ObjectReference = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'kube-system',
  name: 'cilium-config',
};

const SWITCHES = {
  NetworkPolicy: ['networkPolicies', 'enable-k8s-networkpolicy'],
  CiliumNetworkPolicy: [
    'ciliumNetworkPolicies',
    'enable-cilium-network-policy',
  ],
  CiliumClusterwideNetworkPolicy: [
    'clusterwidePolicies',
    'enable-cilium-clusterwide-network-policy',
  ],
} as const;

export type CiliumEnforcedKind = keyof typeof SWITCHES;

export function settingReason(setting: string, because: string): Reason {
  return {
    field: 'spec',
    because: `ConfigMap kube-system/cilium-config ${because}`,
    provenBy: [{ object: CONFIG, field: `data.${setting}` }],
  };
}

/** Why no policy of a kind holds; undefined where they do. */
export function neverUnderSettings(
  kind: CiliumEnforcedKind,
  settings: CiliumSettings,
): Reason | undefined {
  if (settings.enforcement === 'never') {
    return settingReason(
      'enable-policy',
      'sets enable-policy to never, so that no policy is enforced',
    );
  }
  const [field, setting] = SWITCHES[kind];
  return settings[field]
    ? undefined
    : settingReason(
        setting,
        `switches ${setting} off, so that policies of this kind are not read`,
      );
}

export function auditReason(): Reason {
  return settingReason(
    'policy-audit-mode',
    'sets policy-audit-mode, so that what policies refuse is logged and let through',
  );
}
