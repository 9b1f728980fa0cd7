/**
 * The shapes that the REST API serves and the screens show. They are the
 * engine's own words, with the catalog's names and the clusters' state added.
 */
import type {
  Finding,
  Level,
  ObjectReference,
  Pillar,
  PillarSummary,
  Reference,
  Severity,
  Summary,
  Verdict,
} from '@backstage-zero-trust/posture-engine';

export type {
  Enforcement,
  Evidence,
  Finding,
  Fix,
  Level,
  MissingAccess,
  ObjectReference,
  Pillar,
  PillarSummary,
  Reference,
  Severity,
  Subject,
  Summary,
  Verdict,
  Witness,
} from '@backstage-zero-trust/posture-engine';

/** Whether and how well a cluster can be seen. Times are ISO 8601. */
export interface ClusterStatus {
  name: string;
  title?: string;
  /** `syncing` until the first complete look; `degraded` where some kinds cannot be seen; `stale` where the last look is older than it should be. */
  state: 'syncing' | 'ready' | 'degraded' | 'stale' | 'unreachable';
  /** The last moment at which the cluster was known to be as stored. */
  lastSync?: string;
  /** Why it is unreachable or stale, in a sentence without secrets. */
  message?: string;
  kinds: ClusterKindStatus[];
  workloads: number;
}

export interface ClusterKindStatus {
  kind: string;
  group: string;
  resource: string;
  state: 'listed' | 'not-installed' | 'forbidden' | 'failed';
  objects: number;
  message?: string;
}

/** A finding of one of an entity's workloads, in the cluster where it holds. */
export interface EntityFinding extends Finding {
  /** Stable over time: the same control, cluster and subject have the same id. */
  id: string;
  cluster: string;
  /** Since when the verdict is what it is; ISO 8601. */
  since: string;
}

/** One cluster's share of an entity's posture. */
export interface EntityClusterPosture {
  cluster: string;
  summary: Summary;
  state: ClusterStatus['state'];
  lastSync?: string;
  message?: string;
  workloads: { kind: string; namespace: string; name: string }[];
}

export interface HistoryPoint {
  /** A day, `2026-05-31`. */
  date: string;
  score: number;
  level: Level;
}

/**
 * What an entity's card and page show first. `not-annotated`: nothing says
 * which workloads are the entity's; `not-found`: no cluster that was looked at
 * runs any; `pending`: no cluster was seen yet.
 */
export interface EntityPosture {
  entityRef: string;
  state: 'not-annotated' | 'not-found' | 'pending' | 'judged';
  /** Why nothing is judged, in a sentence, where there is more to say than the state says. */
  message?: string;
  /** Present when judged: over all clusters. */
  summary?: Summary;
  /** Worst first. */
  clusters: EntityClusterPosture[];
  /** The worst three failures, for the card. */
  worst: EntityFinding[];
  /** At most the last 30 days, oldest first. */
  history: HistoryPoint[];
  /** When the posture was computed; ISO 8601. */
  evaluatedAt?: string;
  /** Every cluster that was looked in, and those that could not be. */
  lookedIn: Pick<ClusterStatus, 'name' | 'state' | 'message'>[];
}

export interface EntityFindings {
  items: EntityFinding[];
}

/** A row of the fleet's list of services. */
export interface ServicePosture {
  entityRef: string;
  title: string;
  owner?: string;
  system?: string;
  level: Level;
  score?: number;
  /** Change of the score over the last seven days, where it is known. */
  trend?: number;
  history: HistoryPoint[];
  pillars: PillarSummary[];
  applicable: number;
  judged: number;
  failing: number;
  clusters: string[];
  worst?: Pick<
    EntityFinding,
    'id' | 'control' | 'severity' | 'message' | 'pillar'
  >;
  evaluatedAt: string;
}

export const SERVICE_SORT_FIELDS = [
  'level',
  'score',
  'title',
  'owner',
  'failing',
] as const;
export type ServiceSortField = (typeof SERVICE_SORT_FIELDS)[number];

export interface ServiceQuery {
  offset?: number;
  /** At most 100; 20 if omitted. */
  limit?: number;
  sort?: ServiceSortField;
  order?: 'asc' | 'desc';
  /** Part of a name or title, whatever its case. */
  search?: string;
  owner?: string;
  level?: Level;
  cluster?: string;
  /** Services that fail in this pillar. */
  pillar?: Pillar;
}

export interface ServiceList {
  items: ServicePosture[];
  totalCount: number;
  /** All services the caller may see, by level, whatever the query. */
  levels: Record<Level, number>;
  /** Owners to filter by. */
  owners: string[];
}

export interface ControlDescription {
  id: string;
  title: string;
  pillar: Pillar;
  severity: Severity;
  question: string;
  why: string;
  references: Reference[];
}

