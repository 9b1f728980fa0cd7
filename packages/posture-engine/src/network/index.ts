export { connectionsOf } from './connections';
export { networkGapsOf } from './coverageTier';
