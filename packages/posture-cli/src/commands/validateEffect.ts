/** What `zero-trust validate` says of objects that would be taken and do nothing. */
import {
  ClusterSnapshot,
  Coverage,
  IneffectivePolicy,
  KIND_NAMES,
  KindName,
  KubernetesObject,
  WORKLOAD_KINDS,
  identityOf,
  ineffectiveMeshObjects,
  ineffectivePolicies,
} from '@backstage-zero-trust/posture-engine';

export interface Ineffective {
  field: string;
  message: string;
}

/** Kinds of which the files have all only if they have any: policies alone would all select nothing. */
const SELECTED: readonly KindName[] = [
  ...WORKLOAD_KINDS,
  'Namespace',
  'Service',
];

/** Judges admitted objects as one cluster, and answers for each. */
export function ineffectiveIn(
  objects: readonly Record<string, unknown>[],
): (object: Record<string, unknown>) => readonly Ineffective[] {
  const named = objects.filter(isNamed);
  const kinds = new Set(named.map(({ kind }) => kind));
  const hasWorkloads = WORKLOAD_KINDS.some(kind => kinds.has(kind));
  const snapshot = ClusterSnapshot.create({
    cluster: 'manifests',
    objects: named,
    coverage: problems =>
      Coverage.create(
        Object.fromEntries(
          KIND_NAMES.map(kind => [
            kind,
            hasWorkloads || !SELECTED.includes(kind)
              ? { state: 'listed' as const }
              : { state: 'failed' as const, reason: 'the files have none' },
          ]),
        ),
        problems,
      ),
  });
  const found = new Map<string, Ineffective[]>();
  for (const policy of [
    ...ineffectivePolicies(snapshot),
    ...ineffectiveMeshObjects(snapshot),
  ]) {
    const identity = identityOf(policy.object);
    found.set(identity, [...(found.get(identity) ?? []), sayOf(policy)]);
  }
  return object =>
    isNamed(object)
      ? found.get(
          identityOf({ ...object.metadata, ...object, name: nameOf(object) }),
        ) ?? []
      : [];
}

function sayOf({ field, because }: IneffectivePolicy): Ineffective {
  return { field, message: because };
}

function isNamed(
  object: Record<string, unknown>,
): object is Record<string, unknown> & KubernetesObject {
  const { metadata } = object;
  return (
    typeof metadata === 'object' &&
    metadata !== null &&
    'name' in metadata &&
    typeof metadata.name === 'string'
  );
}

function nameOf({ metadata }: KubernetesObject): string {
  return metadata.name;
}
