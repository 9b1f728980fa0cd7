export * from './connections';
export * from './findings';
export * from './fleet';
export * from './orders';
