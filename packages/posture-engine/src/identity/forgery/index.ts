export * from './holders';
export * from './standing';
export * from './surroundings';
export type { Victim, Way } from './ways';
