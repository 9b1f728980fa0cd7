/** An embedded Kubernetes API server: start clusters, change them, make them fail. */
export { DemoCluster } from './cluster/DemoCluster';
export type {
  DemoClusterOptions,
  EndFault,
  TokenOwner,
} from './cluster/DemoCluster';
export type { ClusterDefinition } from './cluster/clusterDefinition';
export { InputError } from './cluster/folder';
export type { ForbiddenRule } from './api/accessRules';
export type { RequestLogEntry } from './api/ApiServer';
export type { DataPlane } from './controllers/context';
export type { Fault, FaultType } from './faults/fault';
export type { ApiObject } from './store/apiObject';
export type { Change } from './store/writes';
