/**
 * Which pods are in which class, by number. After a change of pods classes
 * keep their numbers, so that sets of classes mean the same before and after;
 * a class that is new takes the number of one that is gone, or a spare one.
 */
import { ClusterSnapshot, PodView, Workload, sameValue } from '../snapshot';
import type { AddressClasses } from './addresses';
import type { ChangedClass } from './ClassFacts';
import { PodGroup, PodGrouper, groupPods } from './podGroups';
import { isStrange, strangersOf } from './strangers';
import type { PodClass } from './endpointClasses';
import type { Vocabulary } from './Vocabulary';

/** Numbers that nobody has yet; whoever asks finds a stranger behind them. */
const SPARES = 32;
/** More changed classes than this, and counting anew is as quick. */
const MOST_CHANGES = 64;

interface Counted {
  vocabulary: Vocabulary;
  addresses: AddressClasses;
  workloads: ReadonlySet<Workload>;
  /** By number: classes of the snapshot, strangers, spares. */
  classes: readonly PodClass[];
  strangers: readonly PodClass[];
  spares: ReadonlySet<number>;
  byOrder: ReadonlyMap<string, number>;
  byPod: ReadonlyMap<string, PodClass>;
}

export class Census {
  static create(
    snapshot: ClusterSnapshot,
    vocabulary: Vocabulary,
    addresses: AddressClasses,
  ): Census {
    const grouper = PodGrouper.create(snapshot, vocabulary, addresses);
    const groups = groupPods(snapshot, grouper);
    const strange = strangersOf(snapshot, vocabulary, addresses, groups);
    const spare = Array.from({ length: SPARES }, () => strange[0]);
    const classes = [...groups, ...strange, ...spare].map(classOf);
    const firstSpare = groups.length + strange.length;
    return new Census({
      vocabulary,
      addresses,
      workloads: new Set(snapshot.workloads),
      classes,
      strangers: classes.slice(groups.length, firstSpare),
      spares: new Set(spare.map((_, index) => firstSpare + index)),
      byOrder: new Map(groups.map(({ order }, id) => [order, id])),
      byPod: new Map(
        classes
          .slice(0, groups.length)
          .flatMap(podClass =>
            podClass.pods.map(pod => [podKey(pod), podClass] as const),
          ),
      ),
    });
  }

  readonly podClasses: readonly PodClass[];
  readonly classes: readonly PodClass[];
  readonly strangers: readonly PodClass[];

  private constructor(private readonly counted: Counted) {
    const { classes, strangers } = counted;
    this.classes = classes;
    this.strangers = strangers;
    this.podClasses = classes.filter(({ pods: [pod] }) => !isStrange(pod));
  }

  /** Quicker than by name, and asked for very often. */
  readonly #byView = new WeakMap<PodView, PodClass>();
  #signatures: ReadonlyMap<number, string> | undefined;

  classOfPod(pod: PodView): PodClass | undefined {
    let podClass = this.#byView.get(pod);
    if (!podClass) {
      podClass = this.counted.byPod.get(podKey(pod));
      if (podClass) {
        this.#byView.set(pod, podClass);
      }
    }
    return podClass;
  }

