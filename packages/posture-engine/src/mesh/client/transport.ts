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
    | 'service'
    | 'service-entry'
    | 'linkerd-policy'
    | 'linkerd-config'
    | 'virtual-service'
    | 'mesh-config';
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
  /** Set for `tls`. */
  origination?: TlsOrigination;
}

/** TLS that a DestinationRule makes a proxy speak, and what the proxy insists on. */
export interface TlsOrigination {
  /** MUTUAL shows a certificate of the client's own. */
  mode: 'SIMPLE' | 'MUTUAL';
  /** The name that is asked for; left out where it is that of each request. */
  serverName?: string;
  /** The server's certificate must hold one of these; empty where the rule names none. */
  subjectAltNames: readonly string[];
  /** False where any certificate will do. */
  verifies: boolean;
}

export interface Member {
  workload: Workload;
  pod: PodView;
}

export interface ServiceTarget {
  service: Service;
  port: ServicePort;
}
