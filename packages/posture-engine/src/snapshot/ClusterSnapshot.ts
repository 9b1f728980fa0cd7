/**
 * One immutable, indexed view of one cluster: what every decision and every
 * control reads. Nothing in it does I/O, and nothing changes after creation.
 * Creating one again after a change is cheap: objects, views of pods and
 * everything read from them are shared by identity with the snapshot before.
 */
import { Coverage, ObjectProblem } from './coverage';
import { sameValue } from './fieldPath';
import { KIND_NAMES, KindName, Resource } from './kinds';
import { KubernetesObject, describeObject } from './objects';
import { readObject } from './readObject';
import type { ClusterSettings } from './settings';
import {
  Workload,
  WorkloadReference,
  collectWorkloads,
  compare,
  workloadKey,
} from './workloads';

export interface CreateSnapshotOptions {
  /** The cluster's name, as people call it. */
  cluster: string;
  /**
   * Of two objects of the same name the later one counts, as when both are
   * applied; unless they are equal, that is a problem of the coverage too.
   */
  objects: Iterable<KubernetesObject>;
  /** ISO 8601; the engine has no clock of its own. Exemptions expire against it. */
  observedAt?: string;
  /** Defaults to {@link Coverage.complete}: the objects are the whole world. */
  coverage?: (problems: readonly ObjectProblem[]) => Coverage;
  settings?: ClusterSettings;
}

/** The objects of one kind by namespace ('' for a cluster's own) and name. */
type NamespaceTable = Map<string, Map<string, Resource<KindName>>>;

const NO_OBJECTS: readonly Resource<KindName>[] = [];
const NO_WORKLOADS: readonly Workload[] = [];

/** By the first object. */
const sortedLists = new WeakMap<
  Resource<KindName>,
  Readonly<Record<'asTheyCame' | 'sorted', readonly Resource<KindName>[]>>
>();

/**
 * The objects of a kind in a namespace, by name. One list for all snapshots in
 * which they are the same, so that what is worked out from it can be remembered
 * by it (see {@link remembered}).
 */
function sortedObjects(
  objects: Objects | undefined,
): readonly Resource<KindName>[] {
  const first = objects?.values().next().value;
  if (!objects || !first) {
    return NO_OBJECTS;
  }
  const known = sortedLists.get(first);
  if (known && isInOrder(objects, known.asTheyCame)) {
    return known.sorted;
  }
  const asTheyCame = [...objects.values()];
  const sorted = [...asTheyCame].sort((left, right) =>
    compare(left.metadata.name, right.metadata.name),
  );
  sortedLists.set(first, { asTheyCame, sorted });
  return sorted;
}

function isInOrder(
  objects: Objects,
  list: readonly Resource<KindName>[],
): boolean {
  if (objects.size !== list.length) {
    return false;
  }
  let index = 0;
  for (const object of objects.values()) {
    if (object !== list[index++]) {
      return false;
    }
  }
  return true;
}

export class ClusterSnapshot {
  /** Objects that cannot be read become problems of the coverage, and cost nothing else. */
  static create(options: CreateSnapshotOptions): ClusterSnapshot {
    const tables = new Map<KindName, NamespaceTable>();
    const problems: ObjectProblem[] = [];
    for (const object of options.objects) {
      const result = readObject(object);
      if ('problem' in result) {
        problems.push(result.problem);
      } else if ('resource' in result) {
        const { kind, resource } = result;
        const before = put(tables, kind, resource);
        if (before && !sameValue(before, resource)) {
          const { namespace, name } = resource.metadata;
          problems.push({
            kind,
            object: describeObject({ kind: resource.kind, namespace, name }),
            ...(namespace === undefined ? {} : { namespace }),
            field: 'metadata.name',
            message: 'is there more than once, and not the same each time',
          });
        }
      }
    }
    return new ClusterSnapshot(
      options.cluster,
      options.observedAt,
      tables,
      (options.coverage ?? Coverage.complete)(problems),
      options.settings ?? {},
    );
  }

  readonly workloads: readonly Workload[];
  readonly #lists = new Map<KindName, readonly Resource<KindName>[]>();
  readonly #namespaceLists = new Map<
    KindName,
    Map<string, readonly Resource<KindName>[]>
  >();
  readonly #namespaceLabels = new Map<
    string,
    Readonly<Record<string, string>>
  >();
  readonly #workloadsByNamespace: ReadonlyMap<string, readonly Workload[]>;
  #workloadsByKey: ReadonlyMap<string, Workload> | undefined;
  readonly #changes = new WeakMap<
    ClusterSnapshot,
    ReadonlyMap<KindName, ReadonlySet<string>>
  >();

  readonly #derived = new Map<
    (snapshot: ClusterSnapshot) => unknown,
    unknown
  >();

  readonly #derivedIn = new Map<
    (snapshot: ClusterSnapshot, namespace: string) => unknown,
    Map<string, unknown>
  >();

