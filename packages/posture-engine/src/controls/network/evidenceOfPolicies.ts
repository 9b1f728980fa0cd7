/** What decides about connections as evidence: the fields of the objects, with their values. */
import type { DecidingField } from '../../decisions';
import {
  ClusterSnapshot,
  ObjectReference,
  groupOf,
  kindNameOf,
  valueAt,
} from '../../snapshot';
import type { Evidence } from '../control';

/** A namespace may hold a great many policies for everybody; the first of them are proof enough. */
const MOST_EVIDENCE = 20;

export function evidenceOf(
  snapshot: ClusterSnapshot,
  fields: readonly Pick<DecidingField, 'object' | 'field'>[],
): Evidence[] {
  const distinct = new Map(
    fields.map(({ object, field }) => [
      [object.kind, object.namespace, object.name, field].join(),
      { object, field },
    ]),
  );
  return [...distinct.values()]
    .slice(0, MOST_EVIDENCE)
    .map(({ object, field }) => ({
      object,
      field,
      value: valueAt(resourceOf(snapshot, object), field) ?? null,
    }));
}

function resourceOf(
  snapshot: ClusterSnapshot,
  { apiVersion, kind, namespace, name }: ObjectReference,
): unknown {
  const known = kindNameOf(groupOf(apiVersion), kind);
  return known && snapshot.get(known, name, namespace);
}
