/**
 * The engine's contract: snapshot in, findings out. Pure: no I/O, no clock, no
 * Node API, no Backstage.
 */
export * from './snapshot';
export * from './selectors';
export {
  EVERY_ADDRESS,
  PROTOCOLS,
  PortSet,
  Questions,
  blocksOf,
  describePorts,
  describeRule,
  joinRanges,
  placeOf,
  protocolOf,
  rangeOf,
  reach,
  reachAmong,
} from './decisions';
export type {
  AddressRange,
  Condition,
  ConnectionAnswer,
  ConnectionQuestion,
  Connections,
  DecidingField,
  Decision,
  Direction,
  Edge,
  EndpointName,
  NetworkVerdict,
  PortRange,
  Protocol,
  ReachEdge,
  ReachEndpoint,
  ReachGroup,
  ReachOptions,
  ReachSide,
} from './decisions';
export { connectionsOf, networkGapsOf } from './network';
export * from './controls';
export * from './findings';
export * from './mesh';
export * from './manifests';
export * from './workloads';
