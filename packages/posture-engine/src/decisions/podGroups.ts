/** Pods by what the policies of a snapshot can see of them. */
import { ClusterSnapshot, PodView, compare } from '../snapshot';
import type { AddressClasses } from './addresses';
import { PortSet, protocolOf } from './PortSet';
import type { Vocabulary } from './Vocabulary';

type Labels = Readonly<Record<string, string>>;

const NO_PORTS: ReadonlyMap<string, PortSet> = new Map();

/** Pods that no policy tells apart. */
export interface PodGroup {
  order: string;
  namespaceLabels: Labels;
  namedPorts: ReadonlyMap<string, PortSet>;
  pods: PodView[];
}

/** Puts pods with those that no policy tells from them. */
export class PodGrouper {
  static create(
    snapshot: ClusterSnapshot,
    vocabulary: Vocabulary,
    addresses: AddressClasses,
  ): PodGrouper {
    return new PodGrouper(snapshot, vocabulary, addresses);
  }

  readonly #namespaces = new Map<
    string,
    { signature: string; labels: Labels }
  >();

  private constructor(
    private readonly snapshot: ClusterSnapshot,
    private readonly vocabulary: Vocabulary,
    private readonly addresses: AddressClasses,
  ) {}

  /** The group of one pod, with that pod alone in it; `order` is equal for pods of one group. */
  groupOf(pod: PodView): PodGroup {
    const { snapshot, vocabulary, addresses } = this;
    const { givenLabels, givenLabelsOf } = vocabulary;
    // Where nodes count by place, so do addresses: blocks are for what is outside.
    // A single block still tells pods with addresses of its family from the others.
    const seesAddresses = !vocabulary.nodePlaces && vocabulary.cidrs.size > 0;
    const namespace = this.#namespaceOf(pod.namespace);
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
      givenLabelsOf ? givenLabels.signature(givenLabelsOf(snapshot, pod)) : '',
    ].join('\u0002');
    return {
      order,
      namespaceLabels: namespace.labels,
      namedPorts,
      pods: [pod],
    };
  }

  #namespaceOf(name: string): { signature: string; labels: Labels } {
    let known = this.#namespaces.get(name);
    if (!known) {
      const labels = this.snapshot.namespaceLabels(name);
      known = {
        labels,
        signature: this.vocabulary.namespaces.has(name)
          ? `n\u0001${name}`
          : `l\u0001${this.vocabulary.namespaceLabels.signature(labels)}`,
      };
      this.#namespaces.set(name, known);
    }
    return known;
  }
}

/** All pods of a snapshot, in the order of their namespaces. */
export function groupPods(
  { workloads }: ClusterSnapshot,
  grouper: PodGrouper,
): PodGroup[] {
  const groups = new Map<string, PodGroup>();
  for (const { pods } of workloads) {
    for (const pod of pods) {
      const group = grouper.groupOf(pod);
      const known = groups.get(group.order);
      if (known) {
        known.pods.push(pod);
      } else {
        groups.set(group.order, group);
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
  if (names.size === 0) {
    return NO_PORTS;
  }
  const found = new Map<string, PortSet>();
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
  return found.size < 2
    ? found
    : new Map([...found].sort(([left], [right]) => compare(left, right)));
}