  private constructor(
    readonly cluster: string,
    readonly observedAt: string | undefined,
    private readonly tables: ReadonlyMap<KindName, NamespaceTable>,
    readonly coverage: Coverage,
    readonly settings: ClusterSettings,
  ) {
    this.#workloadsByNamespace = collectWorkloads(this);
    this.workloads = [...this.#workloadsByNamespace.values()].flat();
  }

  /**
   * This snapshot, with each object that equals one of another snapshot being
   * that one: what is worked out from it is shared, as it is when a cluster is
   * watched. For two sources that were read apart.
   */
  sharing(other: ClusterSnapshot): ClusterSnapshot {
    const tables = new Map<KindName, NamespaceTable>();
    for (const [kind, namespaces] of this.tables) {
      for (const [namespace, objects] of namespaces) {
        for (const [name, own] of objects) {
          const there = other.tables.get(kind)?.get(namespace)?.get(name);
          put(tables, kind, there && sameValue(there, own) ? there : own);
        }
      }
    }
    return new ClusterSnapshot(
      this.cluster,
      this.observedAt,
      tables,
      this.coverage,
      this.settings,
    );
  }

  /** All objects of a kind, by namespace and name: the order of the source decides nothing, and shows nowhere. */
  all<K extends KindName>(kind: K): readonly Resource<K>[] {
    let list = this.#lists.get(kind);
    if (!list) {
      list = [...(this.tables.get(kind)?.keys() ?? [])]
        .sort(compare)
        .flatMap(namespace => this.inNamespace(kind, namespace));
      this.#lists.set(kind, list);
    }
    return list as readonly Resource<K>[];
  }

  /** The namespaces that hold objects of some of the kinds. */
  namespacesOf(kinds: readonly KindName[]): ReadonlySet<string> {
    return new Set(
      kinds.flatMap(kind => [...(this.tables.get(kind)?.keys() ?? [])]),
    );
  }

  /** The objects of a kind in one namespace, by name. */
  inNamespace<K extends KindName>(
    kind: K,
    namespace: string,
  ): readonly Resource<K>[] {
    let lists = this.#namespaceLists.get(kind);
    if (!lists) {
      lists = new Map();
      this.#namespaceLists.set(kind, lists);
    }
    let list = lists.get(namespace);
    if (!list) {
      list = sortedObjects(this.tables.get(kind)?.get(namespace));
      lists.set(namespace, list);
    }
    return list as readonly Resource<K>[];
  }

  /** `namespace` is left out for kinds that belong to no namespace. */
  get<K extends KindName>(
    kind: K,
    name: string,
    namespace: string = '',
  ): Resource<K> | undefined {
    return this.tables.get(kind)?.get(namespace)?.get(name) as
      | Resource<K>
      | undefined;
  }

  /** Labels of a namespace; one without a Namespace object still carries its name, as every API server sets it. */
  namespaceLabels(name: string): Readonly<Record<string, string>> {
    let labels = this.#namespaceLabels.get(name);
    if (!labels) {
      labels = {
        ...this.get('Namespace', name)?.metadata.labels,
        'kubernetes.io/metadata.name': name,
      };
      this.#namespaceLabels.set(name, labels);
    }
    return labels;
  }

  /** One list for all snapshots in which nothing about them changed. */
  workloadsIn(namespace: string): readonly Workload[] {
    return this.#workloadsByNamespace.get(namespace) ?? NO_WORKLOADS;
  }

  workload(reference: WorkloadReference): Workload | undefined {
    this.#workloadsByKey ??= new Map(
      this.workloads.map(workload => [
        workloadKey(workload.reference),
        workload,
      ]),
    );
    return this.#workloadsByKey.get(workloadKey(reference));
  }

  /**
   * Where something was added, removed or changed between an earlier snapshot
   * and this one: the namespaces by kind ('' for kinds of the cluster), found by
   * identity, so that nothing is compared twice.
   */
  changesSince(
    before: ClusterSnapshot,
  ): ReadonlyMap<KindName, ReadonlySet<string>> {
    let changes = this.#changes.get(before);
    if (!changes) {
      changes = this.#compareWith(before);
      this.#changes.set(before, changes);
    }
    return changes;
  }

  #compareWith(
    before: ClusterSnapshot,
  ): ReadonlyMap<KindName, ReadonlySet<string>> {
    const changes = new Map<KindName, ReadonlySet<string>>();
    for (const kind of KIND_NAMES) {
      const now = this.tables.get(kind);
      const then = before.tables.get(kind);
      const namespaces = new Set([
        ...(now?.keys() ?? []),
        ...(then?.keys() ?? []),
      ]);
      for (const namespace of namespaces) {
        if (sameObjects(now?.get(namespace), then?.get(namespace))) {
          namespaces.delete(namespace);
        }
      }
      if (namespaces.size > 0) {
        changes.set(kind, namespaces);
      }
    }
    return changes;
  }

  /** A fact about the whole snapshot, computed once: `snapshot.derive(meshOf)`. */
  derive<T>(compute: (snapshot: ClusterSnapshot) => T): T {
    if (!this.#derived.has(compute)) {
      this.#derived.set(compute, compute(this));
    }
    return this.#derived.get(compute) as T;
  }

  /** A fact about one namespace, computed once, so that a change elsewhere costs nothing here. */
  deriveIn<T>(
    namespace: string,
    compute: (snapshot: ClusterSnapshot, namespace: string) => T,
  ): T {
    let facts = this.#derivedIn.get(compute);
    if (!facts) {
      facts = new Map();
      this.#derivedIn.set(compute, facts);
    }
    if (!facts.has(namespace)) {
      facts.set(namespace, compute(this, namespace));
    }
    return facts.get(namespace) as T;
  }
}

/** Returns the object of the same name that was there before. */
function put(
  tables: Map<KindName, NamespaceTable>,
  kind: KindName,
  resource: Resource<KindName>,
): Resource<KindName> | undefined {
  const { namespace = '', name } = resource.metadata;
  let table = tables.get(kind);
  if (!table) {
    table = new Map();
    tables.set(kind, table);
  }
  let objects = table.get(namespace);
  if (!objects) {
    objects = new Map();
    table.set(namespace, objects);
  }
  const before = objects.get(name);
  objects.set(name, resource);
  return before;
}

type Objects = ReadonlyMap<string, Resource<KindName>>;

function sameObjects(
  left: Objects = new Map(),
  right: Objects = new Map(),
): boolean {
  if (left.size !== right.size) {
    return false;
  }
  for (const [name, resource] of left) {
    if (right.get(name) !== resource) {
      return false;
    }
  }
  return true;
}
