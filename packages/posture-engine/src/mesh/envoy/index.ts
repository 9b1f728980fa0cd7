export * from './patchedProxies';
