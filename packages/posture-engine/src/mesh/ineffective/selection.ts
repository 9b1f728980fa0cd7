/** Whom an object selects by labels, and why that is nobody who reads it. */
import { ClusterSnapshot, ObjectReference } from '../../snapshot';
import { matchesLabels } from '../../selectors';
import type { FieldReference } from '../../network/ineffective';
import { MeshPod, Role, meshPodsIn, meshPodsOf } from './meshPods';

/** Why something never has an effect. */
export interface Reason {
  field: string;
  because: string;
  provenBy: readonly FieldReference[];
}

export interface Selection {
  object: ObjectReference;
  /** Undefined for all namespaces. */
  namespace: string | undefined;
  labels: Readonly<Record<string, string>> | undefined;
  /** The field that selects. */
  field: string;
  /** Who reads the object, and what is said of pods of another role. */
  readers: readonly Role[];
  /** A clause that follows "it selects only pods that …"; the first that is there. */
  others: Partial<Record<Role, string>>;
}

const OUTSIDE = "are outside of Istio's mesh";

/** The pods that read it, or why there is none; undefined where nobody can tell. */
export function selectionOf(
  selection: Selection,
  snapshot: ClusterSnapshot,
): readonly MeshPod[] | Reason | undefined {
  const { namespace, labels, readers } = selection;
  const pods =
    namespace === undefined
      ? snapshot.derive(meshPodsOf)
      : snapshot.deriveIn(namespace, meshPodsIn);
  const selected = pods.filter(({ pod }) => matchesLabels(labels, pod.labels));
  const reading = selected.filter(({ role }) => readers.includes(role));
  if (reading.length > 0) {
    return reading;
  }
  const isDoubtful =
    selected.some(({ role }) => role === 'undecided') ||
    snapshot.coverage.gap(
      'Pod',
      namespace === undefined ? undefined : [namespace],
    );
  return isDoubtful ? undefined : reasonOf(selection, selected);
}

function reasonOf(
  { object, namespace, labels, field, others }: Selection,
  selected: readonly MeshPod[],
): Reason {
  const own = [{ object, field }];
  const [first] = selected;
  const where = namespace === undefined ? '' : ` of namespace ${namespace}`;
  const isChoice = Object.keys(labels ?? {}).length > 0;
  if (!first) {
    return {
      field: 'spec',
      because: isChoice
        ? `it selects no pod${where}`
        : `no pod${where} is in view`,
      provenBy: own,
    };
  }
  const known = (['ambient', 'sidecar', 'gateway', 'waypoint'] as const).find(
    role =>
      others[role] !== undefined && selected.some(pod => pod.role === role),
  );
  const what = known ? others[known] : OUTSIDE;
  const shown = selected.find(({ role }) => role === known) ?? first;
  return {
    field: 'spec',
    because: isChoice
      ? `it selects only pods that ${what}`
      : `the pods${where || ' in view'} ${what}`,
    provenBy: [
      ...own,
      ...shown.membership.evidence.map(evidence => ({
        object: evidence.object,
        field: evidence.field,
      })),
    ],
  };
}
