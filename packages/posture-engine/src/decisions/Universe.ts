/**
 * Everybody who can talk or be talked to, as endpoint classes: pods that no
 * policy can tell apart are one class, and so are addresses outside. Classes
 * are numbered, pods first and by namespace, addresses after them.
 */
import { matchesSelector } from '../selectors';
import {
  ClusterSnapshot,
  LabelSelector,
  Node,
  PodView,
  compare,
} from '../snapshot';
import { AddressClasses, AddressRange, addressClasses } from './addresses';
import { ClassSet } from './ClassSet';
import { PortSet, protocolOf } from './PortSet';
import type { Vocabulary } from './Vocabulary';

type Labels = Readonly<Record<string, string>>;

/** Pods that no policy tells apart. What is said of one holds for all. */
export interface PodClass {
  kind: 'pods';
  id: number;
  /** Of the first pod; the pods' namespaces differ only where no policy can tell. */
  namespace: string;
  namespaceLabels: Labels;
  labels: Labels;
  /** Their network is their node's: policies for pods do not select them. */
  hostNetwork: boolean;
  /** The ports behind the names that policies use. */
  namedPorts: ReadonlyMap<string, PortSet>;
  pods: readonly PodView[];
}

export interface ExternalClass {
  kind: 'external';
  id: number;
  ranges: readonly AddressRange[];
}

export type EndpointClass = PodClass | ExternalClass;

/** A peer of a rule by labels; a selector left out takes everything, `namespace` one namespace by its name. */
export interface PodPeer {
  namespace?: string;
  namespaceSelector?: LabelSelector;
  podSelector?: LabelSelector;
}

export class Universe {
  static create(snapshot: ClusterSnapshot, vocabulary: Vocabulary): Universe {
    const nodes = vocabulary.namesNodes ? snapshot.all('Node') : [];
    const addresses = addressClasses([
      ...vocabulary.cidrs,
      ...nodes.flatMap(node => addressesOf(node).map(singleAddress)),
    ]);
    const groups = groupPods(snapshot, vocabulary, addresses);
    const podClasses = groups.map(
      ({ namespaceLabels, namedPorts, pods }, id): PodClass => ({
        kind: 'pods',
        id,
        namespace: pods[0].namespace,
        namespaceLabels,
        labels: pods[0].labels,
        hostNetwork: pods[0].spec.hostNetwork === true,
        namedPorts,
        pods,
      }),
    );
    const externalClasses = addresses.classes.map(
      (ranges, index): ExternalClass => ({
        kind: 'external',
        id: podClasses.length + index,
        ranges,
      }),
    );
    return new Universe(podClasses, externalClasses, addresses, nodes);
  }

  /** Pods whose network is their own. */
  readonly podNetwork: ClassSet;
  readonly external: ClassSet;
  readonly everyone: ClassSet;
  readonly #byNamespace = new Map<string, PodClass[]>();
  readonly #byPod = new Map<string, PodClass>();
  readonly #byAddress = new Map<number, number[]>();
  readonly #peers = new Map<string, ClassSet>();
  readonly #namespaces = new Map<string, readonly string[]>();

  private constructor(
    readonly podClasses: readonly PodClass[],
    readonly externalClasses: readonly ExternalClass[],
    private readonly addresses: AddressClasses,
    private readonly nodesOfCluster: readonly Node[],
  ) {
    const size = podClasses.length + externalClasses.length;
    this.everyone = ClassSet.range(0, size);
    this.external = ClassSet.range(podClasses.length, size);
    this.podNetwork = ClassSet.of(
      podClasses.filter(({ hostNetwork }) => !hostNetwork).map(({ id }) => id),
    );
    for (const podClass of podClasses) {
      const { id, namespace, pods } = podClass;
      const classes = this.#byNamespace.get(namespace) ?? [];
      classes.push(podClass);
      this.#byNamespace.set(namespace, classes);
      for (const pod of pods) {
        this.#byPod.set(podKey(pod), podClass);
        for (const ip of pod.ips) {
          const address = addresses.classOf(ip);
          if (address !== undefined) {
            const ids = this.#byAddress.get(address) ?? [];
            if (ids[ids.length - 1] !== id) {
              ids.push(id);
            }
            this.#byAddress.set(address, ids);
          }
        }
      }
    }
  }

  get(id: number): EndpointClass {
    return id < this.podClasses.length
      ? this.podClasses[id]
      : this.externalClasses[id - this.podClasses.length];
  }

  classOfPod(pod: PodView): PodClass | undefined {
    return this.#byPod.get(podKey(pod));
  }

  /** Undefined for text that is no address. */
  classOfAddress(address: string): ExternalClass | undefined {
    const index = this.addresses.classOf(address);
    return index === undefined ? undefined : this.externalClasses[index];
  }

  /** The pods that a peer selects; pods on their node's network are never among them. Throws as `matchesSelector` does. */
  selected(peer: PodPeer): ClassSet {
    const key = JSON.stringify([
      peer.namespace ?? null,
      peer.namespaceSelector ?? null,
      peer.podSelector ?? null,
    ]);
    let set = this.#peers.get(key);
    if (!set) {
      set = this.#select(peer);
      this.#peers.set(key, set);
    }
    return set;
  }

