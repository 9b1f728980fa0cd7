/** What it means that somebody holds a right: whether he is part of the cluster itself, everybody, a workload, or a person. */
import { ClusterSnapshot } from '../../snapshot';
import { Grant, RbacSubject } from '../rbac/grants';
import { accountOfUser } from '../rbac/request';
import { surroundingsOf } from './surroundings';

/**
 * On a binding, with the reason as its value: who is bound may act as
 * workloads, and somebody has decided so. An API server lets only those edit a
 * binding who hold its rights already, or may bind them.
 */
export const ACCEPTED = 'zero-trust.backstage.io/may-act-as-workloads';

/**
 * `anybody`: whoever reaches the API server, or signs in; `every pod`, `pods`
 * of one namespace; `account` of a workload; `expected`: a part of the cluster,
 * which could do nothing without; `person`: a user or group that the cluster
 * knows by name only.
 */
export type Standing = (typeof STANDINGS)[number];

/** The worst first. */
export const STANDINGS = [
  'anybody',
  'every pod',
  'pods',
  'account',
  'person',
  'expected',
] as const;

const ACCOUNTS = 'system:serviceaccounts';
const EVERYBODY: readonly string[] = [
  'system:anonymous',
  'system:authenticated',
  'system:unauthenticated',
];

export function standingOf(
  snapshot: ClusterSnapshot,
  { kind, name }: Pick<RbacSubject, 'kind' | 'name'>,
): Standing {
  if (EVERYBODY.includes(name)) {
    return 'anybody';
  }
  if (kind === 'Group' && name === ACCOUNTS) {
    return 'every pod';
  }
  if (kind === 'Group' && name.startsWith(`${ACCOUNTS}:`)) {
    return 'pods';
  }
  const account = kind === 'User' ? accountOfUser(name) : undefined;
  if (account) {
    return isExpected(snapshot, account) ? 'expected' : 'account';
  }
  // API servers keep the prefix for themselves.
  return name.startsWith('system:') ? 'expected' : 'person';
}

/** Accounts of the control plane, and those that issue identities; never one that pods get unasked. */
function isExpected(
  snapshot: ClusterSnapshot,
  { namespace, name }: { namespace: string; name: string },
): boolean {
  const { rootNamespace, mesh, spire } = snapshot.derive(surroundingsOf);
  return (
    name !== 'default' &&
    (namespace === 'kube-system' ||
      (mesh && namespace === rootNamespace && name.startsWith('istiod')) ||
      (spire && name === 'spire-server'))
  );
}

/** Why a binding is accepted, or undefined. Nobody can accept that everybody may. */
export function acceptanceOf(
  snapshot: ClusterSnapshot,
  { annotations }: Grant,
  subject: RbacSubject,
): string | undefined {
  const reason = Object.hasOwn(annotations, ACCEPTED)
    ? annotations[ACCEPTED].trim()
    : '';
  const standing = standingOf(snapshot, subject);
  return reason === '' || standing === 'anybody' || standing === 'every pod'
    ? undefined
    : reason;
}
