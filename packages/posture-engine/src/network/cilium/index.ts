export * from './ciliumConnections';
export { Peers, WITH_API_SERVER } from './Peers';
export * from './compileRule';
export * from './policies';
export * from './policySpec';
export { MUTUAL_AUTHENTICATION } from './readCiliumPolicy';
export * from './settings';
export * from './undecidedTier';
