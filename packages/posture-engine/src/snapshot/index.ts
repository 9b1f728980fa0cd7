export * from './objects';
export * from './kinds';
export * from './coverage';
export * from './readObject';
export * from './workloads';
export * from './ClusterSnapshot';
