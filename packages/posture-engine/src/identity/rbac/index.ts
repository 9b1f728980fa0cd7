export * from './access';
export * from './request';
export type { Grant, RbacSubject } from './grants';
export type { EffectiveRule } from './roles';
