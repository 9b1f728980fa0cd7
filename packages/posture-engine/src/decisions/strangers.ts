/**
 * Pods that nobody thought of, as classes of their own: in a namespace that no
 * policy names, with nothing that a policy asks for. "Open to anybody" is then
 * a question to the engine, not a reading of rules. They are not of the
 * snapshot, and no list of pods or connections shows them.
 */
import { ClusterSnapshot, PodView, compare } from '../snapshot';
import type { AddressClasses } from './addresses';
import type { PodGroup } from './podGroups';
import type { Vocabulary } from './Vocabulary';

const strange = new WeakSet<PodView>();

/** Whether a pod is of nobody. */
export function isStrange(pod: PodView): boolean {
  return strange.has(pod);
}

/** After all others: nothing sorts behind it. */
const ORDER = '\uffff';

/** More places than these are blocks that somebody wrote for pods one by one. */
const MOST_PLACES = 8;

/**
 * One without labels, and one for each set of labels that some selector asks
 * for whatever their values, with values that none names; all of them where
 * most pods are. And one without labels wherever else pods come to be.
 */
export function strangersOf(
  snapshot: ClusterSnapshot,
  vocabulary: Vocabulary,
  addresses: AddressClasses,
  groups: readonly { pods: readonly PodView[] }[],
): PodGroup[] {
  const namespace = unknownNamespace(snapshot, vocabulary);
  const [usual = [], ...others] =
    vocabulary.nodePlaces || vocabulary.cidrs.size === 0
      ? []
      : placesOfPods(groups, addresses);
  return [
    ...[[], ...vocabulary.openKeys].map(keys => ({
      labels: Object.fromEntries(
        keys.map(key => [key, unnamedValue(key, vocabulary)]),
      ),
      ips: usual,
    })),
    ...others.map(ips => ({ labels: {}, ips })),
  ].map(({ labels, ips }, index) => ({
    order: `${ORDER}${index}`,
    namespaceLabels: snapshot.namespaceLabels(namespace),
    namedPorts: new Map(),
    pods: [strangePod(namespace, `nobody-${index}`, labels, ips)],
  }));
}

function unnamedValue(
  key: string,
  { podLabels, givenLabels }: Vocabulary,
): string {
  let value = 'anything';
  for (
    let number = 2;
    podLabels.names(key, value) || givenLabels.names(key, value);
    number++
  ) {
    value = `anything-${number}`;
  }
  return value;
}

function unknownNamespace(
  snapshot: ClusterSnapshot,
  { namespaces, namespaceLabels }: Vocabulary,
): string {
  const taken = (name: string) =>
    namespaces.has(name) ||
    namespaceLabels.names('kubernetes.io/metadata.name', name) ||
    snapshot.get('Namespace', name) !== undefined ||
    snapshot.workloadsIn(name).length > 0;
  let name = 'namespace-of-nobody';
  for (let number = 2; taken(name); number++) {
    name = `namespace-of-nobody-${number}`;
  }
  return name;
}

/**
 * Where most pods have their addresses, new ones will: a block that takes the
 * network of the pods takes in everybody. After it the places that pods of
 * several namespaces share, such as the subnets of a cluster's zones. None where
 * no pod has an address.
 */
function placesOfPods(
  groups: readonly { pods: readonly PodView[] }[],
  { classes, classOf }: AddressClasses,
): (readonly string[])[] {
  const places = new Map<string, Place>();
  for (const { pods } of groups) {
    const [{ ips, namespace, spec }] = pods;
    if (ips.length > 0 && !spec.hostNetwork) {
      const found = ips.map(classOf);
      const key = found.join();
      const place = places.get(key) ?? {
        count: 0,
        room: Math.min(
          ...found.map(id => (id === undefined ? 0 : sizeOf(classes[id]))),
        ),
        ips,
        namespace,
        isShared: false,
      };
      place.count += pods.length;
      place.isShared ||= pods.some(pod => pod.namespace !== place.namespace);
      places.set(key, place);
    }
  }
  const [usual, ...others] = [...places]
    // A block as large as the pods in it was written for them.
    .filter(([, { count, room }]) => room > count)
    .sort(
      ([left, { count: one }], [right, { count: other }]) =>
        other - one || compare(left, right),
    );
  return usual
    ? [
        usual,
        ...others
          .filter(([, { isShared }]) => isShared)
          .slice(0, MOST_PLACES)
          // What is most there changes often, and means nothing.
          .sort(([left], [right]) => compare(left, right)),
      ].map(([, { ips }]) => ips)
    : [];
}

/** Addresses that policies do not tell apart. */
interface Place {
  count: number;
  room: number;
  /** Of the first pod. */
  ips: readonly string[];
  namespace: string;
  /** Whether pods of other namespaces are there too. */
  isShared: boolean;
}

function sizeOf(ranges: AddressClasses['classes'][number]): number {
  return ranges.reduce((sum, { from, to }) => sum + Number(to - from) + 1, 0);
}

function strangePod(
  namespace: string,
  name: string,
  labels: Readonly<Record<string, string>>,
  ips: readonly string[],
): PodView {
  const pod: PodView = {
    origin: 'pod',
    name,
    namespace,
    labels,
    annotations: {},
    metadata: { labels, annotations: {} },
    spec: { containers: [] },
    ips,
    object: { apiVersion: 'v1', kind: 'Pod', namespace, name },
    path: '',
  };
  strange.add(pod);
  return pod;
}
