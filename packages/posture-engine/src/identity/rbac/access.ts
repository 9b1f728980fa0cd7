/** What the roles and bindings of a cluster allow: the RBAC authorizer's answer, and who gets it. */
import { ClusterSnapshot, CoverageGap, KindName } from '../../snapshot';
import { Grant, RbacSubject, grantsFor, isSubject } from './grants';
import { AccessRequest, Requester } from './request';
import { EffectiveRule } from './roles';
import { ruleAllows } from './rules';

/** Its members are asked no questions, whatever is bound: an authorizer before RBAC lets them through. */
export const UNLIMITED_GROUP = 'system:masters';

/** One reason to allow a request: a subject, by a binding, by a rule. */
export interface AccessGrant {
  subject: RbacSubject;
  grant: Grant;
  rule: EffectiveRule;
}

export interface AccessAnswer {
  allowed: boolean;
  /** What decided; absent where nothing allows it, and for {@link UNLIMITED_GROUP}. */
  by?: AccessGrant;
}

/** Whether somebody may do something, and the first binding and rule that let him, in the authorizer's order. */
export function allowed(
  snapshot: ClusterSnapshot,
  who: Requester,
  request: AccessRequest,
): AccessAnswer {
  for (const grant of grantsFor(snapshot, namespaceOf(request))) {
    const subject = grant.subjects.find(bound => isSubject(bound, who));
    const rule = subject && ruleFor(grant, request);
    if (subject && rule) {
      return { allowed: true, by: { subject, grant, rule } };
    }
  }
  return { allowed: who.groups.includes(UNLIMITED_GROUP) };
}

/** Everybody who may do something, each once for every binding that lets him. */
export function whoCan(
  snapshot: ClusterSnapshot,
  request: AccessRequest,
): AccessGrant[] {
  return grantsFor(snapshot, namespaceOf(request)).flatMap(grant => {
    const rule = ruleFor(grant, request);
    return rule
      ? grant.subjects.map(subject => ({ subject, grant, rule }))
      : [];
  });
}

function ruleFor(
  { rules }: Grant,
  request: AccessRequest,
): EffectiveRule | undefined {
  return rules.find(({ rule }) => ruleAllows(rule, request));
}

function namespaceOf(request: AccessRequest): string {
  return 'path' in request ? '' : request.namespace ?? '';
}

const CLUSTER_KINDS: readonly KindName[] = [
  'ClusterRoleBinding',
  'ClusterRole',
];
const NAMESPACE_KINDS: readonly KindName[] = ['RoleBinding', 'Role'];

/** What was not seen of the roles and bindings that a request could rest on: then only an `allowed` is sure. */
export function accessGaps(
  snapshot: ClusterSnapshot,
  request: AccessRequest,
): CoverageGap[] {
  const namespace = namespaceOf(request);
  return [
    ...CLUSTER_KINDS.flatMap(kind => snapshot.coverage.gap(kind) ?? []),
    ...(namespace === ''
      ? []
      : NAMESPACE_KINDS.flatMap(
          kind => snapshot.coverage.gap(kind, [namespace]) ?? [],
        )),
  ];
}
