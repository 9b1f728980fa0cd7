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
  blastRadius,
  blocksOf,
  describePorts,
  describeRule,
  diffConnections,
  joinRanges,
  placeOf,
  protocolOf,
  rangeOf,
  reach,
  reachAmong,
  selectingPolicies,
} from './decisions';
export type {
  AddressRange,
  BlastRadius,
  Condition,
  ConnectionAnswer,
  ConnectionChange,
  ConnectionQuestion,
  Connections,
  DecidingField,
  Decision,
  DiffEndpoint,
  DiffSide,
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
  Reached,
  SelectingPolicies,
  SelectingPolicy,
} from './decisions';
export {
  ConnectionMap,
  ProfileGraph,
  fingerprints,
  mapConnections,
  namespaceMatrix,
  reachedFrom,
  spreads,
} from './decisions/connectionMap';
export type {
  ConnectionMapData,
  Matrix,
  Passage,
  Spread,
} from './decisions/connectionMap';
export {
  clusterNetworkOf,
  connectionsOf,
  ineffectivePolicies,
  networkGapsOf,
} from './network';
export type { ClusterNetwork, IneffectivePolicy } from './network';
export * from './controls';
export * from './findings';
export * from './fixes';
export {
  accessGaps,
  accountOfUser,
  allowed,
  describeRequest,
  ownGroupsOf,
  whoCan,
} from './identity/rbac';
export type {
  AccessAnswer,
  AccessGrant,
  AccessRequest,
  PathRequest,
  RbacSubject,
  Requester,
  ResourceRequest,
} from './identity/rbac';
export * from './mesh';
export * from './joint';
export * from './manifests';
export { literalSecretIn } from './secrets/literalSecret';
export * from './workloads';
