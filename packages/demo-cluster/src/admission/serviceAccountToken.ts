/** The volume with the account's token that ServiceAccount admission gives to a pod, unless the pod or the account declines. */
import { createHash } from 'node:crypto';
import { ApiObject, isRecord, listAt, recordAt } from '../store/apiObject';

const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';

type Fields = Record<string, unknown>;

const SOURCES = [
  { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
  {
    configMap: {
      name: 'kube-root-ca.crt',
      items: [{ key: 'ca.crt', path: 'ca.crt' }],
    },
  },
  {
    downwardAPI: {
      items: [
        {
          path: 'namespace',
          fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' },
        },
      ],
    },
  },
];

/** Five characters as the API server's random names have them, the same for the same text. */
export function shortHash(text: string, length = 5): string {
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
  const digest = createHash('sha256').update(text).digest();
  return [...digest.subarray(0, length)]
    .map(byte => alphabet[byte % alphabet.length])
    .join('');
}

/** Changes `pod`, which must be the caller's own copy. */
export function mountServiceAccountToken(
  pod: ApiObject,
  account: ApiObject | undefined,
): void {
  const spec = recordAt(pod, 'spec');
  const wanted =
    spec?.automountServiceAccountToken ?? account?.automountServiceAccountToken;
  if (!spec || wanted === false) {
    return;
  }
  const containers = [
    ...listAt(spec, 'initContainers'),
    ...listAt(spec, 'containers'),
  ].filter(isRecord);
  const bare = containers.filter(
    container =>
      !listAt(container, 'volumeMounts').some(
        mount => isRecord(mount) && mount.mountPath === MOUNT_PATH,
      ),
  );
  if (bare.length === 0) {
    return;
  }
  const existing = listAt(spec, 'volumes').find(
    (volume): volume is Fields =>
      isRecord(volume) && String(volume.name).startsWith('kube-api-access-'),
  );
  const name = existing
    ? String(existing.name)
    : `kube-api-access-${shortHash(
        `${pod.metadata.namespace}/${pod.metadata.name}/token`,
      )}`;
  if (!existing) {
    spec.volumes = [
      ...listAt(spec, 'volumes'),
      { name, projected: { sources: SOURCES, defaultMode: 420 } },
    ];
  }
  for (const container of bare) {
    container.volumeMounts = [
      ...listAt(container, 'volumeMounts'),
      { name, readOnly: true, mountPath: MOUNT_PATH },
    ];
  }
}
