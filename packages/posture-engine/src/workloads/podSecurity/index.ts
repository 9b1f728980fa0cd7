export { POD_SECURITY_LEVELS } from './check';
export type { Offence, PodSecurityCheckId, PodSecurityLevel } from './check';
export * from './evaluate';
export * from './namespacePolicy';
export * from './version';
