/**
 * One immutable, indexed view of one cluster: what every decision and every
 * control reads. Nothing in it does I/O, and nothing changes after creation.
 */
import { Coverage, ObjectProblem } from './coverage';
import { KIND_NAMES, KindName, Resource } from './kinds';
import { KubernetesObject } from './objects';
import { readObject } from './readObject';
import { Workload, WorkloadReference, collectWorkloads } from './workloads';

/** What cannot be read from objects and somebody states instead. */
export interface ClusterSettings {
  /** Istio's MeshConfig, as its YAML would be read, where the cluster has no ConfigMap `istio`. */
  meshConfig?: Readonly<Record<string, unknown>>;
}

export interface CreateSnapshotOptions {
  /** The cluster's name, as people call it. */
  cluster: string;
  objects: Iterable<KubernetesObject>;
  /** ISO 8601; the engine has no clock of its own. Exemptions expire against it. */
  observedAt?: string;
  /** Defaults to {@link Coverage.complete}: the objects are the whole world. */
  coverage?: (problems: readonly ObjectProblem[]) => Coverage;
  settings?: ClusterSettings;
}

type ResourceTable = { [K in KindName]: Resource<K>[] };

const WHOLE_KIND = Symbol('whole kind');

export class ClusterSnapshot {
  /** Objects that cannot be read become problems of the coverage, and cost nothing else. */
  static create(options: CreateSnapshotOptions): ClusterSnapshot {
    const table = Object.fromEntries(
      KIND_NAMES.map(kind => [kind, []]),
    ) as unknown as ResourceTable;
    const problems: ObjectProblem[] = [];
    for (const object of options.objects) {
      const result = readObject(object);
      if ('problem' in result) {
        problems.push(result.problem);
      } else if ('resource' in result) {
        (table[result.kind] as Resource<KindName>[]).push(result.resource);
      }
    }
    return new ClusterSnapshot(
      options.cluster,
      options.observedAt,
      table,
      (options.coverage ?? Coverage.complete)(problems),
      options.settings ?? {},
    );
  }

  readonly workloads: readonly Workload[];
  readonly #derived = new Map<(snapshot: ClusterSnapshot) => unknown, unknown>();
  readonly #index = new Map<
    KindName,
    Map<string | symbol, Map<string, Resource<KindName>>>
  >();

  private constructor(
    readonly cluster: string,
    readonly observedAt: string | undefined,
    private readonly table: ResourceTable,
    readonly coverage: Coverage,
    readonly settings: ClusterSettings,
  ) {
    this.workloads = collectWorkloads(this);
  }

  /** All objects of a kind, in the order of the source. */
  all<K extends KindName>(kind: K): readonly Resource<K>[] {
    return this.table[kind];
  }

  /** The objects of a kind in one namespace. */
  inNamespace<K extends KindName>(
    kind: K,
    namespace: string,
  ): readonly Resource<K>[] {
    const objects = this.#indexOf(kind).get(namespace);
    return objects ? ([...objects.values()] as Resource<K>[]) : [];
  }

  get<K extends KindName>(
    kind: K,
    name: string,
    namespace?: string,
  ): Resource<K> | undefined {
    return this.#indexOf(kind)
      .get(namespace ?? WHOLE_KIND)
      ?.get(name) as Resource<K> | undefined;
  }

  /** Labels of a namespace; one without a Namespace object still carries its name, as every API server sets it. */
  namespaceLabels(name: string): Readonly<Record<string, string>> {
    return {
      ...this.get('Namespace', name)?.metadata.labels,
      'kubernetes.io/metadata.name': name,
    };
  }

  workload(reference: WorkloadReference): Workload | undefined {
    return this.workloads.find(
      ({ reference: { kind, namespace, name } }) =>
        kind === reference.kind &&
        namespace === reference.namespace &&
        name === reference.name,
    );
  }

  /** A fact about the whole snapshot, computed once: `snapshot.derive(meshOf)`. */
  derive<T>(compute: (snapshot: ClusterSnapshot) => T): T {
    if (!this.#derived.has(compute)) {
      this.#derived.set(compute, compute(this));
    }
    return this.#derived.get(compute) as T;
  }

  #indexOf(kind: KindName) {
    let index = this.#index.get(kind);
    if (!index) {
      index = new Map();
      for (const resource of this.table[kind] as Resource<KindName>[]) {
        const { name, namespace } = resource.metadata;
        const key = namespace ?? WHOLE_KIND;
        const objects = index.get(key) ?? new Map();
        objects.set(name, resource);
        index.set(key, objects);
      }
      this.#index.set(kind, index);
    }
    return index;
  }
}
