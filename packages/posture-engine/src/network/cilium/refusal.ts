/** What a refusal says, and the sections of a policy that one may be about. */

export interface Refusal {
  field: string;
  reason: string;
}

export const SECTIONS = [
  'ingress',
  'ingressDeny',
  'egress',
  'egressDeny',
] as const;
export type Section = (typeof SECTIONS)[number];
