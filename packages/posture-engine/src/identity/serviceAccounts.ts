/** Which account a pod runs as, who else runs as it, and how its pods get a token for the cluster's API. */
import {
  ClusterSnapshot,
  PodView,
  ServiceAccount,
  Workload,
  remembered,
} from '../snapshot';

const DEFAULT_ACCOUNT = 'default';

/** The account of a pod; without a name, admission sets `default`. */
export function accountOf({ spec }: PodView): string {
  return spec.serviceAccountName ?? DEFAULT_ACCOUNT;
}

export function serviceAccountOf(
  snapshot: ClusterSnapshot,
  pod: PodView,
): ServiceAccount | undefined {
  return snapshot.get('ServiceAccount', accountOf(pod), pod.namespace);
}

const byAccount = remembered((workloads: readonly Workload[]) => {
  const users = new Map<string, Workload[]>();
  for (const workload of workloads) {
    for (const account of new Set(workload.pods.map(accountOf))) {
      const list = users.get(account) ?? [];
      list.push(workload);
      users.set(account, list);
    }
  }
  return users;
});

/** The workloads that run as an account, in the snapshot's order. */
export function usersOfAccount(
  snapshot: ClusterSnapshot,
  namespace: string,
  account: string,
): readonly Workload[] {
  return byAccount(snapshot.workloadsIn(namespace)).get(account) ?? [];
}

/** Who decides that a pod gets a token of its account: the pod, else the account, else the default, which is yes. */
export interface TokenMount {
  mounted: boolean;
  decidedBy: 'pod' | 'account' | 'default';
}

export function tokenMountOf(
  snapshot: ClusterSnapshot,
  pod: PodView,
): TokenMount {
  const own = pod.spec.automountServiceAccountToken;
  if (own !== undefined) {
    return { mounted: own, decidedBy: 'pod' };
  }
  const account = serviceAccountOf(snapshot, pod)?.automountServiceAccountToken;
  return account === undefined
    ? { mounted: true, decidedBy: 'default' }
    : { mounted: account, decidedBy: 'account' };
}

/** Where admission puts the token, and how it names the volume for it. */
const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const TOKEN_VOLUME = 'kube-api-access-';

/** Whether a running pod was given a token by admission, whatever its account says by now. */
export function hasAutomountedToken({ origin, spec }: PodView): boolean {
  return (
    origin === 'pod' &&
    [...spec.containers, ...(spec.initContainers ?? [])].some(
      ({ volumeMounts }) =>
        volumeMounts?.some(
          ({ name, mountPath }) =>
            mountPath === TOKEN_PATH && name.startsWith(TOKEN_VOLUME),
        ),
    )
  );
}

/** Tokens that the pod asks for by itself, by the path of the field that does. */
export interface ProjectedToken {
  field: string;
  /** Absent: the API server itself. */
  audience?: string;
}

export function projectedTokensOf({ spec }: PodView): ProjectedToken[] {
  return (spec.volumes ?? []).flatMap(({ name, projected }, volume) =>
    name.startsWith(TOKEN_VOLUME)
      ? []
      : (projected?.sources ?? []).flatMap(({ serviceAccountToken }, source) =>
          serviceAccountToken
            ? {
                field: `spec.volumes[${volume}].projected.sources[${source}].serviceAccountToken`,
                ...(serviceAccountToken.audience
                  ? { audience: serviceAccountToken.audience }
                  : {}),
              }
            : [],
        ),
  );
}
