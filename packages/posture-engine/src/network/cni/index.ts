export * from './cniOf';
export * from './clusterNetwork';
export { POLICY_APIS, policyApiOf } from './enforcement';
export type {
  Enforcement,
  Enforces,
  NetworkEvidence,
  PolicyApi,
} from './enforcement';
export { NETWORKS } from './networks';
export { policiesFor } from './policiesFor';
