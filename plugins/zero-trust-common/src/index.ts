export * from './connections';
export * from './reach';
export * from './types';
export * from './annotations';
export * from './permissions';
export * from './signals';
export * from './client';
