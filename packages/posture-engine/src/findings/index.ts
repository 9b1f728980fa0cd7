export * from './finding';
export * from './judge';
export * from './score';
