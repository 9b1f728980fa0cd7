export * from './clusterSource';
export * from './extensionPoints';
