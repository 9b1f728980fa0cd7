/**
 * The engine's contract: snapshot in, findings out. Pure: no I/O, no clock, no
 * Node API, no Backstage.
 */
export * from './snapshot';
export * from './selectors';
export * from './controls';
export * from './findings';
export * from './mesh/mesh';
export * from './manifests';
