/** Who may call whom, as the REST API serves it: connections, and questions about one of them. */
import type { ObjectReference } from './types';

/** Ports of one protocol, both ends included. */
export interface PortRange {
  protocol: 'TCP' | 'UDP' | 'SCTP';
  from: number;
  to: number;
}

/** The other end of a connection. */
export type ConnectionPeer =
  | {
      kind: 'workload';
      workload: WorkloadRef;
      /** The entity that the workload belongs to, where the caller may see it. */
      entityRef?: string;
      title?: string;
    }
  /** Addresses outside the cluster that policies do not tell apart. */
  | { kind: 'outside'; cidrs: string[] };

export interface WorkloadRef {
  kind: string;
  namespace: string;
  name: string;
}

/** One field of one object that a decision rests on. */
export interface ConnectionDecision {
  /** What the object is part of, such as `network-policy` or `peer-authentication`. */
  layer: string;
  direction: 'ingress' | 'egress';
  effect: 'allow' | 'deny' | 'pass' | 'unknown';
  object: ObjectReference;
  field: string;
}

/**
 * What a connection is on the wire. `either`: the server takes both and the
 * caller chooses; `refused`: what the caller sends is not what the server
 * takes, so calls to ports that are known to be served fail; `none`: the mesh
 * stops it; `tls`: a TLS of the applications' own, whose ends nobody knows here.
 */
export const TRANSPORTS = [
  'plaintext',
  'either',
  'mtls',
  'tls',
  'refused',
  'none',
  'unknown',
] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** What the mesh makes of a connection that the network lets pass. */
export interface ConnectionMesh {
  transport: Transport;
  /** SPIFFE ids that the server sees; empty where none is proven. */
  identities: string[];
  /** A sentence. */
  reason: string;
  decidedBy: ConnectionDecision[];
  /** Whether the answer is another for some pods, ways or addresses: the most open one is given. */
  partly: boolean;
  /** Whether something is known to listen on one of the ports; also where nobody knows of any. */
  served: boolean;
}

/**
 * What network policies let pass between one of an entity's workloads and one
 * peer, and what the mesh makes of it. What is not listed is refused by the
 * network.
 */
export interface EntityConnection {
  /** Stable over time. */
  id: string;
  cluster: string;
  /** The entity's own. */
  workload: WorkloadRef;
  direction: 'in' | 'out';
  peer: ConnectionPeer;
  /** Merged and sorted. */
  ports: PortRange[];
  /**
   * Of network and mesh together. `conditional`: only requests that meet the
   * conditions; `unknown`: nobody can tell; `deny`: the network lets it pass
   * and the mesh stops it.
   */
  verdict: 'allow' | 'conditional' | 'unknown' | 'deny';
  /** Of both, such as `HTTP GET /orders`: one must hold. */
  conditions: string[];
  /** Why nobody can tell what network policies say. */
  reason?: string;
  /** The objects by which the network lets it pass, egress first; empty where no policy has a word. */
  decidedBy: ConnectionDecision[];
  /** Absent where the cluster has no mesh that is known. */
  mesh?: ConnectionMesh;
}

export interface EntityConnectionQuery {
  direction?: 'in' | 'out';
  cluster?: string;
  /** Of the peer. */
  namespace?: string;
  /** Part of the peer's name, namespace or addresses, whatever its case. */
  search?: string;
  transport?: Transport;
  offset?: number;
  /** At most 500; 50 if omitted. */
  limit?: number;
}

/** Why not all that is said of a cluster's connections may be so, in a sentence. */
export interface ConnectionCaveat {
  cluster: string;
  message: string;
}

export interface EntityConnections {
  items: EntityConnection[];
  /** All that match the query. */
  totalCount: number;
  /** How many may pass in each direction, whatever the query. */
  counts: { in: number; out: number };
  /** How many more the network lets pass and the mesh stops, whatever the query. */
  stopped: { in: number; out: number };
  /** The peers' namespaces by number of connections that match all of the query but the namespace; workloads first, `''` stands for outside. */
  namespaces: { namespace: string; count: number }[];
  /** How many there are of each transport that match all of the query but the transport; empty where no cluster has a mesh. */
  transports: { transport: Transport; count: number }[];
  /** Whether the cluster's network is known to enforce what is listed; a sentence where it is not. */
  caveats: ConnectionCaveat[];
  /** When they were computed; ISO 8601. Absent where nothing was computed yet. */
  evaluatedAt?: string;
}

/** One question about one connection, or one request, in a cluster. */
export interface ConnectionQuestion {
  cluster: string;
  from: Exclude<ConnectionEnd, { service: object }>;
  to: ConnectionEnd;
  /** Of a Service its own port, else of the pods. */
  port: number;
  /** TCP if omitted. */
  protocol?: 'TCP' | 'UDP' | 'SCTP';
  /** Left out for whatever may be sent. */
  request?: ConnectionRequest;
}

/** An address is taken as one outside the cluster, unless a pod has it; not both ends can be addresses. */
export type ConnectionEnd =
  | { workload: WorkloadRef }
  | { service: { namespace: string; name: string } }
  | { ip: string };

/** An HTTP request. As soon as one field of it is said, headers and a token that are not said are not sent; method, path and host that are not said may be anything. */
export interface ConnectionRequest {
  method?: string;
  /** With its query, if it has one. */
  path?: string;
  host?: string;
  /** By name; none of `CREDENTIAL_HEADERS`: a token is described by what is in it. */
  headers?: Record<string, string>;
  /** Whom the caller's certificate names, `spiffe://td/ns/<namespace>/sa/<account>`, instead of who it is; the caller's own if omitted. Says nothing of HTTP. */
  principal?: string;
  token?: ConnectionToken;
}

/** Headers, in lower case, that let somebody in: they have no place in a question, whose address anybody may read. */
export const CREDENTIAL_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'proxy-authorization',
]);

/** What a token says; that its signature is good is taken for granted. */
export interface ConnectionToken {
  issuer?: string;
  subject?: string;
  audiences?: string[];
  claims?: Record<string, unknown>;
}

export interface ConnectionAnswer {
  verdict: 'allow' | 'conditional' | 'deny' | 'unknown';
  /** Who decides, in a few sentences. */
  message: string;
  /** For `conditional`: one of these must hold. */
  conditions: string[];
  /** In the order in which a connection meets them. */
  steps: ConnectionStep[];
  /** What it is on the wire; absent where it does not come about, where nobody can tell, and without a mesh. */
  transport?: 'mtls' | 'plaintext' | 'tls';
  /** The SPIFFE id that the server sees. */
  identity?: string;
  /** Whether the answer is another for some of the pods: the most open one is given. */
  partly: boolean;
  /** As of connections. */
  caveats: string[];
  /** When the cluster was seen so; ISO 8601. */
  evaluatedAt: string;
}

/** What one part of the way says of a connection. */
export interface ConnectionStep {
  /**
   * `network`: policies of the network; `transport`: what the caller's side
   * sends; `peer-authentication`: what the server's side takes;
   * `request-authentication`: what is made of a token; `authorization`: who
   * may do what.
   */
  step:
    | 'network'
    | 'transport'
    | 'peer-authentication'
    | 'request-authentication'
    | 'authorization';
  /** `not-asked`: a step before it refused, or nobody can tell what that says. */
  verdict: 'allow' | 'conditional' | 'deny' | 'unknown' | 'not-asked';
  /** In sentences; of the steps that decided. */
  message?: string;
  /** For `conditional`: one of these must hold. */
  conditions: string[];
  /** Egress first; empty where no object has a word. */
  decidedBy: ConnectionDecision[];
}
