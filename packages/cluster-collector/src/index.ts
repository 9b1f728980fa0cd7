/** How live clusters and folders of manifests become the snapshots that the engine reads. */
export * from './observation';
export { ClusterConnection } from './connection/ClusterConnection';
export type {
  GetOptions,
  NamedConnectionOptions,
  ProxyOptions,
  RequestLimits,
  StreamOptions,
} from './connection/ClusterConnection';
export { ClusterRequestError } from './connection/ClusterRequestError';
export type { RequestProblem } from './connection/ClusterRequestError';
export { readKubeconfigContexts } from './connection/kubeconfig';
export type {
  KubeconfigContext,
  KubeconfigOptions,
} from './connection/kubeconfig';
export * from './collectCluster';
export { ClusterCollector } from './collector/ClusterCollector';
export type { ClusterCollectorOptions } from './collector/ClusterCollector';
export type { CollectorTimings } from './collector/timings';
export * from './observableCluster';
export * from './folder/observableFolder';
export { readManifestFolder } from './folder/readManifestFolder';
export type { ManifestFolder } from './folder/readManifestFolder';
