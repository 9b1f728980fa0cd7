/**
 * Everybody who can talk or be talked to, as endpoint classes: pods that no
 * policy can tell apart are one class, and so are addresses outside. Classes
 * are numbered, pods first and by namespace, addresses after them.
 */
import { matchesSelector } from '../selectors';
import { ClusterSnapshot, LabelSelector, Node, PodView } from '../snapshot';
import { AddressClasses, AddressRange, addressClasses } from './addresses';
import { ClassSet } from './ClassSet';
import { NodePlaces, addressesOf } from './NodePlaces';
import { groupPods } from './podGroups';
import type { PortSet } from './PortSet';
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

/**
 * Nodes as a pod sees them, in networks where policies tell a pod's own node
 * from the others. Which class a node is in depends on the pod at the other
 * end: `Universe.between` knows.
 */
export interface NodeClass {
  kind: 'node';
  id: number;
  /** The node that the pod runs on. */
  own: boolean;
  /** Whether the API server runs on it. */
  apiServer: boolean;
}

export type EndpointClass = PodClass | ExternalClass | NodeClass;

/** One end of a connection: a pod, or an address. */
export type Endpoint = PodView | string;

/** A peer of a rule by labels; a selector left out takes everything, `namespace` one namespace by its name. */
export interface PodPeer {
  namespace?: string;
  namespaceSelector?: LabelSelector;
  podSelector?: LabelSelector;
}

export class Universe {
  static create(snapshot: ClusterSnapshot, vocabulary: Vocabulary): Universe {
    const nodes = vocabulary.namesNodes ? snapshot.all('Node') : [];
    const places = vocabulary.nodePlaces
      ? NodePlaces.create(snapshot, vocabulary.nodePlaces.apiServers)
      : undefined;
    const addresses = addressClasses([
      ...vocabulary.cidrs,
      ...nodes.flatMap(node => addressesOf(node).map(singleAddress)),
      ...(vocabulary.nodePlaces?.apiServers ?? []).map(singleAddress),
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
    return new Universe(podClasses, externalClasses, addresses, nodes, places);
  }

  /** Pods whose network is their own. */
  readonly podNetwork: ClassSet;
  readonly external: ClassSet;
  readonly everyone: ClassSet;
  /** Empty where policies do not tell nodes by their place. */
  readonly nodeClasses: readonly NodeClass[];
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
    private readonly places: NodePlaces | undefined,
  ) {
    const size = podClasses.length + externalClasses.length;
    this.nodeClasses = places ? nodeClassesFrom(size) : [];
    this.everyone = ClassSet.range(0, size + this.nodeClasses.length);
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
    const outside = id - this.podClasses.length;
    if (outside < 0) {
      return this.podClasses[id];
    }
    return (
      this.externalClasses[outside] ??
      this.nodeClasses[outside - this.externalClasses.length]
    );
  }

  /** The pods of one namespace; only of one that the vocabulary names. */
  classesIn(namespace: string): readonly PodClass[] {
    return this.#byNamespace.get(namespace) ?? [];
  }

  /**
   * What two ends of a connection are to each other. Undefined for text that is
   * no address, and for pods that are not of this snapshot.
   */
  between(
    source: Endpoint,
    destination: Endpoint,
  ): { source: EndpointClass; destination: EndpointClass } | undefined {
    const from = this.#classSeenFrom(source, destination);
    const to = this.#classSeenFrom(destination, source);
    return from && to && { source: from, destination: to };
  }

  /** What two classes of pods are to each other: more than one thing where a node is own to some of the pods only. */
  betweenClasses(
    source: PodClass,
    destination: PodClass,
  ): { source: EndpointClass; destination: EndpointClass }[] {
    const { places } = this;
    if (!places || source.hostNetwork === destination.hostNetwork) {
      return [{ source, destination }];
    }
    const [host, other] = source.hostNetwork
      ? [source, destination]
      : [destination, source];
    return places
      .seenFrom(host.pods, other.pods)
      .map(place => this.#nodeClass(place))
      .map(node =>
        source.hostNetwork
          ? { source: node, destination }
          : { source, destination: node },
      );
  }

  #classSeenFrom(
    endpoint: Endpoint,
    other: Endpoint,
  ): EndpointClass | undefined {
    const place = this.places?.of(endpoint, other);
    if (place) {
      return this.#nodeClass(place);
    }
    if (typeof endpoint !== 'string') {
      return this.classOfPod(endpoint);
    }
    const pod = this.places?.podAt(endpoint);
    return pod ? this.classOfPod(pod) : this.classOfAddress(endpoint);
  }

  #nodeClass({ own, apiServer }: { own: boolean; apiServer: boolean }) {
    return this.nodeClasses[(own ? 0 : 2) + (apiServer ? 1 : 0)];
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

/** In the order that `#nodeClass` counts on. */
function nodeClassesFrom(first: number): NodeClass[] {
  return [true, false]
    .flatMap(own => [false, true].map(apiServer => ({ own, apiServer })))
    .map((place, index) => ({ kind: 'node', id: first + index, ...place }));
}

function singleAddress(address: string): string {
  return `${address}/${address.includes(':') ? 128 : 32}`;
}

function podKey({ origin, namespace, name, object }: PodView): string {
  return origin === 'pod'
    ? `${namespace}/${name}`
    : `${object.kind}/${namespace}/${name}`;
}