  /** What policies can see of a class, in one text: numbers are given anew, this is not. */
  signatureOf({ id }: PodClass): string {
    this.#signatures ??= new Map(
      [...this.counted.byOrder].map(([order, number]) => [number, order]),
    );
    return this.#signatures.get(id) ?? '';
  }

  /**
   * The census of a later snapshot whose policies have the same words.
   * Undefined where it is better taken anew: too much has changed, or what is
   * taken for unchanging, such as which pods are on their node's network.
   */
  after(
    snapshot: ClusterSnapshot,
  ): { census: Census; changes: readonly ChangedClass[] } | undefined {
    const { vocabulary, addresses, byOrder, byPod } = this.counted;
    const workloads = new Set(snapshot.workloads);
    const gone = podsOfOthers(this.counted.workloads, workloads);
    const come = podsOfOthers(workloads, this.counted.workloads);
    const left = [...gone].filter(pod => !come.has(pod));
    const joined = [...come].filter(pod => !gone.has(pod));
    if (left.length + joined.length === 0) {
      const census = new Census({ ...this.counted, workloads });
      return { census, changes: [] };
    }
    if ([...left, ...joined].some(({ spec }) => spec.hostNetwork === true)) {
      return undefined;
    }
    const members = new Map<number, Set<PodView>>();
    const membersOf = (id: number) => {
      const known = members.get(id) ?? new Set(this.classes[id].pods);
      members.set(id, known);
      return known;
    };
    for (const pod of left) {
      const podClass = this.classOfPod(pod);
      if (podClass) {
        membersOf(podClass.id).delete(pod);
      }
    }
    const grouper = PodGrouper.create(snapshot, vocabulary, addresses);
    const groups = new Map<number, PodGroup>();
    const founded = new Map<string, PodGroup>();
    for (const pod of joined) {
      const group = grouper.groupOf(pod);
      const id = byOrder.get(group.order);
      if (id === undefined) {
        const known = founded.get(group.order) ?? group;
        known.pods = [...new Set([...known.pods, pod])];
        founded.set(group.order, known);
      } else {
        membersOf(id).add(pod);
        groups.set(id, group);
      }
    }
    const numbers = new Set([
      ...[...members].flatMap(([id, pods]) => (pods.size === 0 ? [id] : [])),
      ...this.counted.spares,
    ]);
    if (
      founded.size > numbers.size ||
      members.size + founded.size > MOST_CHANGES
    ) {
      return undefined;
    }
    const orders = new Map(byOrder);
    const emptied = [...byOrder].filter(
      ([, id]) => members.get(id)?.size === 0,
    );
    emptied.forEach(([order]) => orders.delete(order));
    for (const group of founded.values()) {
      const [id] = numbers;
      numbers.delete(id);
      members.set(id, new Set(group.pods));
      groups.set(id, group);
      orders.set(group.order, id);
    }
    return this.#with(snapshot, {
      members,
      groups,
      orders,
      workloads,
      spares: numbers,
      byPod: new Map(byPod),
      left,
    });
  }

  #with(
    snapshot: ClusterSnapshot,
    {
      members,
      groups,
      orders,
      workloads,
      spares,
      byPod,
      left,
    }: {
      members: ReadonlyMap<number, ReadonlySet<PodView>>;
      groups: ReadonlyMap<number, PodGroup>;
      orders: ReadonlyMap<string, number>;
      workloads: ReadonlySet<Workload>;
      spares: ReadonlySet<number>;
      byPod: Map<string, PodClass>;
      left: readonly PodView[];
    },
  ): ReturnType<Census['after']> {
    const place = placesOf(snapshot, members);
    const classes = [...this.classes];
    left.forEach(pod => byPod.delete(podKey(pod)));
    for (const [id, pods] of members) {
      const before = this.classes[id];
      const sorted = [...pods].sort((one, other) => place(one) - place(other));
      classes[id] =
        sorted.length === 0
          ? { ...this.strangers[0], id }
          : classOf(
              {
                namespaceLabels:
                  groups.get(id)?.namespaceLabels ?? before.namespaceLabels,
                namedPorts: groups.get(id)?.namedPorts ?? before.namedPorts,
                pods: sorted,
              },
              id,
            );
      sorted.forEach(pod => byPod.set(podKey(pod), classes[id]));
    }
    const census = new Census({
      ...this.counted,
      workloads,
      classes,
      spares,
      byOrder: orders,
      byPod,
    });
    return census.#hasSameStrangers(snapshot)
      ? {
          census,
          changes: [...members.keys()].map(id => ({
            before: this.classes[id],
            after: classes[id],
          })),
        }
      : undefined;
  }

  /** Where nobody thought of is, depends on where most are. */
  #hasSameStrangers(snapshot: ClusterSnapshot): boolean {
    const { vocabulary, addresses } = this.counted;
    const seen = ({ namespace, labels, ips }: PodView) => [
      namespace,
      labels,
      ips.map(addresses.classOf),
    ];
    return sameValue(
      strangersOf(snapshot, vocabulary, addresses, this.podClasses).map(
        ({ pods: [pod] }) => seen(pod),
      ),
      this.strangers.map(({ pods: [pod] }) => seen(pod)),
    );
  }
}

function classOf(
  { namespaceLabels, namedPorts, pods }: Omit<PodGroup, 'order'>,
  id: number,
): PodClass {
  return {
    kind: 'pods',
    id,
    namespace: pods[0].namespace,
    namespaceLabels,
    labels: pods[0].labels,
    hostNetwork: pods[0].spec.hostNetwork === true,
    namedPorts,
    pods,
  };
}

/** The pods of workloads that the other snapshot does not have, or has otherwise. */
function podsOfOthers(
  workloads: ReadonlySet<Workload>,
  others: ReadonlySet<Workload>,
): Set<PodView> {
  const pods = new Set<PodView>();
  for (const workload of workloads) {
    if (!others.has(workload)) {
      workload.pods.forEach(pod => pods.add(pod));
    }
  }
  return pods;
}

/** The order in which pods come in a snapshot; looked up only where several have to be put in order. */
function placesOf(
  { workloads }: ClusterSnapshot,
  members: ReadonlyMap<number, ReadonlySet<PodView>>,
): (pod: PodView) => number {
  const places = new Map<PodView, number>();
  if ([...members.values()].some(pods => pods.size > 1)) {
    for (const pod of workloads.flatMap(({ pods }) => pods)) {
      places.set(pod, places.size);
    }
  }
  return pod => places.get(pod) ?? 0;
}

function podKey({ origin, namespace, name, object }: PodView): string {
  return origin === 'pod'
    ? `${namespace}/${name}`
    : `${object.kind}/${namespace}/${name}`;
}
