/** Identities as Linkerd issues them, and the patterns in which its policies name them. */
import { accountOf } from '../../identity/serviceAccounts';
import { ClusterSnapshot, PodView } from '../../snapshot';
import { LinkerdMesh, requireLinkerd } from './linkerdMesh';

/** `<account>.<namespace>.serviceaccount.identity.<control plane>.<trust domain>`, as `service_account_identity` writes it. */
export function identityOfAccount(
  namespace: string,
  account: string,
  { controlPlaneNamespace, trustDomain }: LinkerdMesh,
): string {
  return `${account}.${namespace}.serviceaccount.identity.${controlPlaneNamespace}.${trustDomain}`;
}

export function linkerdIdentityOf(
  pod: PodView,
  snapshot: ClusterSnapshot,
): string {
  return identityOfAccount(
    pod.namespace,
    accountOf(pod),
    requireLinkerd(snapshot),
  );
}

/** `*` is every identity, `*.` before a suffix all that end in it (`IdentityMatch`); anything else is itself. */
export function matchesIdentity(pattern: string, identity: string): boolean {
  if (pattern === '*') {
    return true;
  }
  return pattern.startsWith('*.')
    ? identity.endsWith(pattern.slice(1))
    : identity === pattern;
}
