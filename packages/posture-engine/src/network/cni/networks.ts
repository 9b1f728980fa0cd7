/**
 * The table of networks: how each is known, and which policies it enforces. The
 * kinds of the network policy API are from its own list of implementations
 * (network-policy-api.sigs.k8s.io/implementations, April 2026); the rest is from
 * each project's documentation and is cited where it is read.
 */
import { NetworkName, PodView, fieldOf } from '../../snapshot';
import { findContainer } from './agentPod';
import { Enforcement, YES, enforcement, unknown } from './enforcement';
import {
  CALICO_TIERED,
  GKE_CILIUM_KINDS,
  KUBE_OVN_TIERED,
  OVN_TIERED,
  ReadAgent,
  readAntrea,
  readAws,
  readCalico,
  readCilium,
  readKindnet,
  readKubeNetworkPolicies,
  readKubeOvn,
  readKubeRouter,
  readOvnKubernetes,
  readWeave,
} from './readings';

export interface NetworkDefinition {
  /** As people call it. */
  title: string;
  /**
   * The field by which a pod on its node's network is known to be its agent, from
   * the pod's root; undefined where it is not. All of these agents are there.
   */
  knownBy?: (pod: PodView, workload: string) => string | undefined;
  /** As far as nothing more is known than that it is this network. */
  enforces: Enforcement;
  /** What its agent says more. */
  read?: ReadAgent;
  /** What of it can decide about connections and is not looked at here. A sentence. */
  unread?: string;
}

function labelled(label: string, ...values: readonly string[]) {
  return ({ labels }: PodView) =>
    values.includes(labels[label])
      ? fieldOf('metadata.labels', label)
      : undefined;
}

const likeCilium = labelled('k8s-app', 'cilium');
/** GKE's agent is a Cilium by another name, with Cilium's label. */
const isAnetd = (workload: string) => /^anetd\b/.test(workload);

export const NETWORKS: Readonly<Record<NetworkName, NetworkDefinition>> = {
  antrea: {
    title: 'Antrea',
    knownBy: labelled('component', 'antrea-agent'),
    enforces: enforcement({
      NetworkPolicy: YES,
      AdminNetworkPolicy: unknown(
        'Antrea takes them only where its feature gate AdminNetworkPolicy is on',
      ),
      BaselineAdminNetworkPolicy: unknown(
        'Antrea takes them only where its feature gate AdminNetworkPolicy is on',
      ),
    }),
    read: readAntrea,
    unread:
      "Antrea's own policies (crd.antrea.io) can let through what these refuse, and are not looked at.",
  },
  'aws-network-policy-agent': {
    title: "the AWS VPC CNI's network policy agent",
    enforces: enforcement({ NetworkPolicy: YES }),
    unread:
      "Amazon's own cluster network policies (networking.k8s.aws) can let through what these refuse, and are not looked at.",
  },
  // Amazon's ClusterNetworkPolicy is of a group of its own, not of Kubernetes'.
  'aws-vpc-cni': {
    title: 'the AWS VPC CNI',
    knownBy: labelled('k8s-app', 'aws-node'),
    enforces: enforcement({}),
    read: readAws,
    unread:
      "Amazon's own cluster network policies (networking.k8s.aws) can let through what these refuse, and are not looked at.",
  },
  'azure-npm': {
    title: 'Azure Network Policy Manager',
    knownBy: labelled('k8s-app', 'azure-npm'),
    enforces: enforcement({ NetworkPolicy: YES }),
  },
  calico: {
    title: 'Calico',
    // With flannel for the routes it is called Canal.
    knownBy: labelled('k8s-app', 'calico-node', 'canal'),
    enforces: enforcement({
      NetworkPolicy: YES,
      AdminNetworkPolicy: CALICO_TIERED,
      BaselineAdminNetworkPolicy: CALICO_TIERED,
      ClusterNetworkPolicy: CALICO_TIERED,
      Calico: YES,
    }),
    read: readCalico,
  },
  cilium: {
    title: 'Cilium',
    knownBy: (pod, workload) =>
      isAnetd(workload) ? undefined : likeCilium(pod),
    enforces: enforcement({
      NetworkPolicy: YES,
      CiliumNetworkPolicy: YES,
      CiliumClusterwideNetworkPolicy: YES,
    }),
    read: readCilium,
  },
  // Its docs name kube-network-policies and Canal for policies, and none of its own.
  flannel: {
    title: 'flannel',
    knownBy: pod =>
      labelled('app', 'flannel')(pod) ?? labelled('k8s-app', 'flannel')(pod),
    enforces: enforcement({}),
  },
  // Network policies are always on (GKE's docs, "GKE Dataplane V2").
  'gke-dataplane-v2': {
    title: 'GKE Dataplane V2',
    knownBy: (pod, workload) =>
      isAnetd(workload) ? likeCilium(pod) : undefined,
    enforces: enforcement({
      NetworkPolicy: YES,
      CiliumNetworkPolicy: GKE_CILIUM_KINDS,
      CiliumClusterwideNetworkPolicy: GKE_CILIUM_KINDS,
    }),
  },
  kindnet: {
    title: 'kindnet',
    knownBy: pod =>
      labelled('app', 'kindnet')(pod) ?? labelled('k8s-app', 'kindnet')(pod),
    enforces: enforcement({ NetworkPolicy: YES }),
    read: readKindnet,
  },
  'kube-network-policies': {
    title: 'kube-network-policies',
    // Also beside another agent in one pod: flannel's chart puts it there.
    knownBy: pod => {
      const container = findContainer(pod, 'kube-network-policies');
      return container && `${container.path}.image`;
    },
    enforces: enforcement({
      NetworkPolicy: YES,
      AdminNetworkPolicy: flavour(),
      BaselineAdminNetworkPolicy: flavour(),
      ClusterNetworkPolicy: flavour(),
    }),
    read: readKubeNetworkPolicies,
  },
  'kube-ovn': {
    title: 'Kube-OVN',
    knownBy: labelled('app', 'kube-ovn-cni'),
    enforces: enforcement({
      NetworkPolicy: YES,
      AdminNetworkPolicy: KUBE_OVN_TIERED,
      BaselineAdminNetworkPolicy: KUBE_OVN_TIERED,
      ClusterNetworkPolicy: KUBE_OVN_TIERED,
    }),
    read: readKubeOvn,
  },
  'kube-router': {
    title: 'kube-router',
    knownBy: labelled('k8s-app', 'kube-router'),
    enforces: enforcement({ NetworkPolicy: YES }),
    read: readKubeRouter,
  },
  none: {
    title: 'its network',
    enforces: enforcement({}),
  },
  'ovn-kubernetes': {
    title: 'OVN-Kubernetes',
    knownBy: labelled('app', 'ovnkube-node'),
    enforces: enforcement({
      NetworkPolicy: YES,
      AdminNetworkPolicy: OVN_TIERED,
      BaselineAdminNetworkPolicy: OVN_TIERED,
    }),
    read: readOvnKubernetes,
  },
  'weave-net': {
    title: 'Weave Net',
    knownBy: labelled('name', 'weave-net'),
    enforces: enforcement({ NetworkPolicy: YES }),
    read: readWeave,
  },
};

function flavour() {
  return unknown(
    'which of them kube-network-policies takes depends on its image, and that does not tell',
  );
}
