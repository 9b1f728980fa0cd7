export * from './answers';
export * from './blast';
export * from './connections';
export * from './findings';
export * from './fleet';
export * from './orders';
