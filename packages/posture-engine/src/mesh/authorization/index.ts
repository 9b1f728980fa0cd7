export * from './answer';
export * from './attachment';
export * from './authorize';
export type { Claims, HttpRequest, Token } from './facts';
export type { RequestTest } from './formula';
export { describeTest } from './resolution';
