/** What can be made to go wrong. */
import type { ForbiddenRule } from '../api/accessRules';

interface Narrowed {
  /** Plural names, or `networkpolicies.networking.k8s.io`; left out, everything. */
  resources?: readonly string[];
}

export type Fault =
  /** 403 for every account; open watches of what it names end. */
  | ({ type: 'forbidden' } & ForbiddenRule)
  /** 401 for every token; open watches end. */
  | { type: 'unauthorized' }
  /** Every resource version and continue token given out so far is gone: 410, once. */
  | { type: 'expired' }
  /** Answers come this much later. */
  | ({ type: 'slow'; milliseconds: number } & Narrowed)
  /** Open watches end, once; with `milliseconds`, every watch ends after that long. */
  | ({ type: 'cut-watch'; milliseconds?: number } & Narrowed)
  /** Answers break off in the middle of the JSON. */
  | ({ type: 'malformed' } & Narrowed)
  /** The port refuses. */
  | { type: 'down' };

export type FaultType = Fault['type'];

export const FAULT_TYPES: readonly FaultType[] = [
  'forbidden',
  'unauthorized',
  'expired',
  'slow',
  'cut-watch',
  'malformed',
  'down',
];

/** A fault as the terminal names it: `slow (2000 ms) on pods`. */
export function describeFault(fault: Fault): string {
  const parts: string[] = [fault.type];
  if ('milliseconds' in fault && fault.milliseconds !== undefined) {
    parts.push(`(${fault.milliseconds} ms)`);
  }
  if ('resources' in fault && fault.resources) {
    parts.push(`on ${fault.resources.join(', ')}`);
  }
  if (fault.type === 'forbidden') {
    parts.push(
      ...(fault.verbs ? [`for ${fault.verbs.join(', ')}`] : []),
      ...(fault.namespaces ? [`in ${fault.namespaces.join(', ')}`] : []),
    );
  }
  return parts.join(' ');
}
