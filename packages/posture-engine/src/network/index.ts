export { connectionsOf } from './connections';
export { networkGapsOf } from './coverageTier';
export {
  ineffectivePolicies,
  type IneffectivePolicy,
} from './ineffectivePolicies';
