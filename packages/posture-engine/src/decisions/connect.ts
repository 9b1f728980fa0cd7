/**
 * From a snapshot and its network to connections. A snapshot that shares
 * objects with one before it shares what was worked out from them: classes,
 * facts about them, and the relations of all pods that the change between the
 * two does not touch.
 */
import { ClusterSnapshot, KindName, Workload, sameValue } from '../snapshot';
import type { Fact } from './ClassFacts';
import { Connections } from './Connections';
import type { Tier } from './tier';
import { Universe } from './Universe';
import { Vocabulary } from './Vocabulary';

/** How the network of a cluster decides. */
export interface Network {
  /** Changes of networks of one name are followed apart from those of others. */
  name: string;
  /** What it goes by besides single objects; equal for networks that do the same, as `sameValue` tells. */
  settings: unknown;
  /** Adds what its policies can tell apart. */
  describe(vocabulary: Vocabulary): void;
  /** In the order in which they are asked. */
  tiers(universe: Universe): Tier[];
  /** Kinds of policies that concern the pods of their namespace alone. */
  namespacedPolicies: readonly KindName[];
  /** Whether it rests on objects of any other kind, but for pods, their owners and namespaces. */
  restsOn(kind: KindName): boolean;
}

interface Known {
  snapshot: ClusterSnapshot;
  network: Network;
  connections: Connections;
}

/** The latest connections of a cluster by the name of the network; one for all snapshots that come of each other. */
type Lineage = Map<string, Known>;

/** By one workload of each namespace: a later snapshot shares most of those. */
const lineages = new WeakMap<Workload, Lineage>();

export function connect(
  snapshot: ClusterSnapshot,
  network: Network,
): Connections {
  const lineage = lineageOf(snapshot);
  const known = lineage.get(network.name);
  const connections =
    (known && connectAfter(known, snapshot, network)) ??
    connectAnew(snapshot, network);
  lineage.set(network.name, { snapshot, network, connections });
  return connections;
}

/** With nothing taken from before; what `connect` comes to, the long way. */
export function connectAnew(
  snapshot: ClusterSnapshot,
  network: Network,
): Connections {
  const vocabulary = new Vocabulary();
  network.describe(vocabulary);
  const universe = Universe.create(snapshot, vocabulary);
  return Connections.create(universe, network.tiers(universe));
}

function lineageOf({ workloads }: ClusterSnapshot): Lineage {
  let lineage: Lineage | undefined;
  for (const workload of workloads) {
    lineage = lineages.get(workload);
    if (lineage) {
      break;
    }
  }
  lineage ??= new Map();
  let namespace: string | undefined;
  for (const workload of workloads) {
    if (workload.reference.namespace !== namespace) {
      namespace = workload.reference.namespace;
      lineages.set(workload, lineage);
    }
  }
  return lineage;
}

/** Undefined where the change goes too deep. */
function connectAfter(
  { snapshot: before, network: networkBefore, connections }: Known,
  snapshot: ClusterSnapshot,
  network: Network,
): Connections | undefined {
  const concerned = concernedNamespaces(before, snapshot, network);
  if (
    !concerned ||
    !sameValue(networkBefore.settings, network.settings) ||
    !hasSameCoverage(before, snapshot)
  ) {
    return undefined;
  }
  const vocabulary = Vocabulary.from(connections.universe.vocabulary);
  network.describe(vocabulary);
  if (vocabulary.size !== connections.universe.vocabulary.size) {
    return undefined;
  }
  const later: { universe: Universe; outdated: ReadonlySet<Fact> } | undefined =
    connections.universe.after(snapshot);
  return (
    later &&
    connections.after(later.universe, network.tiers(later.universe), {
      outdated: later.outdated,
      concerns: ({ namespace }) => concerned.has(namespace),
    })
  );
}

function hasSameCoverage(
  { coverage: before }: ClusterSnapshot,
  { coverage }: ClusterSnapshot,
): boolean {
  return (
    before === coverage ||
    (sameValue(before.kinds, coverage.kinds) &&
      sameValue(before.problems, coverage.problems))
  );
}

/** Where policies changed; undefined where something did that may concern everybody. */
function concernedNamespaces(
  before: ClusterSnapshot,
  snapshot: ClusterSnapshot,
  { namespacedPolicies, restsOn }: Network,
): ReadonlySet<string> | undefined {
  const concerned = new Set<string>();
  for (const [kind, namespaces] of snapshot.changesSince(before)) {
    if (namespacedPolicies.includes(kind)) {
      namespaces.forEach(namespace => concerned.add(namespace));
    } else if (
      kind === 'Namespace' ? !sameNamespaces(before, snapshot) : restsOn(kind)
    ) {
      return undefined;
    }
  }
  return concerned;
}

function sameNamespaces(
  before: ClusterSnapshot,
  snapshot: ClusterSnapshot,
): boolean {
  const labelsOf = (one: ClusterSnapshot) =>
    one
      .all('Namespace')
      .map(({ metadata: { name, labels } }) => ({ name, labels }));
  return sameValue(labelsOf(before), labelsOf(snapshot));
}
