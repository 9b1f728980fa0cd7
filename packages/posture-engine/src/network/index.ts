export { networkOf as clusterNetworkOf } from './cni';
export type { ClusterNetwork } from './cni';
export { connectionsOf } from './connections';
export { networkGapsOf } from './coverageTier';
export { ineffectivePolicies, type IneffectivePolicy } from './ineffective';
