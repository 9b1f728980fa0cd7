/**
 * What Cilium's agent is told by the ConfigMap `cilium-config`, as far as it
 * decides about connections. Defaults are those of Cilium 1.20's agent.
 */
import type { ClusterSnapshot, Resource } from '../../snapshot';

export interface CiliumSettings {
  /** Whether pods that no policy selects are shut too (`always`), or no pod is (`never`). */
  enforcement: 'default' | 'always' | 'never';
  /** What policies deny is logged and let through. */
  audit: boolean;
  dualStack: boolean;
  /** The value of the label `io.cilium.k8s.policy.cluster`. */
  clusterName: string;
  /** Selectors of peers mean pods of this cluster only. */
  localClusterImplied: boolean;
  /** Blocks of addresses select nodes too. */
  blocksSelectNodes: boolean;
  /** A pod's own node gets in without a rule. */
  ownNodeGetsIn: boolean;
  hostFirewall: boolean;
  /** Rules that look into requests are taken. */
  layer7: boolean;
  nodeSelectors: boolean;
  defaultDenySwitch: boolean;
  networkPolicies: boolean;
  ciliumNetworkPolicies: boolean;
  clusterwidePolicies: boolean;
}

/** Settings with an effect that nothing here follows. */
const UNREAD = ['labels', 'label-prefix-file', 'static-cnp-path'];

/**
 * The ConfigMap that the agent reads: the one beside it. Anybody may call one of
 * his own namespace so; where no agent is in view, only the place counts where
 * Cilium installs itself unless told otherwise.
 */
export function ciliumConfigOf(
  snapshot: ClusterSnapshot,
  namespace = 'kube-system',
): Resource<'ConfigMap'> | undefined {
  return snapshot.get('ConfigMap', 'cilium-config', namespace);
}

/**
 * A reason where the settings are in nobody's view, or say what nothing here
 * follows. `namespace` is the agent's, where one is in view; `otherwise` is what
 * counts where nobody sees what the agent is told.
 */
export function ciliumSettingsOf(
  snapshot: ClusterSnapshot,
  namespace?: string,
  otherwise?: Readonly<Record<string, string>>,
): { settings: CiliumSettings } | { reason: string } {
  const { ciliumConfig, cni } = snapshot.settings;
  const data =
    ciliumConfigOf(snapshot, namespace)?.data ??
    ciliumConfig ??
    (cni === 'cilium' || cni === 'gke-dataplane-v2' ? {} : otherwise);
  if (!data) {
    return {
      reason:
        'the settings of Cilium are not in view (ConfigMap cilium-config), and they decide whether and how it enforces policies',
    };
  }
  const unread = UNREAD.find(key => data[key]?.trim());
  return unread === undefined
    ? { settings: parse(data) }
    : {
        reason: `ConfigMap cilium-config sets ${unread}, and what that comes to is not known here`,
      };
}

function parse(data: Readonly<Record<string, string>>): CiliumSettings {
  const flag = (key: string, otherwise: boolean) =>
    data[key] === undefined || data[key] === ''
      ? otherwise
      : data[key].toLowerCase() === 'true';
  const enforcement = data['enable-policy']?.toLowerCase();
  return {
    enforcement:
      enforcement === 'always' || enforcement === 'never'
        ? enforcement
        : 'default',
    audit: flag('policy-audit-mode', false),
    dualStack: flag('enable-ipv4', true) && flag('enable-ipv6', true),
    clusterName: data['cluster-name'] || 'default',
    localClusterImplied: flag('policy-default-local-cluster', true),
    blocksSelectNodes: (data['policy-cidr-match-mode'] ?? '').includes('nodes'),
    ownNodeGetsIn: data['allow-localhost'] !== 'policy',
    hostFirewall: flag('enable-host-firewall', false),
    layer7: flag('enable-l7-proxy', true),
    nodeSelectors: flag('enable-node-selector-labels', false),
    defaultDenySwitch: flag('enable-non-default-deny-policies', true),
    networkPolicies: flag('enable-k8s-networkpolicy', true),
    ciliumNetworkPolicies: flag('enable-cilium-network-policy', true),
    clusterwidePolicies: flag('enable-cilium-clusterwide-network-policy', true),
  };
}

/** What an agent does that is told nothing. */
export const CILIUM_DEFAULTS: CiliumSettings = parse({});
