/**
 * Workloads: the top owners of pods, with the pods and the template behind
 * them. A workload without pods (a manifest, or scaled to nothing) counts its
 * template as one pod.
 */
import {
  KindName,
  Metadata,
  OwnerReference,
  Pod, PodOwner, PodSpec, PodTemplate, Resource } from './kinds';
import { JsonValue, ObjectReference } from './objects';

/** Names a workload inside its cluster. */
export interface WorkloadReference {
  kind: string;
  namespace: string;
  name: string;
}

/** A running pod, or a template that stands for the pods it would make. */
export interface PodView {
  origin: 'pod' | 'template';
  name: string;
  namespace: string;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  spec: PodSpec;
  /** Empty for a template, and for a pod that has none yet. */
  ips: readonly string[];
  createdAt?: string;
  /** The object that holds the pod's metadata and spec, and where in it they are: '' for a pod, 'spec.template.' for a Deployment. */
  object: ObjectReference;
  path: string;
}

export interface Workload {
  reference: WorkloadReference;
  object: ObjectReference;
  /** Never empty: the live pods, or else the template. */
  pods: readonly PodView[];
  template?: PodView;
}

/** What the index needs of a snapshot; the snapshot itself is built on top. */
export interface WorkloadSource {
  all<K extends KindName>(kind: K): readonly Resource<K>[];
}

const OWNER_KINDS = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'ReplicationController',
  'Job',
  'CronJob',
] as const;

/** An owner chain longer than this is a loop or an attack; no controller makes one. */
const LONGEST_OWNER_CHAIN = 16;

interface OwnerEntry {
  resource: Resource<(typeof OWNER_KINDS)[number]>;
  reference: WorkloadReference;
}

function referenceKey({ kind, namespace, name }: WorkloadReference): string {
  return `${kind}\u0000${namespace}\u0000${name}`;
}

function objectOf(resource: {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
}): ObjectReference {
  const { apiVersion, kind, metadata } = resource;
  return {
    apiVersion,
    kind,
    ...(metadata.namespace === undefined
      ? {}
      : { namespace: metadata.namespace }),
    name: metadata.name,
  };
}

/** The workloads of a snapshot, sorted by namespace, name and kind. */
export function collectWorkloads(source: WorkloadSource): Workload[] {
  const owners = new Map<string, OwnerEntry>();
  for (const kind of OWNER_KINDS) {
    for (const resource of source.all(kind)) {
      const reference = {
        kind,
        namespace: resource.metadata.namespace ?? 'default',
        name: resource.metadata.name,
      };
      owners.set(referenceKey(reference), { resource, reference });
    }
  }

  const podsByTop = new Map<string, { top: WorkloadReference; pods: PodView[] }>();
  for (const pod of source.all('Pod')) {
    if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') {
      continue;
    }
    const top = topOwner(pod, owners);
    const key = referenceKey(top);
    const entry = podsByTop.get(key) ?? { top, pods: [] };
    entry.pods.push(viewOfPod(pod));
    podsByTop.set(key, entry);
  }

  const workloads: Workload[] = [];
  for (const [key, { top, pods }] of podsByTop) {
    const owner = owners.get(key);
    pods.sort((left, right) => compare(left.name, right.name));
    const template = owner && viewOfTemplate(owner);
    workloads.push({
      reference: top,
      object: owner ? objectOf(owner.resource) : ownerObject(top, pods[0]),
      pods,
      ...(template ? { template } : {}),
    });
  }
  for (const [key, owner] of owners) {
    // A ReplicaSet of a Deployment, or a Job of a CronJob, is no workload of its own.
    if (podsByTop.has(key) || controllerOf(owner.resource)) {
      continue;
    }
    const template = viewOfTemplate(owner);
    if (template) {
      workloads.push({
        reference: owner.reference,
        object: objectOf(owner.resource),
        pods: [template],
        template,
      });
    }
  }
  return workloads.sort(
    (left, right) =>
      compare(left.reference.namespace, right.reference.namespace) ||
      compare(left.reference.name, right.reference.name) ||
      compare(left.reference.kind, right.reference.kind),
  );
}

/** By code unit, so that order never depends on a locale. */
export function compare(left: string, right: string): number {
  if (left === right) {
    return 0;
  }
  return left < right ? -1 : 1;
}

