/** Whom selectors, blocks and names of ports mean, as facts about classes. */
import { UnknownOperatorError, matchesSelector } from '../selectors';
import type { ClusterSnapshot, LabelSelector } from '../snapshot';
import type { AddressClasses } from './addresses';
import type { ClassFacts, Look } from './ClassFacts';
import { ClassSet } from './ClassSet';
import type { PortSet } from './PortSet';
import type { PodClass, PodPeer } from './endpointClasses';

type Labels = Readonly<Record<string, string>>;

/** Labels of pods as some kind of policy sees them. */
export interface LabelView {
  /** Unlike that of any other view. */
  name: string;
  labelsOf(podClass: PodClass, snapshot: ClusterSnapshot): Labels;
}

const OWN_LABELS: LabelView = { name: '', labelsOf: ({ labels }) => labels };

/** Made here, where nothing of a snapshot is at hand that they could hold on to. */
const looksAt = {
  peer:
    (
      namespace: string | undefined,
      namespaceSelector: LabelSelector | undefined,
      podSelector: LabelSelector,
    ): Look =>
    podClass =>
      !podClass.hostNetwork &&
      (namespace === undefined || podClass.namespace === namespace) &&
      (!namespaceSelector ||
        matchesSelector(namespaceSelector, podClass.namespaceLabels)) &&
      matchesSelector(podSelector, podClass.labels),
  namespace:
    (namespace: string): Look =>
    podClass =>
      podClass.namespace === namespace && !podClass.hostNetwork,
  namespaces:
    (selector: LabelSelector): Look =>
    ({ namespaceLabels, hostNetwork }) =>
      !hostNetwork && matchesSelector(selector, namespaceLabels),
  addresses:
    (addresses: AddressClasses, wanted: ReadonlySet<number>): Look =>
    ({ pods }) =>
      pods.some(({ ips }) =>
        ips.some(ip => wanted.has(addresses.classOf(ip) ?? -1)),
      ),
  port:
    (name: string): Look =>
    ({ namedPorts }) =>
      namedPorts.get(name)?.key ?? '',
  label:
    (labelsOf: LabelView['labelsOf'], key: string): Look =>
    (podClass, snapshot) => {
      const labels = labelsOf(podClass, snapshot);
      return Object.hasOwn(labels, key) && `=${labels[key]}`;
    },
};

export class ClassSelection {
  static create(
    snapshot: ClusterSnapshot,
    classes: readonly PodClass[],
    facts: ClassFacts,
    podNetwork: ClassSet,
    addresses: AddressClasses,
  ): ClassSelection {
    return new ClassSelection(snapshot, classes, facts, podNetwork, addresses);
  }

  #byNamespace: ReadonlyMap<string, readonly PodClass[]> | undefined;
  #byAddress: ReadonlyMap<number, readonly number[]> | undefined;

  private constructor(
    private readonly snapshot: ClusterSnapshot,
    private readonly classes: readonly PodClass[],
    private readonly facts: ClassFacts,
    private readonly podNetwork: ClassSet,
    private readonly addresses: AddressClasses,
  ) {}

  get byNamespace(): ReadonlyMap<string, readonly PodClass[]> {
    if (!this.#byNamespace) {
      const map = new Map<string, PodClass[]>();
      for (const podClass of this.classes) {
        const list = map.get(podClass.namespace) ?? [];
        list.push(podClass);
        map.set(podClass.namespace, list);
      }
      this.#byNamespace = map;
    }
    return this.#byNamespace;
  }

  /** Throws as `matchesSelector` does. */
  selected({ namespace, namespaceSelector, podSelector }: PodPeer): ClassSet {
    if (isEmpty(podSelector)) {
      return this.#inNamespaces(namespace, namespaceSelector);
    }
    return this.facts.of(
      JSON.stringify([
        namespace ?? null,
        namespaceSelector ?? null,
        podSelector,
      ]),
      looksAt.peer(namespace, namespaceSelector, podSelector),
      () =>
        selectClasses(
          this.#inNamespaces(namespace, namespaceSelector),
          podSelector,
          key => this.labelSets(OWN_LABELS, key),
        ),
    );
  }

