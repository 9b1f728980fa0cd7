/** Secrets that hold a token of a service account which never expires: told by their metadata alone. */
import { ClusterSnapshot, Secret } from '../snapshot';

const TYPE = 'kubernetes.io/service-account-token';
const ACCOUNT = 'kubernetes.io/service-account.name';

/**
 * The token Secrets of one account. A list of metadata has no type; it was
 * narrowed to this type when it was asked for, and only Secrets of this type
 * need the annotation.
 */
export function tokenSecretsOf(
  snapshot: ClusterSnapshot,
  namespace: string,
  account: string,
): Secret[] {
  return snapshot
    .inNamespace('Secret', namespace)
    .filter(
      ({ type, metadata: { annotations = {} } }) =>
        (type ?? TYPE) === TYPE && annotations[ACCOUNT] === account,
    );
}
