/**
 * Signals say only that something changed, never what: whoever receives one
 * asks the API again, with his own rights.
 */
export type PostureSignal = {
  /** Grows with every change, so that a late signal is recognised. */
  revision: number;
};

/** Any posture or cluster changed. */
export const FLEET_CHANNEL = 'zero-trust';

/** The posture of one entity changed. */
export function entityChannel(entityRef: string): string {
  return `zero-trust:${entityRef.toLocaleLowerCase('en-US')}`;
}
