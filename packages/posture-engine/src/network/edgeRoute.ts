/** What a route from the edge says, whatever kind it is of: the door that it comes in by, the names it has there, and where it leads. */
import {
  ClusterSnapshot,
  JsonValue,
  KindName,
  ObjectReference,
  describeObject,
  referenceTo,
  valueAt,
} from '../snapshot';

export type EdgeTransport = 'tls' | 'plaintext' | 'unknown';

/** A field, and what it holds. */
export interface EdgeField {
  object: ObjectReference;
  field: string;
  value: JsonValue;
}

/** One port of the edge and what it takes there: a server, a listener, an Ingress. */
export interface EdgeDoor {
  /** What opens it, such as `spec.servers[0]` of a Gateway. */
  object: ObjectReference;
  field: string;
  /** The field that says how it is encrypted. */
  decidedBy: EdgeField;
  /** As callers see it; undefined where the object does not say. */
  port?: number;
  /** By what it tells routes apart: the name in TLS before anything is decrypted, the request, or nothing. */
  reads: 'requests' | 'names' | 'connections';
  /** `passed-on`: it ends behind the door. */
  tls: 'none' | 'ended' | 'passed-on';
  /** Sends requests to HTTPS and does nothing else with them. */
  redirects: boolean;
  clientCertificate?: 'demanded' | 'asked for' | "the mesh's";
  /** A version below which nobody gets in, where the object names one. */
  minimumTls?: EdgeField;
  /** The field that lets routes of every namespace attach. */
  openToRoutes?: EdgeField;
}

/** What a request must be like to take a route; of `other` only that there is more. */
export interface RequestMatch {
  path?: { kind: 'exact' | 'prefix' | 'segments' | 'regex'; value: string };
  method?: string;
  other: boolean;
}

/** A Service behind the edge; without a port where the route names none. */
export interface EdgeService {
  namespace: string;
  name: string;
  port?: number;
}

/** One rule of a route, as one door reads it: what it leads to, or that the gateway answers itself. */
export interface EdgeRule {
  route: ObjectReference;
  /** Undefined where nothing gets further: a redirect, a fixed answer, a backend that does not exist. */
  service?: EdgeService;
  transport: EdgeTransport;
  /** The field that says so, of the route itself or of its gateway. */
  decidedBy: EdgeField;
  /** For `unknown`: what is missing. */
  reason?: string;
  /** Undefined where it could not be seen. */
  door?: EdgeDoor;
  /** Under which names it is reached by that door; `*` is every one. */
  hosts: readonly string[];
  /** One of them must match; none is every request. */
  matches: readonly RequestMatch[];
  /** Such as `spec.http[0]`. */
  rule: string;
  /** Whether the path or the host is another one behind the door. */
  rewrites: boolean;
  /** Copies of requests, whose answers nobody gets. */
  mirror: boolean;
}

/** A rule that leads to a Service. */
export interface EdgeRoute extends EdgeRule {
  service: EdgeService;
}

/** The kinds that say whether routes are encrypted; without them that is `unknown`. */
export const GATEWAY_KINDS = [
  'Gateway',
  'ListenerSet',
  'Gateway.networking.istio.io',
] as const satisfies readonly KindName[];

/** A field of an object that decides about a route. */
export function fieldIn(
  resource: Parameters<typeof referenceTo>[0],
  field: string,
): EdgeField {
  return {
    object: referenceTo(resource),
    field,
    value: valueAt(resource, field) ?? null,
  };
}

/** Whether callers may leave out TLS. */
export function transportOf({ tls, redirects }: EdgeDoor): EdgeTransport {
  return tls === 'none' && !redirects ? 'plaintext' : 'tls';
}

/** Why a gateway that a route names was not found. */
export function missing(
  snapshot: ClusterSnapshot,
  kindName: (typeof GATEWAY_KINDS)[number],
  kind: string | undefined,
  namespace: string,
  name: string,
): string {
  const gap = snapshot.coverage.gap(kindName, [namespace]);
  return gap
    ? gap.reason
    : `${describeObject({
        kind: kind ?? 'Gateway',
        namespace,
        name,
      })} is not there to say`;
}
