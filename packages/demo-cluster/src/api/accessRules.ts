/** Rules about resources, namespaces and verbs, and what they hit. */
import { resourceName } from '../kinds/servedKind';
import type { ResourceRequest } from './requestInfo';

/** What an account may not read. */
export interface ForbiddenRule {
  /** Plural names, or `networkpolicies.networking.k8s.io`; left out, everything. */
  resources?: readonly string[];
  /** Left out, everywhere. */
  namespaces?: readonly string[];
  /** Left out, get, list and watch. */
  verbs?: readonly string[];
}

export const READ_VERBS: readonly string[] = ['get', 'list', 'watch'];

/** What a rule is held against; an access review asks without a version. */
export type ResourceAccess = Omit<ResourceRequest, 'type' | 'version'>;

export function namesResource(
  resources: readonly string[] | undefined,
  { group, resource }: { group: string; resource: string },
): boolean {
  return (
    resources === undefined ||
    resources.includes(resource) ||
    resources.includes(resourceName({ group, plural: resource }))
  );
}

/**
 * Whether a rule forbids the request. A rule for some namespaces also forbids
 * asking for all of them at once: who may not read one namespace has no
 * cluster-wide permission.
 */
export function forbids(
  rule: ForbiddenRule,
  access: ResourceAccess,
  namespaced: boolean,
): boolean {
  if (
    !namesResource(rule.resources, access) ||
    !(rule.verbs ?? READ_VERBS).includes(access.verb)
  ) {
    return false;
  }
  if (rule.namespaces === undefined) {
    return true;
  }
  return (
    namespaced &&
    (access.namespace === undefined ||
      rule.namespaces.includes(access.namespace))
  );
}
