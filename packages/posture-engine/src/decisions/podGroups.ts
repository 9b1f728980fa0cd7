/** Pods by what the policies of a snapshot can see of them. */
import { ClusterSnapshot, PodView, compare } from '../snapshot';
import type { AddressClasses } from './addresses';
import { PortSet, protocolOf } from './PortSet';
import type { Vocabulary } from './Vocabulary';

type Labels = Readonly<Record<string, string>>;

/** Pods that no policy tells apart. */
export interface PodGroup {
  order: string;
  namespaceLabels: Labels;
  namedPorts: ReadonlyMap<string, PortSet>;
  pods: PodView[];
}

/** In the order of their namespaces. */
export function groupPods(
  snapshot: ClusterSnapshot,
  vocabulary: Vocabulary,
  addresses: AddressClasses,
): PodGroup[] {
  const groups = new Map<string, PodGroup>();
  const namespaces = new Map<string, { signature: string; labels: Labels }>();
  const namespaceOf = (name: string) => {
    let known = namespaces.get(name);
    if (!known) {
      const labels = snapshot.namespaceLabels(name);
      known = {
        labels,
        signature: vocabulary.namespaces.has(name)
          ? `n\u0001${name}`
          : `l\u0001${vocabulary.namespaceLabels.signature(labels)}`,
      };
      namespaces.set(name, known);
    }
    return known;
  };
  // Where nodes count by place, so do addresses: blocks are for what is outside.
  // A single block still tells pods with addresses of its family from the others.
  const seesAddresses = !vocabulary.nodePlaces && vocabulary.cidrs.size > 0;
  for (const { pods } of snapshot.workloads) {
    for (const pod of pods) {
      const namespace = namespaceOf(pod.namespace);
      const namedPorts = namedPortsOf(pod, vocabulary.namedPorts);
      const order = [
        namespace.signature,
        vocabulary.podLabels.signature(pod.labels),
        serviceAccountOf(pod, vocabulary),
        pod.spec.hostNetwork === true
          ? `host ${vocabulary.namesNodes ? pod.spec.nodeName : ''}`
          : '',
        [...namedPorts].map(([name, ports]) => `${name}=${ports.key}`).join(),
        seesAddresses
          ? pod.ips.map(ip => addresses.classOf(ip) ?? '').join()
          : '',
        ...vocabulary.podTraits.map(trait => trait(pod)),
      ].join('\u0002');
      const group = groups.get(order);
      if (group) {
        group.pods.push(pod);
      } else {
        groups.set(order, {
          order,
          namespaceLabels: namespace.labels,
          namedPorts,
          pods: [pod],
        });
      }
    }
  }
  return [...groups.values()].sort((left, right) =>
    compare(left.order, right.order),
  );
}

/** A name that no selector names is as good as any other. */
function serviceAccountOf(
  { spec }: PodView,
  { serviceAccounts }: Vocabulary,
): string {
  const name = spec.serviceAccountName ?? 'default';
  return serviceAccounts.has(name) ? name : '';
}

function namedPortsOf(
  pod: PodView,
  names: ReadonlySet<string>,
): ReadonlyMap<string, PortSet> {
  const found = new Map<string, PortSet>();
  if (names.size === 0) {
    return found;
  }
  for (const { ports } of [
    ...pod.spec.containers,
    ...(pod.spec.initContainers ?? []),
  ]) {
    for (const { name, protocol: text, containerPort } of ports ?? []) {
      const protocol = protocolOf(text ?? 'TCP');
      if (name !== undefined && protocol && names.has(name)) {
        found.set(
          name,
          PortSet.union([
            found.get(name) ?? PortSet.none,
            PortSet.range(protocol, containerPort),
          ]),
        );
      }
    }
  }
  return new Map([...found].sort(([left], [right]) => compare(left, right)));
}
