/** Targets of policies that are not there, or that no proxy reads as targets. */
import { ClusterSnapshot, referenceTo } from '../../snapshot';
import type { FieldReference } from '../../network/ineffective';
import { targetsOf } from '../authorizationPolicy';
import { requireMesh } from '../mesh';
import { WAYPOINT_CLASS } from '../waypoint';
import { Targeting } from './targets';

type Target = ReturnType<typeof targetsOf>[number];

export interface MissingTarget {
  field: string;
  /** A clause. */
  because: string;
  provenBy: readonly FieldReference[];
}

/** What is the matter with each target; undefined for one that may be right, or could not be seen. */
export function missingTargets(
  policy: Targeting,
  snapshot: ClusterSnapshot,
): readonly (MissingTarget | undefined)[] {
  const object = referenceTo(policy);
  return targetsOf(policy).map((target, index) => {
    const field = fieldOfTarget(policy, index);
    const because = reasonOf(target, object.namespace ?? 'default', snapshot);
    return because === undefined
      ? undefined
      : { field, because, provenBy: [{ object, field }] };
  });
}

/** Where a target stands: in the list, or in the older field for one. */
export function fieldOfTarget({ spec }: Targeting, index: number): string {
  return (spec?.targetRefs ?? []).length > 0
    ? `spec.targetRefs[${index}]`
    : 'spec.targetRef';
}

const NAMED_KINDS = ['Service', 'Gateway', 'ServiceEntry'] as const;

function reasonOf(
  { group, kind, name, namespace }: Target,
  own: string,
  snapshot: ClusterSnapshot,
): string | undefined {
  if (kind === 'Gateway' && group === 'networking.istio.io') {
    return "a target of kind Gateway is one of the Gateway API, and never Istio's own";
  }
  if (kind === 'GatewayClass') {
    const { rootNamespace } = requireMesh(snapshot);
    if (name !== WAYPOINT_CLASS) {
      return `of GatewayClasses ${WAYPOINT_CLASS} alone is read as a target`;
    }
    return own === rootNamespace
      ? undefined
      : `a GatewayClass as target counts only in the root namespace, ${rootNamespace}`;
  }
  const known = NAMED_KINDS.find(candidate => candidate === kind);
  if (!known) {
    return `no proxy reads a target of kind ${kind}`;
  }
  if (namespace !== undefined && namespace !== own) {
    return `a target is looked for in the policy's own namespace, ${own}, and not in ${namespace}`;
  }
  return snapshot.get(known, name, own) || snapshot.coverage.gap(known, [own])
    ? undefined
    : `no ${known} ${name} is in view in namespace ${own}`;
}
