/**
 * The shapes that the REST API serves and the screens show. They are the
 * engine's own words, with the catalog's names and the clusters' state added.
 */
import type {
  Finding,
  Level,
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
