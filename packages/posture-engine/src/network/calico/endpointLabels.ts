/**
 * The labels that Calico's selectors see: a pod's own, those that Calico adds,
 * and those of its namespace (`pcns.`) and service account (`pcsa.`), per
 * `libcalico-go/lib/backend/k8s/conversion`.
 */
import type { LabelView, PodClass } from '../../decisions';
import type { ClusterSnapshot, PodView } from '../../snapshot';

export type Labels = Readonly<Record<string, string>>;

export const NAMESPACE = 'projectcalico.org/namespace';
export const SERVICE_ACCOUNT = 'projectcalico.org/serviceaccount';
export const NAMESPACE_PREFIX = 'pcns.';
export const SERVICE_ACCOUNT_PREFIX = 'pcsa.';
const ORCHESTRATOR = 'projectcalico.org/orchestrator';
const NAME = 'projectcalico.org/name';

/** A longer name of a service account would not be a label's value, and Calico leaves it out. */
const LONGEST_VALUE = 62;

/** A class is another once the labels of its namespace or service account are. */
const known = new WeakMap<PodClass, Labels>();

/** Of a class, by any of its pods. */
export const CALICO_LABELS: LabelView = {
  name: 'calico',
  labelsOf(podClass, snapshot) {
    let labels = known.get(podClass);
    if (!labels) {
      labels = podLabels(snapshot, podClass.pods[0]);
      known.set(podClass, labels);
    }
    return labels;
  },
};

export function podLabels(snapshot: ClusterSnapshot, pod: PodView): Labels {
  const account = pod.spec.serviceAccountName ?? 'default';
  const { labels: accountLabels } =
    snapshot.get('ServiceAccount', account, pod.namespace)?.metadata ?? {};
  return {
    ...namespaceLabels(snapshot, pod.namespace),
    ...prefixed(SERVICE_ACCOUNT_PREFIX, { ...accountLabels, [NAME]: account }),
    // What an endpoint says itself goes before what it inherits.
    ...pod.labels,
    [NAMESPACE]: pod.namespace,
    [ORCHESTRATOR]: 'k8s',
    ...(account.length <= LONGEST_VALUE ? { [SERVICE_ACCOUNT]: account } : {}),
  };
}

/** Whether people give it to a pod: it is not inherited, and not Calico's own. */
export function isLabelOfPod(key: string): boolean {
  return !(
    key.startsWith(NAMESPACE_PREFIX) ||
    key.startsWith(SERVICE_ACCOUNT_PREFIX) ||
    key.startsWith('projectcalico.org/')
  );
}

/** Of a NetworkSet, or with no namespace of a GlobalNetworkSet or HostEndpoint. */
export function setLabels(
  snapshot: ClusterSnapshot,
  labels: Labels | undefined,
  namespace: string | undefined,
): Labels {
  return namespace === undefined
    ? labels ?? {}
    : {
        ...namespaceLabels(snapshot, namespace),
        ...labels,
        [NAMESPACE]: namespace,
      };
}

function namespaceLabels(snapshot: ClusterSnapshot, namespace: string): Labels {
  return prefixed(NAMESPACE_PREFIX, {
    ...snapshot.namespaceLabels(namespace),
    [NAME]: namespace,
  });
}

function prefixed(prefix: string, labels: Labels): Labels {
  return Object.fromEntries(
    Object.entries(labels).map(([key, value]) => [prefix + key, value]),
  );
}
