/**
 * What a single rule of a role allows, as Kubernetes' RBAC authorizer reads it
 * (plugin/pkg/auth/authorizer/rbac, pkg/apis/rbac/v1/evaluation_helpers.go).
 */
import { PolicyRule } from '../../snapshot';
import { AccessRequest } from './request';

const ALL = '*';

export function ruleAllows(rule: PolicyRule, request: AccessRequest): boolean {
  if (!names(rule.verbs, request.verb)) {
    return false;
  }
  if ('path' in request) {
    return (rule.nonResourceURLs ?? []).some(pattern =>
      matchesPath(pattern, request.path),
    );
  }
  const { group, resource, subresource, name } = request;
  return (
    names(rule.apiGroups, group) &&
    namesResource(rule.resources, resource, subresource) &&
    (!rule.resourceNames?.length || rule.resourceNames.includes(name ?? ''))
  );
}

function names(list: readonly string[] | undefined, wanted: string): boolean {
  return list?.some(entry => entry === ALL || entry === wanted) ?? false;
}

/** `pods` is not `pods/exec`, and `pods/*` is nothing at all; a star before the slash stands for every resource. */
function namesResource(
  list: readonly string[] | undefined,
  resource: string,
  subresource: string | undefined,
): boolean {
  const whole = subresource ? `${resource}/${subresource}` : resource;
  return (
    list?.some(
      entry =>
        entry === ALL ||
        entry === whole ||
        (subresource ? entry === `*/${subresource}` : false),
    ) ?? false
  );
}

/** A `*` is a wildcard at the end alone, where several count as one. */
function matchesPath(pattern: string, path: string): boolean {
  return (
    pattern === ALL ||
    pattern === path ||
    (pattern.endsWith(ALL) && path.startsWith(pattern.replace(/\*+$/, '')))
  );
}
