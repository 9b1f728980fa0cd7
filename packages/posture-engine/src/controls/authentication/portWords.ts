/** What AN-2 is asked about a port, how the port is called, and what its mode rests on. */
import {
  ClusterSnapshot,
  ObjectReference,
  Workload,
  groupOf,
  kindNameOf,
  valueAt,
} from '../../snapshot';
import { PodPort } from '../../mesh/inboundPorts';
import { Evidence } from '../control';

/** One port of one workload, in the pod where it is most open. */
export interface Question {
  workload: Workload;
  snapshot: ClusterSnapshot;
  port: PodPort;
  /** All numbered ports of the workload. */
  numbers: readonly number[];
}

/** `port 8080 of orders`, or `any other port of orders`. */
export function subjectOf({ workload, port, numbers }: Question): string {
  const { name } = workload.reference;
  if (port.port !== null) {
    return `port ${port.port} of ${name}`;
  }
  return numbers.length > 0
    ? `any other port of ${name}`
    : `any port of ${name}`;
}

/** The fields that decided, each with its value, then the ways past. */
export function evidenceOf({ port, snapshot }: Question): Evidence[] {
  return [
    ...(port.dataPlane === 'none' ? port.membership.evidence : []),
    ...decisionsOf(port).map(decision => valueOf(decision, snapshot)),
    ...port.bypass.map(({ object, field, value }) => ({
      object,
      field,
      value,
    })),
  ];
}

/** A field that decided; of Linkerd's default policy its value is known, and may stand in a text that is no object. */
interface Decision {
  object: ObjectReference;
  field: string;
  value?: Evidence['value'];
}

function decisionsOf({ linkerd, decidedBy }: PodPort): Decision[] {
  const known = linkerd?.policies.map(policy => policy.decidedBy) ?? [];
  return decidedBy.map(
    decision =>
      known.find(
        ({ object, field }) =>
          object === decision.object && field === decision.field,
      ) ?? decision,
  );
}

/** What a deciding field holds; null where it is absent and hands the question upward. */
export function valueOf(
  { object, field, value }: Decision,
  snapshot: ClusterSnapshot,
): Evidence {
  const kind = kindNameOf(groupOf(object.apiVersion), object.kind);
  const holder =
    value === undefined && kind
      ? snapshot.get(kind, object.name, object.namespace)
      : undefined;
  return { object, field, value: value ?? valueAt(holder, field) ?? null };
}
