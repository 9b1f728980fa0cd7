/** Questions to both sides of the mesh, and answers, in the engine's words. */
import { ObjectReference, PodView } from '../../snapshot';
import {
  AuthorizationAnswer,
  HttpRequest,
  RequestTest,
} from '../authorization';
import { Member, ServiceTarget } from '../client';

export interface MeshQuestion {
  /** A pod, or an address outside of the cluster. */
  from: Member | { address: string };
  to: Member;
  /** The container port that is reached. */
  port: number;
  /** What the port is called in words, where its number stands for others too. */
  portInWords?: string;
  /** The Service whose port was called; left out for a call to the pod's own address. */
  service?: ServiceTarget;
  /** An HTTP request; left out for a connection that sends none. `any` asks for every request at once. */
  request?: HttpRequest | 'any';
  /** Overrides what the client's side would do. */
  clientTls?: 'plaintext' | 'mtls';
  /** `td/ns/<namespace>/sa/<account>` instead of the client's own identity. */
  principal?: string;
  /** How many gateways have passed it on already. */
  gateways?: number;
}

export interface MeshDecidingField {
  layer:
    | 'peer-authentication'
    | 'destination-rule'
    | 'authorization-policy'
    | 'request-authentication'
    | 'sidecar'
    | 'pod'
    | 'linkerd-policy'
    | 'linkerd-config'
    | 'service'
    | 'service-entry'
    | 'virtual-service'
    | 'gateway'
    | 'mesh-config';
  /** Whose side it belongs to: egress is the client's. */
  direction: 'ingress' | 'egress';
  effect: 'allow' | 'deny';
  object: ObjectReference;
  field: string;
}

/** mTLS inside HTTP CONNECT, as ambient has it: a connection to one port of a pod, whichever port is called inside. */
export interface Tunnel {
  port: number;
  to: PodView;
  /** The waypoint's proxy between the ends: the network sees one tunnel to it, and another from it. */
  via?: PodView;
}

export interface MeshAnswer {
  verdict: AuthorizationAnswer['verdict'];
  /** What the connection is; null where it does not come about or nobody can tell. */
  transport: 'mtls' | 'plaintext' | 'tls' | null;
  /** Denied because what the client sends is not what the server takes: an outage, and no policy's doing. */
  mismatch?: true;
  /** What the network sees instead of a connection to the port that was called. */
  tunnel?: Tunnel;
  /** The identity that the server sees. */
  principal?: string;
  conditions?: readonly (readonly RequestTest[])[];
  decidedBy: readonly MeshDecidingField[];
  /** A sentence. */
  reason: string;
  /** The answer is another for some of the pods; this is the most open one. */
  partly?: true;
}

type Fields = readonly Pick<MeshDecidingField, 'layer' | 'object' | 'field'>[];

/** Fields of either side, as the answer names them. */
export function fieldsOf(
  fields: Fields,
  direction: MeshDecidingField['direction'],
) {
  return (effect: MeshDecidingField['effect']): MeshDecidingField[] =>
    fields.map(({ layer, object, field }) => ({
      layer,
      direction,
      effect,
      object,
      field,
    }));
}

export function answer(
  verdict: MeshAnswer['verdict'],
  transport: MeshAnswer['transport'],
  decidedBy: readonly MeshDecidingField[],
  reason: string,
): MeshAnswer {
  return { verdict, transport, decidedBy, reason: sentence(reason) };
}

export function sentence(clause: string): string {
  return `${clause[0].toUpperCase()}${clause.slice(1)}.`;
}
