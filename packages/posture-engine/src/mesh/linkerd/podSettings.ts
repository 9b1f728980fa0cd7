/**
 * What is said to the proxy of one pod: its annotations, and those of its
 * namespace, which Linkerd's injector copies to pods that it injects
 * (`AppendNamespaceAnnotations`). A running pod shows what was copied; what its
 * namespace says today counts for its successors.
 */
import { ClusterSnapshot, PodView, Workload } from '../../snapshot';
import { Container } from '../../snapshot/kinds';
import { LINKERD_PROXY, argumentOf, proxyContainer } from '../containers';
import { FieldValue, entryOf, metadataEvidence } from '../podFields';

const PREFIX = 'config.linkerd.io/';

/** One setting of a pod by its annotation, `config.linkerd.io/<name>`; undefined where nothing says it. */
export function settingOf(
  workload: Workload,
  pod: PodView,
  name: string,
  snapshot: ClusterSnapshot,
): FieldValue | undefined {
  const key = `${PREFIX}${name}`;
  const own = metadataEvidence(workload, pod, 'annotations', key);
  if (own.value !== null || !isToBeInjected(pod)) {
    return own.value === null ? undefined : own;
  }
  const value = entryOf(
    snapshot.get('Namespace', pod.namespace)?.metadata.annotations ?? {},
    key,
  );
  return value === undefined
    ? undefined
    : {
        object: { apiVersion: 'v1', kind: 'Namespace', name: pod.namespace },
        field: `metadata.annotations['${key}']`,
        value,
      };
}

/** Whether the injector has still to see it. */
function isToBeInjected(pod: PodView): boolean {
  return proxyContainer(pod, LINKERD_PROXY) === undefined;
}

/**
 * What the container `linkerd-init` was told, which includes the chart's values
 * that no annotation shows; undefined where there is none (the CNI plugin does
 * its work then, by the same annotations and values).
 */
export function initArgumentOf(
  pod: PodView,
  flag: string,
): FieldValue | undefined {
  const containers: readonly Container[] = pod.spec.initContainers ?? [];
  const index = containers.findIndex(({ name }) => name === 'linkerd-init');
  const value = argumentOf(containers[index], flag);
  return value === undefined
    ? undefined
    : {
        object: pod.object,
        field: `${pod.path}spec.initContainers[${index}].args`,
        value,
      };
}

/** Whether the container `linkerd-init` is there, whatever it was told. */
export function hasInitContainer({ spec }: PodView): boolean {
  return (spec.initContainers ?? []).some(
    ({ name }) => name === 'linkerd-init',
  );
}

/** Whether a list of ports and of ranges such as `4000-5000` holds a port; null, a port that nothing names, is in none. */
export function holdsPort(list: string, port: number | null): boolean {
  return (
    port !== null &&
    rangesOf(list).some(({ from, to }) => from <= port && port <= to)
  );
}

export function rangesOf(list: string): { from: number; to: number }[] {
  return list.split(',').flatMap(item => {
    const [from, to = from] = item.trim().split('-').map(Number);
    return Number.isInteger(from) && Number.isInteger(to) && from > 0
      ? [{ from, to }]
      : [];
  });
}
