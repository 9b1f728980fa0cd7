/**
 * Workloads: the top owners of pods, with the pods and the templates behind
 * them. A workload without pods (a manifest, or scaled to nothing) counts its
 * template as one pod.
 */
import { KindName, Pod, Resource } from './kinds';
import { ObjectReference, referenceTo } from './objects';
import { Owner, OwnerIndex, TopOwner, WORKLOAD_KINDS } from './owners';
import { PodView, viewOfPod, viewOfTemplate } from './podView';
import { translatePath, sameValue, valueAt } from './fieldPath';

/**
 * Names a workload inside its cluster. The kind carries its API group
 * (`Job.batch.volcano.sh`) where it could be taken for a kind of Kubernetes' own.
 */
export interface WorkloadReference {
  kind: string;
  namespace: string;
  name: string;
}

export interface Workload {
  reference: WorkloadReference;
  object: ObjectReference;
  /** Never empty: the live pods, or else the template. */
  pods: readonly PodView[];
  /** Of the workload's own object; absent where that has none, or was not listed. */
  template?: PodView;
}

/** What the index needs of a snapshot; the snapshot itself is built on top. */
export interface WorkloadSource {
  /** The namespaces that hold objects of some of the kinds. */
  namespacesOf(kinds: readonly KindName[]): Iterable<string>;
  inNamespace<K extends KindName>(
    kind: K,
    namespace: string,
  ): readonly Resource<K>[];
}

/** One text per workload of a cluster, to use as a key. */
export function workloadKey({
  kind,
  namespace,
  name,
}: WorkloadReference): string {
  return `${namespace}\u0000${name}\u0000${kind}`;
}

/** By code unit, so that order never depends on a locale. */
export function compare(left: string, right: string): number {
  if (left === right) {
    return 0;
  }
  return left < right ? -1 : 1;
}

interface Draft {
  top: TopOwner;
  pods: PodView[];
  /** Templates of owners below the top, for a top that was not listed. */
  templates: PodView[];
}

/** The workloads of a snapshot by namespace, sorted by namespace, name and kind. */
export function collectWorkloads(
  source: WorkloadSource,
): ReadonlyMap<string, readonly Workload[]> {
  return new Map(
    [...source.namespacesOf(WORKLOAD_KINDS)]
      .sort(compare)
      .map(namespace => [namespace, rememberedWorkloads(source, namespace)]),
  );
}

/**
 * The workloads of namespaces by the first object in them: where nothing about
 * the pods and owners of a namespace changed, a new snapshot shares them.
 */
const remembered = new WeakMap<
  object,
  { objects: readonly object[]; workloads: readonly Workload[] }
>();

function rememberedWorkloads(
  source: WorkloadSource,
  namespace: string,
): readonly Workload[] {
  const objects = WORKLOAD_KINDS.flatMap<object>(kind =>
    source.inNamespace(kind, namespace),
  );
  const known = remembered.get(objects[0]);
  if (
    known?.objects.length === objects.length &&
    known.objects.every((object, index) => object === objects[index])
  ) {
    return known.workloads;
  }
  const workloads = workloadsIn(source, namespace);
  remembered.set(objects[0], { objects, workloads });
  return workloads;
}

/** Owner chains never leave a namespace. */
function workloadsIn(source: WorkloadSource, namespace: string): Workload[] {
  const owners = OwnerIndex.create(source, namespace);
  const drafts = new Map<string, Draft>();
  const draftOf = (top: TopOwner) => {
    let draft = drafts.get(top.key);
    if (!draft) {
      draft = { top, pods: [], templates: [] };
      drafts.set(top.key, draft);
    }
    return draft;
  };
  for (const pod of source.inNamespace('Pod', namespace)) {
    if (!isOver(pod)) {
      const { top, highest } = owners.ownersOf(pod);
      draftOf(top).pods.push(
        viewOfPod(pod, highest && viewOfTemplate(highest.resource)),
      );
    }
  }
  for (const owner of owners.all()) {
    const { top } = owners.ownersOf(owner.resource);
    const template = viewOfTemplate(owner.resource);
    // A ReplicaSet of a listed Deployment, or a Job of a listed CronJob, says nothing of its own.
    if (template && (top.owner === owner || (!top.owner && isRunning(owner)))) {
      draftOf(top).templates.push(template);
    }
  }
  return withReferences([...drafts.values()]).sort(
    ({ reference: left }, { reference: right }) =>
      compare(left.name, right.name) || compare(left.kind, right.kind),
  );
}

/** A pod that has run to its end has no network and no process any more. */
function isOver(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** Old ReplicaSets stay, scaled to nothing. */
function isRunning({ resource: { spec } }: Owner): boolean {
  return !(spec && 'replicas' in spec && spec.replicas === 0);
}

function withReferences(drafts: Draft[]): Workload[] {
  const taken = new Set<string>();
  // Kubernetes' own kinds first: they keep their plain names.
  drafts.sort(
    (left, right) =>
      Number(right.top.builtIn) - Number(left.top.builtIn) ||
      compare(left.top.key, right.top.key),
  );
  return drafts.map(({ top, pods, templates }) => {
    const { kind, group, namespace, name } = top;
    let reference = { kind, namespace, name };
    if (top.shadowsBuiltIn || taken.has(workloadKey(reference))) {
      reference = { kind: `${kind}.${group}`, namespace, name };
    }
    taken.add(workloadKey(reference));
    pods.sort((left, right) => compare(left.name, right.name));
    const template = top.owner && viewOfTemplate(top.owner.resource);
    return {
      reference,
      object: top.owner ? referenceTo(top.owner.resource) : top.object,
      pods: pods.length > 0 ? pods : templates,
      ...(template ? { template } : {}),
    };
  });
}

/**
 * The object and field to show for a field of a pod (`spec.hostNetwork`,
 * `metadata.annotations['istio.io/rev']`): in the template that made the pod
 * where it says the same (there people edit it), else in the pod itself. So a
 * folder and a live cluster of the same manifests give the same evidence.
 */
export function locateField(
  workload: Workload,
  pod: PodView,
  field: string,
): { object: ObjectReference; field: string } {
  const template = pod.template ?? workload.template;
  if (template && template !== pod) {
    const there = translatePath(field, pod, template);
    if (
      there !== undefined &&
      sameValue(valueAt(template, there), valueAt(pod, field))
    ) {
      return { object: template.object, field: `${template.path}${there}` };
    }
  }
  return { object: pod.object, field: `${pod.path}${field}` };
}

/**
 * The view to show for a fact that `read` finds in a pod, where an absent field
 * counts like its default: the template where `read` finds the same in it, else
 * the pod.
 */
export function shownView(
  workload: Workload,
  pod: PodView,
  read: (view: PodView) => unknown,
): PodView {
  const template = pod.template ?? workload.template;
  return template && sameValue(read(template), read(pod)) ? template : pod;
}
