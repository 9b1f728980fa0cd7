export * from './answer';
export * from './attachment';
export * from './authorize';
export { asksAuthorizer } from './externalAuthorizer';
export { tokenPassedOn } from './requestAuthentication';
export type { Claims, HttpRequest, Token } from './facts';
export type { RequestTest } from './formula';
export type { EnforcedPolicy } from './rules';
export { describeTest } from './resolution';
