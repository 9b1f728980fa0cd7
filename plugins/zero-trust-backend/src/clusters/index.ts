export * from './createClusterSources';
