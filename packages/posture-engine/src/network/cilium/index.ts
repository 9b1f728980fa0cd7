export * from './ciliumConnections';
export * from './policies';
export * from './policySpec';
export * from './settings';
export * from './undecidedTier';
