/** Which policies a network enforces: the words for it. */
import type { JsonValue, ObjectReference } from '../../snapshot';

/** Kinds that a network enforces, or does not, as one. */
export const POLICY_APIS = [
  'NetworkPolicy',
  'AdminNetworkPolicy',
  'BaselineAdminNetworkPolicy',
  'ClusterNetworkPolicy',
  'CiliumNetworkPolicy',
  'CiliumClusterwideNetworkPolicy',
  'Calico',
] as const;
export type PolicyApi = (typeof POLICY_APIS)[number];

/** Which of them a kind of policies belongs to, by the engine's name for it; undefined for any other kind. */
export function policyApiOf(kind: string): PolicyApi | undefined {
  return kind.endsWith('NetworkPolicy.projectcalico.org') ||
    kind.endsWith('NetworkPolicy.crd.projectcalico.org')
    ? 'Calico'
    : POLICY_APIS.find(api => api === kind);
}

export interface Enforces {
  answer: 'yes' | 'no' | 'unknown';
  /** Always there for `unknown`; begins in lower case and has no full stop. */
  because?: string;
}

export type Enforcement = Readonly<Record<PolicyApi, Enforces>>;

export const YES: Enforces = { answer: 'yes' };
export const NO: Enforces = { answer: 'no' };

/** What is left out is not enforced. */
export function enforcement(
  answers: Partial<Record<PolicyApi, Enforces>>,
): Enforcement {
  const all: Partial<Record<PolicyApi, Enforces>> = {};
  for (const api of POLICY_APIS) {
    all[api] = answers[api] ?? NO;
  }
  return all as Enforcement;
}

export function no(because: string): Enforces {
  return { answer: 'no', because };
}

export function unknown(because: string): Enforces {
  return { answer: 'unknown', because };
}

/** One field that says so. */
export interface NetworkEvidence {
  object: ObjectReference;
  field: string;
  /** Null where the field is absent, and its absence is the point. */
  value: JsonValue;
}
