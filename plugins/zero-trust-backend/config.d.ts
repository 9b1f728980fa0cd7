import type { HumanDuration } from '@backstage/types';

export interface Config {
  /** Whether services are zero trust, judged from live clusters. */
  zeroTrust?: {
    /**
     * Where clusters come from. If this is left out: from the configuration of
     * the kubernetes plugin.
     */
    clusters?: {
      /**
       * Whether to see the clusters of the kubernetes plugin, through its proxy.
       * Defaults to true where no other source is named, else to false.
       */
      kubernetesPlugin?: boolean;
      /** Kubeconfig files; each context is a cluster that is named as the context is. */
      kubeconfigs?: Array<{
        /** Path, relative to the working directory of the backend. */
        file: string;
        /** Only these contexts; all if omitted. */
        contexts?: string[];
        /** Where listing in all namespaces is forbidden, list in these; defaults to the namespaces that the cluster has. */
        namespaces?: string[];
      }>;
      /** The cluster that the backend runs in, with the service account of its pod. */
      inCluster?: {
        /** What to call the cluster. */
        name: string;
        title?: string;
        /** Where listing in all namespaces is forbidden, list in these; defaults to the namespaces that the cluster has. */
        namespaces?: string[];
      };
      /** Folders of manifests, each read as if it were a cluster. */
      folders?: Array<{
        /** What to call the cluster. */
        name: string;
        title?: string;
        /** Path, relative to the working directory of the backend. */
        path: string;
      }>;
      /** What enforces network policies, for clusters whose objects do not show it. It wins over what they show. */
      networks?: Array<{
        /** The cluster's name, whatever its source. */
        cluster: string;
        /** `none` is any network that enforces no policies. */
        cni:
          | 'antrea'
          | 'aws-network-policy-agent'
          | 'aws-vpc-cni'
          | 'azure-npm'
          | 'calico'
          | 'cilium'
          | 'flannel'
          | 'gke-dataplane-v2'
          | 'kindnet'
          | 'kube-network-policies'
          | 'kube-ovn'
          | 'kube-router'
          | 'none'
          | 'ovn-kubernetes'
          | 'weave-net';
      }>;
    };
    retention?: {
      /**
       * How long changes of verdicts are kept, such as `{ days: 30 }` or `P30D`;
       * 90 days if this is left out.
       */
      changes?: HumanDuration | string;
    };
  };
}
