/**
 * Everybody who can talk or be talked to, as endpoint classes: pods that no
 * policy can tell apart are one class, and so are addresses outside. Classes
 * are numbered, pods first and by namespace, addresses after them.
 */
import { matchesSelector } from '../selectors';
import type {
  ClusterSnapshot,
  LabelSelector,
  Node,
  PodView,
} from '../snapshot';
import { AddressClasses, addressClasses } from './addresses';
import { ClassSet } from './ClassSet';
import { NodePlaces, addressesOf } from './NodePlaces';
import { Census } from './Census';
import { ClassFacts, Fact } from './ClassFacts';
import { ClassSelection, LabelView } from './ClassSelection';
import type {
  Endpoint,
  EndpointClass,
  ExternalClass,
  NodeClass,
  PodClass,
  PodPeer,
} from './endpointClasses';
import type { PortSet } from './PortSet';
import type { Vocabulary } from './Vocabulary';

interface UniverseParts {
  snapshot: ClusterSnapshot;
  vocabulary: Vocabulary;
  census: Census;
  externalClasses: readonly ExternalClass[];
  addresses: AddressClasses;
  nodesOfCluster: readonly Node[];
  facts: ClassFacts;
}

export class Universe {
  static create(snapshot: ClusterSnapshot, vocabulary: Vocabulary): Universe {
    const nodesOfCluster = vocabulary.namesNodes ? snapshot.all('Node') : [];
    const addresses = addressClasses([
      ...vocabulary.cidrs,
      ...nodesOfCluster.flatMap(node => addressesOf(node).map(singleAddress)),
      ...(vocabulary.nodePlaces?.apiServers ?? []).map(singleAddress),
    ]);
    const census = Census.create(snapshot, vocabulary, addresses);
    const externalClasses = addresses.classes.map(
      (ranges, index): ExternalClass => ({
        kind: 'external',
        id: census.classes.length + index,
        ranges,
      }),
    );
    return new Universe({
      snapshot,
      vocabulary,
      census,
      externalClasses,
      addresses,
      nodesOfCluster,
      facts: ClassFacts.create(),
    });
  }

  readonly podClasses: readonly PodClass[];
  /**
   * Pods that nobody thought of: what they may do, anybody may who gets a pod
   * of his own into the cluster. Never empty, and never among `podClasses`.
   */
  readonly strangers: readonly PodClass[];
  /** By id: those of the snapshot, strangers, and ids that are spare, behind which are strangers too. */
  readonly selectableClasses: readonly PodClass[];
  readonly externalClasses: readonly ExternalClass[];
  /** In which blocks of policies the addresses of strangers are, in words that only compare. */
  readonly strangersPlace: string;
  /** Pods whose network is their own, strangers among them. */
  readonly podNetwork: ClassSet;
  readonly external: ClassSet;
  readonly everyone: ClassSet;
  /** Empty where policies do not tell nodes by their place. */
  readonly nodeClasses: readonly NodeClass[];
  /** What is worked out from the classes. */
  readonly facts: ClassFacts;
  readonly #selection: ClassSelection;
  readonly #places: NodePlaces | undefined;

  private constructor(
    private readonly parts: UniverseParts,
    before?: Universe,
  ) {
    const { snapshot, vocabulary, census, addresses, facts } = parts;
    this.facts = facts;
    this.podClasses = census.podClasses;
    this.strangers = census.strangers;
    this.selectableClasses = census.classes;
    this.externalClasses = parts.externalClasses;
    this.#places = vocabulary.nodePlaces
      ? NodePlaces.create(snapshot, vocabulary.nodePlaces.apiServers)
      : undefined;
    this.strangersPlace = this.strangers
      .map(({ pods: [{ ips }] }) =>
        ips.map(ip => addresses.keys[addresses.classOf(ip) ?? -1]).join(' '),
      )
      .join('; ');
    const inside = census.classes.length;
    const size = inside + parts.externalClasses.length;
    this.nodeClasses =
      before?.nodeClasses ?? (this.#places ? nodeClassesFrom(size) : []);
    this.everyone =
      before?.everyone ?? ClassSet.range(0, size + this.nodeClasses.length);
    this.external = before?.external ?? ClassSet.range(inside, size);
    this.podNetwork =
      before?.podNetwork ??
      ClassSet.of(
        census.classes
          .filter(({ hostNetwork }) => !hostNetwork)
          .map(({ id }) => id),
      );
    this.#selection = ClassSelection.create(
      snapshot,
      census.classes,
      facts,
      this.podNetwork,
      addresses,
    );
  }

