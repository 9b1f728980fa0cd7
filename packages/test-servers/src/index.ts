export * from './KubernetesServers';
export * from './ServerProcess';
export * from './auditLog';
export * from './binaries';
export * from './describeWithServers';
export * from './freePorts';