  /** A block less its exceptions: the addresses outside, and the pods that have an address in it. */
  block(cidr: string, except: readonly string[] = []): ClassSet {
    const key = `${cidr}\u0000${except.join()}`;
    let set = this.#peers.get(key);
    if (!set) {
      const holes = new Set(
        except.flatMap(hole => this.addresses.classesOf(hole)),
      );
      const ids = this.addresses
        .classesOf(cidr)
        .filter(address => !holes.has(address));
      set = ClassSet.union([
        ClassSet.of(ids.map(address => this.podClasses.length + address)),
        ClassSet.of(ids.flatMap(address => this.#byAddress.get(address) ?? [])),
      ]);
      this.#peers.set(key, set);
    }
    return set;
  }

  /** Nodes: their own addresses, and the pods that share them. */
  nodes(selector: LabelSelector): ClassSet {
    const matching = this.nodesOfCluster.filter(({ metadata }) =>
      matchesSelector(selector, metadata.labels ?? {}),
    );
    const names = new Set(matching.map(({ metadata }) => metadata.name));
    return ClassSet.of([
      ...this.podClasses
        .filter(
          ({ hostNetwork, pods }) =>
            hostNetwork && names.has(pods[0].spec.nodeName ?? ''),
        )
        .map(({ id }) => id),
      ...matching
        .flatMap(addressesOf)
        .flatMap(address => this.classOfAddress(address)?.id ?? []),
    ]);
  }

  /** The classes of a set by what a named port means to them; those to whom it means nothing are left out. */
  byNamedPort(
    name: string,
    peers: ClassSet,
  ): { ports: PortSet; peers: ClassSet }[] {
    const groups = new Map<string, { ports: PortSet; ids: number[] }>();
    for (const id of peers) {
      const endpoint = this.get(id);
      const ports =
        endpoint.kind === 'pods' ? endpoint.namedPorts.get(name) : undefined;
      if (ports) {
        const group = groups.get(ports.key) ?? { ports, ids: [] };
        group.ids.push(id);
        groups.set(ports.key, group);
      }
    }
    return [...groups.values()].map(({ ports, ids }) => ({
      ports,
      peers: ClassSet.of(ids),
    }));
  }

  #select({ namespace, namespaceSelector, podSelector }: PodPeer): ClassSet {
    if (namespace === undefined && !namespaceSelector && !podSelector) {
      return this.podNetwork;
    }
    const namespaces =
      namespace === undefined
        ? this.#namespacesMatching(namespaceSelector)
        : [namespace];
    const ids: number[] = [];
    for (const name of namespaces) {
      for (const { id, labels, hostNetwork } of this.#byNamespace.get(name) ??
        []) {
        if (
          !hostNetwork &&
          (!podSelector || matchesSelector(podSelector, labels))
        ) {
          ids.push(id);
        }
      }
    }
    return ClassSet.of(ids);
  }

  #namespacesMatching(selector: LabelSelector | undefined): readonly string[] {
    const key = JSON.stringify(selector ?? {});
    let names = this.#namespaces.get(key);
    if (!names) {
      names = [...this.#byNamespace]
        .filter(([, [{ namespaceLabels }]]) =>
          matchesSelector(selector ?? {}, namespaceLabels),
        )
        .map(([name]) => name);
      this.#namespaces.set(key, names);
    }
    return names;
  }
}

function addressesOf({ status }: Node): string[] {
  return (status?.addresses ?? [])
    .filter(({ type }) => type === 'InternalIP' || type === 'ExternalIP')
    .map(({ address }) => address);
}

function singleAddress(address: string): string {
  return `${address}/${address.includes(':') ? 128 : 32}`;
}

interface PodGroup {
  order: string;
  namespaceLabels: Labels;
  namedPorts: ReadonlyMap<string, PortSet>;
  pods: PodView[];
}

/** Pods by what policies can see of them. */
function groupPods(
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
  const seesAddresses = addresses.classes.length > 2;
  for (const { pods } of snapshot.workloads) {
    for (const pod of pods) {
      const namespace = namespaceOf(pod.namespace);
      const namedPorts = namedPortsOf(pod, vocabulary.namedPorts);
      const order = [
        namespace.signature,
        vocabulary.podLabels.signature(pod.labels),
        pod.spec.hostNetwork === true
          ? `host ${vocabulary.namesNodes ? pod.spec.nodeName : ''}`
          : '',
        [...namedPorts].map(([name, ports]) => `${name}=${ports.key}`).join(),
        seesAddresses
          ? pod.ips.map(ip => addresses.classOf(ip) ?? '').join()
          : '',
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

function podKey({ origin, namespace, name, object }: PodView): string {
  return origin === 'pod'
    ? `${namespace}/${name}`
    : `${object.kind}/${namespace}/${name}`;
}
