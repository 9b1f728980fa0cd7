/** The ends of what `reach` prints: pods, workloads or namespaces, and the addresses outside. */
import {
  AddressRange,
  ClusterSnapshot,
  ReachEndpoint,
  WorkloadReference,
  blocksOf,
  compare,
  describeObject,
  PodView,
  Workload,
} from '@backstage-zero-trust/posture-engine';
import { workloadJson } from '../output/json';

export const GROUPINGS = ['pod', 'workload', 'namespace'] as const;
export type Grouping = (typeof GROUPINGS)[number];

export interface Group {
  reference: { kind: string; namespace?: string; name: string };
  /** Of the namespace, for a namespace as well. */
  namespace: string;
  /** What people may call it, or a part of it, inside the namespace: `name` and `Kind/name` of its pods and workloads. */
  names: ReadonlySet<string>;
  pods: readonly PodView[];
}

export type End = { cluster?: string } & (
  | { kind: 'External'; cidrs: string[] }
  | { kind: string; namespace?: string; name: string }
);

/** Sorted by namespace, name and kind. */
export function groupsOf(
  { workloads }: ClusterSnapshot,
  by: Grouping,
): Group[] {
  switch (by) {
    case 'pod':
      return workloads
        .flatMap(workload =>
          workload.pods.map(pod => ({
            reference: podReference(pod),
            namespace: pod.namespace,
            names: namesOf(workload, [pod]),
            pods: [pod],
          })),
        )
        .sort(({ reference: left }, { reference: right }) =>
          compareReferences(left, right),
        );
    case 'workload':
      return workloads.map(workload => ({
        reference: workload.reference,
        namespace: workload.reference.namespace,
        names: namesOf(workload, workload.pods),
        pods: workload.pods,
      }));
    default: {
      const namespaces = new Map<string, Workload[]>();
      for (const workload of workloads) {
        const { namespace } = workload.reference;
        const group = namespaces.get(namespace) ?? [];
        group.push(workload);
        namespaces.set(namespace, group);
      }
      return [...namespaces].map(([name, members]) => ({
        reference: { kind: 'Namespace', name },
        namespace: name,
        names: new Set(
          members.flatMap(member => [...namesOf(member, member.pods)]),
        ),
        pods: members.flatMap(({ pods }) => pods),
      }));
    }
  }
}

function namesOf(
  { reference }: Workload,
  pods: readonly PodView[],
): ReadonlySet<string> {
  return new Set(
    [reference, ...pods.map(podReference)].flatMap(({ kind, name }) => [
      name,
      `${kind}/${name}`,
    ]),
  );
}

/** A template stands for the pods that its owner would make. */
function podReference({ origin, object, namespace, name }: PodView) {
  return {
    kind: origin === 'pod' ? 'Pod' : object.kind,
    namespace,
    name,
  } satisfies WorkloadReference;
}

function compareReferences(
  left: WorkloadReference,
  right: WorkloadReference,
): number {
  return (
    compare(left.namespace, right.namespace) ||
    compare(left.name, right.name) ||
    compare(left.kind, right.kind)
  );
}

export function endOf(
  endpoint: ReachEndpoint<Group>,
  cluster: string | undefined,
): End {
  const where = cluster === undefined ? {} : { cluster };
  if (endpoint.kind === 'external') {
    return { ...where, kind: 'External', cidrs: cidrsOf(endpoint.ranges) };
  }
  const { kind, namespace, name } = endpoint.group.reference;
  return namespace === undefined
    ? { ...where, kind, name }
    : workloadJson({ kind, namespace, name }, cluster);
}

/** Many edges share their ranges. */
const known = new WeakMap<readonly AddressRange[], string[]>();

export function cidrsOf(ranges: readonly AddressRange[]): string[] {
  let cidrs = known.get(ranges);
  if (!cidrs) {
    cidrs = ranges.flatMap(blocksOf);
    known.set(ranges, cidrs);
  }
  return cidrs;
}

const MOST_BLOCKS = 3;

/** For people: of many blocks only the first. */
export function describeEnd(end: End): string {
  const where = end.cluster === undefined ? '' : `${end.cluster}: `;
  if (!('cidrs' in end)) {
    return `${where}${describeObject(end)}`;
  }
  const rest = end.cidrs.length - MOST_BLOCKS;
  return `${where}External ${end.cidrs.slice(0, MOST_BLOCKS).join(', ')}${
    rest > 0 ? ` and ${rest} more` : ''
  }`;
}