  /**
   * The universe of a later snapshot in which the same policies, or others of
   * no other words, meet other pods: classes keep their ids, and facts to which
   * nothing changed hold. Undefined where it has to be created anew.
   */
  after(
    snapshot: ClusterSnapshot,
  ): { universe: Universe; outdated: ReadonlySet<Fact> } | undefined {
    const later = this.parts.census.after(snapshot);
    if (!later) {
      return undefined;
    }
    const { facts, outdated } = this.facts.after(later.changes, snapshot);
    return {
      universe: new Universe(
        { ...this.parts, snapshot, census: later.census, facts },
        this,
      ),
      outdated,
    };
  }

  get vocabulary(): Vocabulary {
    return this.parts.vocabulary;
  }

  get(id: number): EndpointClass {
    const outside = id - this.selectableClasses.length;
    if (outside < 0) {
      return this.selectableClasses[id];
    }
    return (
      this.externalClasses[outside] ??
      this.nodeClasses[outside - this.externalClasses.length]
    );
  }

  /** The pods of one namespace; only of one that the vocabulary names. */
  classesIn(namespace: string): readonly PodClass[] {
    return this.#selection.byNamespace.get(namespace) ?? [];
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
    const places = this.#places;
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
    const place = this.#places?.of(endpoint, other);
    if (place) {
      return this.#nodeClass(place);
    }
    if (typeof endpoint !== 'string') {
      return this.classOfPod(endpoint);
    }
    const pod = this.#places?.podAt(endpoint);
    return pod ? this.classOfPod(pod) : this.classOfAddress(endpoint);
  }

  #nodeClass({ own, apiServer }: { own: boolean; apiServer: boolean }) {
    return this.nodeClasses[(own ? 0 : 2) + (apiServer ? 1 : 0)];
  }

  classOfPod(pod: PodView): PodClass | undefined {
    return this.parts.census.classOfPod(pod);
  }

  /** What policies can see of a class, as one text that is the same in a later snapshot. */
  signatureOf(podClass: PodClass): string {
    return this.parts.census.signatureOf(podClass);
  }

  /** Undefined for text that is no address. */
  classOfAddress(address: string): ExternalClass | undefined {
    const index = this.parts.addresses.classOf(address);
    return index === undefined ? undefined : this.externalClasses[index];
  }

  /** The pods that a peer selects; pods on their node's network are never among them. Throws as `matchesSelector` does. */
  selected(peer: PodPeer): ClassSet {
    return this.#selection.selected(peer);
  }

  /** A block less its exceptions: the addresses outside, and the pods that have an address in it. */
  block(cidr: string, except: readonly string[] = []): ClassSet {
    const { addresses } = this.parts;
    const holes = new Set(except.flatMap(hole => addresses.classesOf(hole)));
    const ids = addresses
      .classesOf(cidr)
      .filter(address => !holes.has(address));
    const first = this.selectableClasses.length;
    return ClassSet.union([
      ClassSet.of(ids.map(address => first + address)),
      this.#selection.withAddresses(`${cidr} ${except.join()}`, ids),
    ]);
  }

  /** Classes by the values of a label that policies see; pods on their node's network are among them. */
  labelSets(view: LabelView, key: string): ReadonlyMap<string, ClassSet> {
    return this.#selection.labelSets(view, key);
  }

  /** Nodes: their own addresses, and the pods that share them. */
  nodes(selector: LabelSelector): ClassSet {
    const matching = this.parts.nodesOfCluster.filter(({ metadata }) =>
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
    return this.#selection
      .namedPort(name)
      .map(({ ports, classes }) => ({ ports, peers: classes.intersect(peers) }))
      .filter(group => !group.peers.isEmpty);
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
