/** The words for what a client's side does. */
import { ObjectReference, PodView, Workload } from '../../snapshot';
import { Service } from '../../snapshot/kinds';
import { ServicePort } from '../portProtocol';

/** A field that decided about the client's side. */
export interface TransportField {
  layer:
    | 'destination-rule'
    | 'peer-authentication'
    | 'sidecar'
    | 'pod'
    | 'service';
  object: ObjectReference;
  field: string;
}

export interface ClientTransport {
  /** `blocked`: the client's own proxy refuses it; `unknown`: the reason says why. */
  transport: 'mtls' | 'plaintext' | 'tls' | 'blocked' | 'unknown';
  /** mTLS inside HTTP CONNECT, as ambient has it. */
  tunnel?: 'HBONE';
  decidedBy: readonly TransportField[];
  /** A clause. */
  reason: string;
}

export interface Member {
  workload: Workload;
  pod: PodView;
}

export interface ServiceTarget {
  service: Service;
  port: ServicePort;
}
