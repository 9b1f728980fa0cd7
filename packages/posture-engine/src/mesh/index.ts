export * from './mesh';
export * from './dataPlane';
export * from './capture';
export * from './peerAuthentication';
export * from './ambientMode';
export * from './inboundPorts';
export * from './authorizationPolicy';
export * from './defaultDeny';