export interface FindingQuery {
  pillar?: Pillar;
  verdict?: Verdict;
  severity?: Severity;
  cluster?: string;
}

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
  /** What the object is part of, such as `network-policy`. */
  layer: string;
  direction: 'ingress' | 'egress';
  effect: 'allow' | 'deny' | 'pass' | 'unknown';
  object: ObjectReference;
  field: string;
}

/**
 * What network policies let pass between one of an entity's workloads and one
 * peer. What is not listed is refused.
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
  /** `conditional`: only requests that meet one of the conditions; `unknown`: nobody can tell. */
  verdict: 'allow' | 'conditional' | 'unknown';
  /** For `conditional`, such as `HTTP GET /orders`. */
  conditions: string[];
  /** For `unknown`: why. */
  reason?: string;
  /** The objects that let it pass, egress first; empty where no policy has a word. */
  decidedBy: ConnectionDecision[];
}

export interface EntityConnectionQuery {
  direction?: 'in' | 'out';
  cluster?: string;
  /** Of the peer. */
  namespace?: string;
  /** Part of the peer's name, namespace or addresses, whatever its case. */
  search?: string;
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
  /** How many there are of each direction, whatever the query. */
  counts: { in: number; out: number };
  /** The peers' namespaces by number of connections that match all of the query but the namespace; workloads first, `''` stands for outside. */
  namespaces: { namespace: string; count: number }[];
  /** Whether the cluster's network is known to enforce what is listed; a sentence where it is not. */
  caveats: ConnectionCaveat[];
  /** When they were computed; ISO 8601. Absent where nothing was computed yet. */
  evaluatedAt?: string;
}

/** One question about one connection of a cluster. */
export interface ConnectionQuestion {
  cluster: string;
  from: ConnectionEnd;
  to: ConnectionEnd;
  /** Of the pods: what a Service's port leads to. */
  port: number;
  /** TCP if omitted. */
  protocol?: 'TCP' | 'UDP' | 'SCTP';
}

/** An address is taken as one outside the cluster, whoever has it; not both ends can be addresses. */
export type ConnectionEnd = { workload: WorkloadRef } | { ip: string };

export interface ConnectionAnswer {
  verdict: 'allow' | 'conditional' | 'deny' | 'unknown';
  /** Who decides, in one or two sentences. */
  message: string;
  /** For `conditional`: one of these must hold. */
  conditions: string[];
  /** Egress first; empty where no policy has a word. */
  decidedBy: ConnectionDecision[];
  /** Whether the answer is another for some of the pods: the most open one is given. */
  partly: boolean;
  /** As of connections. */
  caveats: string[];
  /** When the connections were computed; ISO 8601. */
  evaluatedAt: string;
}

/** Where somebody can go who takes over one of an entity's workloads. */
export interface WorkloadBlastRadius {
  cluster: string;
  workload: WorkloadRef;
  entityRef?: string;
  title?: string;
  owner?: string;
  /** Workloads reached directly, and in any number of hops, for certain. */
  direct: number;
  total: number;
  /** How many more if everything that nobody can tell of is open. */
  possible: number;
  /** All workloads of the cluster but this one. */
  outOf: number;
  /** Whether some address outside is reached. */
  outside: boolean;
}

export interface ReachedWorkload {
  workload: WorkloadRef;
  entityRef?: string;
  title?: string;
  /** 1: reached directly. */
  hops: number;
  via: WorkloadRef;
  ports: PortRange[];
  certain: boolean;
}

export interface EntityBlastRadius {
  items: (WorkloadBlastRadius & {
    /** By hops; at most 200. */
    reached: ReachedWorkload[];
  })[];
  /** As of connections. */
  caveats: ConnectionCaveat[];
  evaluatedAt?: string;
}

export interface BlastRadiusQuery {
  cluster?: string;
  search?: string;
  offset?: number;
  /** At most 100; 20 if omitted. */
  limit?: number;
}

/** The widest first. */
export interface BlastRadiusList {
  items: WorkloadBlastRadius[];
  totalCount: number;
  /** As of connections, for the clusters of the items. */
  caveats: ConnectionCaveat[];
}

/** Which namespaces reach which, in one cluster. */
export interface NamespaceMatrix {
  cluster: string;
  /** Sorted; rows are sources, columns destinations. */
  namespaces: { name: string; workloads: number }[];
  /** Only what is not closed: indices into `namespaces`. */
  cells: NamespaceCell[];
  /** As of connections. */
  caveats: string[];
  evaluatedAt?: string;
}

export interface NamespaceCell {
  from: number;
  to: number;
  /** Pairs of workloads with some port open, out of `pairs`. */
  open: number;
  /** Pairs of which nobody can tell. */
  unknown: number;
  pairs: number;
}