  /** Classes of pods with an address in one of the ids of addresses. */
  withAddresses(key: string, ids: readonly number[]): ClassSet {
    return this.facts.of(
      `addresses ${key}`,
      looksAt.addresses(this.addresses, new Set(ids)),
      () => ClassSet.of(ids.flatMap(id => this.#atAddress.get(id) ?? [])),
    );
  }

  /** What a name of a port means, and to whom, those on their node's network included. */
  namedPort(name: string): readonly { ports: PortSet; classes: ClassSet }[] {
    return this.facts.of(`port ${name}`, looksAt.port(name), () => {
      const groups = new Map<string, { ports: PortSet; ids: number[] }>();
      for (const { id, namedPorts } of this.classes) {
        const ports = namedPorts.get(name);
        if (ports) {
          const group = groups.get(ports.key) ?? { ports, ids: [] };
          group.ids.push(id);
          groups.set(ports.key, group);
        }
      }
      return [...groups.values()]
        .sort((one, other) => (one.ports.key < other.ports.key ? -1 : 1))
        .map(({ ports, ids }) => ({ ports, classes: ClassSet.of(ids) }));
    });
  }

  get #atAddress(): ReadonlyMap<number, readonly number[]> {
    if (!this.#byAddress) {
      const map = new Map<number, number[]>();
      for (const { id, pods } of this.classes) {
        const places = pods.flatMap(({ ips }) =>
          ips.map(this.addresses.classOf),
        );
        for (const place of new Set(places)) {
          if (place !== undefined) {
            const ids = map.get(place) ?? [];
            ids.push(id);
            map.set(place, ids);
          }
        }
      }
      this.#byAddress = map;
    }
    return this.#byAddress;
  }

  #inNamespaces(
    namespace: string | undefined,
    selector: LabelSelector | undefined,
  ): ClassSet {
    if (namespace !== undefined) {
      return this.facts.of(
        `namespace ${namespace}`,
        looksAt.namespace(namespace),
        () => idsOf(this.byNamespace.get(namespace) ?? []),
      );
    }
    if (isEmpty(selector)) {
      return this.podNetwork;
    }
    return this.facts.of(
      `namespaces ${JSON.stringify(selector)}`,
      looksAt.namespaces(selector),
      () =>
        idsOf(
          // Where a name stands for several namespaces, no selector tells them apart.
          [...this.byNamespace.values()]
            .filter(([{ namespaceLabels }]) =>
              matchesSelector(selector, namespaceLabels),
            )
            .flat(),
        ),
    );
  }

  /** Classes by the values of a label. */
  labelSets(
    { name, labelsOf }: LabelView,
    key: string,
  ): ReadonlyMap<string, ClassSet> {
    return this.facts.of(
      `label ${name} ${key}`,
      looksAt.label(labelsOf, key),
      () => {
        const ids = new Map<string, number[]>();
        for (const podClass of this.classes) {
          const labels = labelsOf(podClass, this.snapshot);
          if (Object.hasOwn(labels, key)) {
            const list = ids.get(labels[key]) ?? [];
            list.push(podClass.id);
            ids.set(labels[key], list);
          }
        }
        return new Map(
          [...ids].map(([value, list]) => [value, ClassSet.of(list)]),
        );
      },
    );
  }
}

/** The classes of a set that a selector means, by the sets of classes with each value of a label. Throws as `matchesSelector` does. */
export function selectClasses(
  scope: ClassSet,
  { matchLabels, matchExpressions }: LabelSelector,
  labelSets: (key: string) => ReadonlyMap<string, ClassSet>,
): ClassSet {
  const having = (key: string, values?: readonly string[]) => {
    const sets = labelSets(key);
    return ClassSet.union(
      values
        ? values.flatMap(value => sets.get(value) ?? [])
        : [...sets.values()],
    );
  };
  let set = scope;
  for (const [key, value] of Object.entries(matchLabels ?? {})) {
    set = set.intersect(having(key, [value]));
  }
  for (const { key, operator, values = [] } of matchExpressions ?? []) {
    switch (operator) {
      case 'In':
        set = set.intersect(having(key, values));
        break;
      case 'NotIn':
        set = set.subtract(having(key, values));
        break;
      case 'Exists':
        set = set.intersect(having(key));
        break;
      case 'DoesNotExist':
        set = set.subtract(having(key));
        break;
      default:
        throw new UnknownOperatorError(operator);
    }
  }
  return set;
}

function isEmpty(
  selector: LabelSelector | undefined,
): selector is undefined | Record<string, never> {
  return (
    !selector ||
    (Object.keys(selector.matchLabels ?? {}).length === 0 &&
      !selector.matchExpressions?.length)
  );
}

/** Of those whose network is their own. */
function idsOf(classes: readonly PodClass[]): ClassSet {
  return ClassSet.of(
    classes.filter(({ hostNetwork }) => !hostNetwork).map(({ id }) => id),
  );
}
