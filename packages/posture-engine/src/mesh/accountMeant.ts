/** Whom the values of a rule's identity fields mean. */
import { serviceAccountOf } from './authorization/principals';

/** The fields of a rule that name callers by identity. */
export const NAMING_FIELDS = [
  'principals',
  'namespaces',
  'serviceAccounts',
] as const;
export type NamingField = (typeof NAMING_FIELDS)[number];

/** Whom a value names: an account, or all of a namespace. */
export interface AccountMeant {
  namespace: string;
  account?: string;
}

const ACCOUNT = /^[^*/]+\/ns\/([^*/]+)\/sa\/([^*/]+)$/;

/** Undefined for patterns, which name nobody in particular, and for what no identity reads like. */
export function accountMeant(
  field: NamingField,
  value: string,
  policyNamespace: string,
): AccountMeant | undefined {
  if (field === 'principals') {
    const [, namespace, account] = ACCOUNT.exec(value) ?? [];
    return namespace === undefined ? undefined : { namespace, account };
  }
  if (value.includes('*')) {
    return undefined;
  }
  return field === 'namespaces'
    ? { namespace: value }
    : serviceAccountOf(value, policyNamespace);
}
