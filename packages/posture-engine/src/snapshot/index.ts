export * from './objects';
export * from './kinds';
export * from './fieldPath';
export * from './coverage';
export * from './readObject';
export * from './podView';
export { WORKLOAD_KINDS } from './owners';
export * from './workloads';
export * from './ClusterSnapshot';
