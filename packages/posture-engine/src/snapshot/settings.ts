/** What cannot be read from the objects of a cluster, and somebody states instead. */

/** The networks that the engine knows; `none` is any that enforces no policies. */
export const NETWORK_NAMES = [
  'antrea',
  'aws-network-policy-agent',
  'aws-vpc-cni',
  'azure-npm',
  'calico',
  'cilium',
  'flannel',
  'gke-dataplane-v2',
  'kindnet',
  'kube-network-policies',
  'kube-ovn',
  'kube-router',
  'none',
  'ovn-kubernetes',
  'weave-net',
] as const;
export type NetworkName = (typeof NETWORK_NAMES)[number];

export function isNetworkName(name: string): name is NetworkName {
  return NETWORK_NAMES.some(known => known === name);
}

export interface ClusterSettings {
  /** Istio's MeshConfig, as its YAML would be read, where the cluster has no ConfigMap `istio`. */
  meshConfig?: Readonly<Record<string, unknown>>;
  /** What enforces network policies; it wins over what the objects show. */
  cni?: NetworkName;
  /** Settings of Cilium's agent by their names in its ConfigMap `cilium-config`, where the cluster has none; what is left out has its default. */
  ciliumConfig?: Readonly<Record<string, string>>;
}
