/** What AN-2 is asked about a port, how the port is called, and what its mode rests on. */
import { ClusterSnapshot, Workload, valueAt } from '../../snapshot';
import { PodPort } from '../../mesh/inboundPorts';
import { DecidedBy } from '../../mesh/peerAuthentication';
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
    ...port.decidedBy.map(decision => valueOf(decision, snapshot)),
    ...port.bypass.map(({ object, field, value }) => ({
      object,
      field,
      value,
    })),
  ];
}

/** What a deciding field holds; null where it is absent and hands the question upward. */
export function valueOf(
  { object, field }: DecidedBy,
  snapshot: ClusterSnapshot,
): Evidence {
  const policy = snapshot.get(
    'PeerAuthentication',
    object.name,
    object.namespace,
  );
  return { object, field, value: valueAt(policy, field) ?? null };
}
