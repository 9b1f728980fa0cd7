export * from './ConnectionMap';
export { fingerprints } from './fingerprints';
export type { ConnectionMapData } from './data';
export { mapConnections } from './mapConnections';
export * from './namespaceMatrix';
export type { Passage } from './passages';
export { ProfileGraph } from './ProfileGraph';
export * from './reachedFrom';
export * from './spread';
