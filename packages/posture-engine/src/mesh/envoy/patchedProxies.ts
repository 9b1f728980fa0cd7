/**
 * The EnvoyFilters that reach into a proxy where it decides about callers. What
 * they write is not read, so what the proxy does is then for nobody to tell.
 */
import { matchesLabels } from '../../selectors';
import {
  ClusterSnapshot,
  ObjectReference,
  PodView,
  describeObject,
  referenceTo,
} from '../../snapshot';
import { EnvoyFilter } from '../../snapshot/kinds';
import { requireMesh } from '../mesh';
import { GATEWAY_NAMES, entryOf } from '../podFields';
import { WAYPOINT_CLASS } from '../waypoint';
import { Side, canChangeAccess } from './patches';

export interface Patch {
  object: ObjectReference;
  /** `spec.configPatches[0]`. */
  field: string;
  applyTo: string;
}

interface Candidate extends Patch {
  filter: EnvoyFilter;
}

/** Use with `snapshot.deriveIn`. */
const candidatesIn: Readonly<
  Record<
    Side,
    (snapshot: ClusterSnapshot, namespace: string) => readonly Candidate[]
  >
> = {
  SIDECAR_INBOUND: (snapshot, namespace) =>
    candidates('SIDECAR_INBOUND', namespace, snapshot),
  GATEWAY: (snapshot, namespace) => candidates('GATEWAY', namespace, snapshot),
  WAYPOINT: (snapshot, namespace) =>
    candidates('WAYPOINT', namespace, snapshot),
};

function candidates(
  side: Side,
  namespace: string,
  snapshot: ClusterSnapshot,
): Candidate[] {
  return snapshot.inNamespace('EnvoyFilter', namespace).flatMap(filter =>
    (filter.spec?.configPatches ?? []).flatMap((patch, index) =>
      canChangeAccess(patch, side)
        ? {
            filter,
            object: referenceTo(filter),
            field: `spec.configPatches[${index}]`,
            applyTo: patch.applyTo ?? '',
          }
        : [],
    ),
  );
}

/** The first patch that a sidecar or a gateway gets where callers come in. */
export function patchBefore(
  pod: PodView,
  side: 'SIDECAR_INBOUND' | 'GATEWAY',
  snapshot: ClusterSnapshot,
): Patch | undefined {
  const names: readonly string[] = GATEWAY_NAMES.flatMap(
    label => entryOf(pod.labels, label) ?? [],
  );
  return reaching(pod.namespace, side, snapshot).find(({ filter }) => {
    const { targetRefs = [], workloadSelector } = filter.spec ?? {};
    return targetRefs.length > 0
      ? targetRefs.some(
          ({ kind, name }) => kind === 'Gateway' && names.includes(name),
        )
      : matchesLabels(workloadSelector?.labels, pod.labels);
  });
}

/** The same of a waypoint, which EnvoyFilters reach by `targetRefs`. */
export function patchOfWaypoint(
  waypoint: { namespace: string; name: string },
  target: { namespace: string; name: string } | undefined,
  snapshot: ClusterSnapshot,
): Patch | undefined {
  const { rootNamespace } = requireMesh(snapshot);
  const means = (kind: string, name: string) => (candidate: Candidate) =>
    (candidate.filter.spec?.targetRefs ?? []).some(
      reference => reference.kind === kind && reference.name === name,
    );
  const found = (namespace: string, test: (of: Candidate) => boolean) =>
    snapshot.deriveIn(namespace, candidatesIn.WAYPOINT).find(test);
  return (
    found(waypoint.namespace, means('Gateway', waypoint.name)) ??
    found(rootNamespace, means('GatewayClass', WAYPOINT_CLASS)) ??
    (target && found(target.namespace, means('Service', target.name)))
  );
}

function reaching(
  namespace: string,
  side: Side,
  snapshot: ClusterSnapshot,
): readonly Candidate[] {
  const { rootNamespace } = requireMesh(snapshot);
  return [...new Set([rootNamespace, namespace])].flatMap(where =>
    snapshot.deriveIn(where, candidatesIn[side]),
  );
}

/** A clause, such as "EnvoyFilter shop/lua changes the FILTER_CHAIN of its proxy …". */
export function describePatch({ object, field, applyTo }: Patch): string {
  return `${describeObject(
    object,
  )} changes its proxy itself (${applyTo}, ${field}), and what that makes of policies and encryption is not read`;
}
