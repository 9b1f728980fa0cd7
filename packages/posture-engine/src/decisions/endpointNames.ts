/** What people call the ends of a connection, and what the names lead to. */
import type { PodView } from '../snapshot';
import type { Endpoint, EndpointClass } from './endpointClasses';

/** `namespace/name`; of a workload `namespace/Kind/name`. */
export type EndpointName =
  | { pod: string }
  | { workload: string }
  | { ip: string }
  | { service: string };

/** Pods or an address, as one end of a connection. */
export interface Side {
  /** Equal for sides of which the same is true, but for a pod's connection with itself. */
  key: number;
  /** Of each class at most two, so that one of them is another than any given pod. */
  ends: readonly Endpoint[];
  /** All pods; empty for an address outside. */
  pods: ReadonlySet<PodView>;
  /** The class of the only end, where it is the same seen from everywhere. */
  only?: EndpointClass;
}

/** Where a connection goes to once names of ports and Services are resolved. */
export interface Target {
  side: Side;
  port: number;
}

/** Why a name leads nowhere, in a sentence. */
export interface NotFound {
  reason: string;
}

/** Of a name, its kind and the name itself. */
export function entryOf(name: EndpointName): [kind: string, value: string] {
  if ('pod' in name) {
    return ['pod', name.pod];
  }
  if ('workload' in name) {
    return ['workload', name.workload];
  }
  return 'ip' in name ? ['ip', name.ip] : ['service', name.service];
}
