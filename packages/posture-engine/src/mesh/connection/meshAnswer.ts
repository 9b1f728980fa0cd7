/** Questions to both sides of the mesh, and answers, in the engine's words. */
import { ObjectReference } from '../../snapshot';
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
  /** The Service whose port was called; left out for a call to the pod's own address. */
  service?: ServiceTarget;
  /** An HTTP request; left out for a connection that sends none. `any` asks for every request at once. */
  request?: HttpRequest | 'any';
  /** Overrides what the client's side would do. */
  clientTls?: 'plaintext' | 'mtls';
  /** `td/ns/<namespace>/sa/<account>` instead of the client's own identity. */
  principal?: string;
}

export interface MeshDecidingField {
  layer:
    | 'peer-authentication'
    | 'destination-rule'
    | 'authorization-policy'
    | 'request-authentication'
    | 'sidecar'
    | 'pod'
    | 'service';
  /** Whose side it belongs to: egress is the client's. */
  direction: 'ingress' | 'egress';
  effect: 'allow' | 'deny';
  object: ObjectReference;
  field: string;
}

export interface MeshAnswer {
  verdict: AuthorizationAnswer['verdict'];
  /** What the connection is; null where it does not come about or nobody can tell. */
  transport: 'mtls' | 'plaintext' | 'tls' | null;
  /** The identity that the server sees. */
  principal?: string;
  conditions?: readonly (readonly RequestTest[])[];
  decidedBy: readonly MeshDecidingField[];
  /** A sentence. */
  reason: string;
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