function controllerOf(resource: {
  metadata: Pick<Metadata, 'ownerReferences'>;
}): OwnerReference | undefined {
  const references = resource.metadata.ownerReferences ?? [];
  return references.find(({ controller }) => controller) ?? references[0];
}

/** A pod owned by a Node (a static pod), by a kind that is no workload controller, or by nothing, is a workload of its own. */
function topOwner(
  pod: Pod,
  owners: ReadonlyMap<string, OwnerEntry>,
): WorkloadReference {
  const namespace = pod.metadata.namespace ?? 'default';
  let current: WorkloadReference = {
    kind: 'Pod',
    namespace,
    name: pod.metadata.name,
  };
  let owner = controllerOf(pod);
  for (let depth = 0; owner && depth < LONGEST_OWNER_CHAIN; depth++) {
    if (owner.kind === 'Node') {
      return current;
    }
    const next: WorkloadReference = {
      kind: owner.kind,
      namespace,
      name: owner.name,
    };
    const entry = owners.get(referenceKey(next));
    if (referenceKey(next) === referenceKey(current)) {
      return current;
    }
    current = next;
    owner = entry && controllerOf(entry.resource);
  }
  return current;
}

/** An owner that the source does not hold (a ReplicaSet that was not listed, a custom controller) is named as the pod names it. */
function ownerObject(top: WorkloadReference, pod: PodView): ObjectReference {
  return top.kind === 'Pod'
    ? pod.object
    : { apiVersion: '', kind: top.kind, namespace: top.namespace, name: top.name };
}

function viewOfPod(pod: Pod): PodView {
  const ips = (pod.status?.podIPs ?? [])
    .map(({ ip }) => ip)
    .filter((ip): ip is string => ip !== undefined);
  return {
    origin: 'pod',
    name: pod.metadata.name,
    namespace: pod.metadata.namespace ?? 'default',
    labels: pod.metadata.labels ?? {},
    annotations: pod.metadata.annotations ?? {},
    spec: pod.spec,
    ips: ips.length === 0 && pod.status?.podIP ? [pod.status.podIP] : ips,
    ...(pod.metadata.creationTimestamp === undefined
      ? {}
      : { createdAt: pod.metadata.creationTimestamp }),
    object: objectOf(pod),
    path: '',
  };
}

function templateOf(resource: OwnerEntry['resource']): {
  template?: PodTemplate;
  path: string;
} {
  const spec = resource.spec ?? {};
  if ('jobTemplate' in spec) {
    return {
      template: spec.jobTemplate?.spec?.template,
      path: 'spec.jobTemplate.spec.template.',
    };
  }
  return {
    template: (spec as NonNullable<PodOwner['spec']>).template,
    path: 'spec.template.',
  };
}

function viewOfTemplate({ resource, reference }: OwnerEntry): PodView | undefined {
  const { template, path } = templateOf(resource);
  if (!template) {
    return undefined;
  }
  return {
    origin: 'template',
    name: reference.name,
    namespace: reference.namespace,
    labels: template.metadata?.labels ?? {},
    annotations: template.metadata?.annotations ?? {},
    spec: template.spec ?? { containers: [] },
    ips: [],
    object: objectOf(resource),
    path,
  };
}

/** Reads `spec.containers[0].image` and the like out of a value; undefined where the path leads nowhere. */
export function valueAt(value: unknown, path: string): JsonValue | undefined {
  let current: unknown = value;
  for (const key of path.split(/[.[\]]+/).filter(part => part !== '')) {
    if (typeof current !== 'object' || current === null) {
      return undefined;
    }
    current = (current as Record<string, unknown>)[key];
  }
  return current as JsonValue | undefined;
}

/**
 * The object to show for a field of a pod: the workload's template where it
 * says the same (there people edit it), else the pod itself. So a folder and a
 * live cluster of the same manifests give the same evidence.
 */
export function locateField(
  workload: Workload,
  pod: PodView,
  field: string,
): { object: ObjectReference; field: string } {
  const { template } = workload;
  const same =
    template &&
    JSON.stringify(valueAt(template, field)) ===
      JSON.stringify(valueAt(pod, field));
  const view = same ? template : pod;
  return { object: view.object, field: `${view.path}${field}` };
}
