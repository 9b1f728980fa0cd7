/** Why nobody reads what is attached by `targetRefs`. */
import { ClusterSnapshot, ServiceEntry, referenceTo } from '../../snapshot';
import { targetsOf } from '../authorizationPolicy';
import { whyUnseen } from '../enrolment';
import { requireMesh } from '../mesh';
import { entryOf } from '../podFields';
import { USE_WAYPOINT, WAYPOINT_CLASS } from '../waypoint';
import { fieldOfTarget, missingTargets } from './missingTargets';
import { Readers } from './readers';
import { Reason } from './selection';
import { Targeting } from './targets';

/** Undefined where some target may be read after all, or nobody can tell. */
export function unreadTarget(
  policy: Targeting,
  readers: Readers,
  snapshot: ClusterSnapshot,
): Reason | undefined {
  const object = referenceTo(policy);
  const { rootNamespace } = requireMesh(snapshot);
  const own = object.namespace ?? 'default';
  const isDoubtful =
    own === rootNamespace ? readers.doubts.size > 0 : readers.doubts.has(own);
  if (
    isDoubtful ||
    snapshot.coverage.gap('Pod', own === rootNamespace ? undefined : [own])
  ) {
    return undefined;
  }
  const misplaced = readers.misplaced(policy);
  if (misplaced) {
    return {
      field: 'spec',
      because: misplaced.reason,
      provenBy: [{ object, field: fieldOfTarget(policy, 0) }],
    };
  }
  const reasons = missingTargets(policy, snapshot).map(
    (missing, index) =>
      missing ?? emptyTarget(policy, index, readers, snapshot),
  );
  const [first] = reasons;
  return first && reasons.every(reason => reason)
    ? {
        field: 'spec',
        because: [
          ...new Set(reasons.flatMap(reason => reason?.because ?? [])),
        ].join(', and '),
        provenBy: reasons.flatMap(reason => reason?.provenBy ?? []),
      }
    : undefined;
}

/** A target that is there, and behind which nobody is asked. */
function emptyTarget(
  policy: Targeting,
  index: number,
  readers: Readers,
  snapshot: ClusterSnapshot,
): Reason | undefined {
  const { kind, name } = targetsOf(policy)[index];
  const object = referenceTo(policy);
  const own = object.namespace ?? 'default';
  const provenBy = [{ object, field: fieldOfTarget(policy, index) }];
  if (kind === 'GatewayClass' && !readers.hasWaypoints) {
    return {
      field: 'spec',
      because: 'no waypoint stands before any pod in view',
      provenBy,
    };
  }
  const gateway =
    kind === 'Gateway' ? snapshot.get('Gateway', name, own) : undefined;
  if (
    gateway?.spec?.gatewayClassName === WAYPOINT_CLASS &&
    readers.doubts.size === 0
  ) {
    return {
      field: 'spec',
      because: `no pod of ambient and no Service before one uses waypoint ${own}/${name}`,
      provenBy,
    };
  }
  const entry =
    kind === 'ServiceEntry'
      ? snapshot.get('ServiceEntry', name, own)
      : undefined;
  if (entry && isWithoutWaypoint(entry, own, snapshot)) {
    return {
      field: 'spec',
      because: `waypoints alone read a target of kind ServiceEntry, and neither ServiceEntry ${own}/${name} nor its namespace names one`,
      provenBy: [
        ...provenBy,
        {
          object: referenceTo(entry),
          field: `metadata.labels['${USE_WAYPOINT}']`,
        },
      ],
    };
  }
  const service =
    kind === 'Service' ? snapshot.get('Service', name, own) : undefined;
  const isSelecting = Object.keys(service?.spec?.selector ?? {}).length > 0;
  return service && isSelecting
    ? {
        field: 'spec',
        because: `no pod of the mesh stands behind Service ${own}/${name}`,
        provenBy: [
          ...provenBy,
          { object: referenceTo(service), field: 'spec.selector' },
        ],
      }
    : undefined;
}

/** A label of its own counts before that of its namespace, also where it says none. */
function isWithoutWaypoint(
  { metadata }: ServiceEntry,
  namespace: string,
  snapshot: ClusterSnapshot,
): boolean {
  const own = entryOf(metadata.labels ?? {}, USE_WAYPOINT);
  if (own === undefined && whyUnseen(namespace, snapshot) !== undefined) {
    return false;
  }
  const named =
    own ?? entryOf(snapshot.namespaceLabels(namespace), USE_WAYPOINT);
  return named === undefined || named === 'none';
}
