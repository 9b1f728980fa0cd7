/** The Services in front of a pod, and the container ports that they lead to. */
import { ClusterSnapshot, PodView } from '../snapshot';
import { Service } from '../snapshot/kinds';
import { SelectorIndex } from '../selectors';

function serviceIndexOf(
  snapshot: ClusterSnapshot,
  namespace: string,
): SelectorIndex<Service> {
  // Without a selector a Service has endpoints that somebody writes by hand.
  return SelectorIndex.create(
    snapshot
      .inNamespace('Service', namespace)
      .filter(({ spec }) => Object.keys(spec?.selector ?? {}).length > 0),
    ({ spec }) => ({ matchLabels: spec?.selector }),
  );
}

/** The Services whose selector matches a pod. */
export function servicesOf(pod: PodView, snapshot: ClusterSnapshot): Service[] {
  return snapshot.deriveIn(pod.namespace, serviceIndexOf).matching(pod.labels);
}

/** The TCP container ports that Services lead to; a target port's name is looked up in the pod's own containers. */
export function servicePorts(
  pod: PodView,
  snapshot: ClusterSnapshot,
): number[] {
  return servicesOf(pod, snapshot).flatMap(({ spec }) =>
    (spec?.ports ?? [])
      .filter(({ protocol }) => (protocol ?? 'TCP') === 'TCP')
      .flatMap(({ port, targetPort = port }) =>
        typeof targetPort === 'number' ? targetPort : named(pod, targetPort),
      ),
  );
}

function named(pod: PodView, name: string): number[] {
  const declared = [
    ...pod.spec.containers,
    ...(pod.spec.initContainers ?? []),
  ].flatMap(({ ports = [] }) => ports);
  const port = declared.find(
    candidate =>
      candidate.name === name && (candidate.protocol ?? 'TCP') === 'TCP',
  );
  return port ? [port.containerPort] : [];
}
