export * from './ClusterStates';
