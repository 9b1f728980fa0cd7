/** The catalogue: every control, in the order people read them. Nothing else is here. */
import { Control } from './control';

export const CONTROLS: readonly Control[] = [];

export * from './control';
