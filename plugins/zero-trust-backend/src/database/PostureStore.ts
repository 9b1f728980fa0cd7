/** What the rest of the backend knows of the database. */
import type {
  ClusterStatus,
  EntityFinding,
  Finding,
  FindingQuery,
  HistoryPoint,
  Level,
  ServicePosture,
  ServiceQuery,
  Verdict,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import type { WorkloadReference } from '@backstage-zero-trust/posture-engine';

/** One entity's workloads in the cluster that was judged. */
export interface EvaluatedEntity {
  entityRef: string;
  title: string;
  owner?: string;
  system?: string;
  workloads: readonly WorkloadReference[];
}

/** All that is known of one cluster after it was judged; what is not in it is gone. */
export interface ClusterEvaluation {
  cluster: string;
  /** ISO 8601. */
  at: string;
  /** Those whose findings are to be written, where they differ from what is stored. */
  workloads: readonly {
    workload: WorkloadReference;
    findings: readonly Finding[];
  }[];
  /** Those whose findings are as they were last stored. */
  unchanged: readonly WorkloadReference[];
  entities: readonly EvaluatedEntity[];
}

/** What is told of a cluster by the replica that watches it. */
export interface ObservedCluster {
  name: string;
  /** The id of its source. */
  source: string;
  status: ClusterStatus;
}

export interface StoredCluster extends ObservedCluster {
  evaluatedAt?: string;
  /** The end of the last lease; in the past, nobody watches the cluster. Undefined where nobody ever did. */
  watchedUntil?: string;
}

/** What `summarize` needs of a finding. */
export type StoredVerdict = Pick<
  EntityFinding,
  'id' | 'cluster' | 'control' | 'pillar' | 'severity' | 'verdict'
>;

export interface StoredEntity {
  workloads: ({ cluster: string } & WorkloadReference)[];
  verdicts: StoredVerdict[];
  /** The worst three failures. */
  worst: EntityFinding[];
  /** The last 30 days, oldest first. */
  history: HistoryPoint[];
}

/** The entities that a caller may see. */
export type VisibleEntities = 'all' | readonly string[];

export interface StoredServiceList {
  items: Omit<ServicePosture, 'evaluatedAt'>[];
  totalCount: number;
  levels: Record<Level, number>;
  owners: string[];
}

/** A verdict that became another. No `from` where the finding is new, no `to` where it is gone. */
export interface StoredChange {
  findingId: string;
  cluster: string;
  control: string;
  from?: Verdict;
  to?: Verdict;
  message: string;
  at: string;
}

/** What a write changed for those who read: told to them once it is committed. */
export interface PostureChange {
  /** Grows with every change, over all replicas. */
  revision: number;
  entityRefs: string[];
}

export interface PruneOptions {
  /** ISO 8601: older changes are deleted. */
  changesBefore: string;
  /** `2026-05-31`: roll-ups of earlier days are deleted. */
  rollUpsBefore: string;
}

/**
 * Latest findings, changes of verdicts, daily roll-ups, and the state of
 * clusters. `holder` is the replica that writes: a write for a cluster whose
 * lease it does not hold is refused with a ConflictError, so that a replica
 * that was slow never overwrites what its successor found. Writes return
 * undefined where nothing changed.
 */
export interface PostureStore {
  /** Writes what differs from what is stored. */
  saveEvaluation(
    evaluation: ClusterEvaluation,
    holder: string,
  ): Promise<PostureChange | undefined>;
  saveCluster(
    cluster: ObservedCluster,
    holder: string,
  ): Promise<PostureChange | undefined>;
  /** For a cluster that cannot be judged now: forgets the entities that the catalog no longer has. */
  retainEntities(
    options: { cluster: string; entityRefs: readonly string[]; at: string },
    holder: string,
  ): Promise<PostureChange | undefined>;
  /** Forgets a cluster, its findings and its connections, unless a replica watches it. */
  removeCluster(name: string, at: string): Promise<PostureChange | undefined>;
  /** By name. */
  listClusters(): Promise<StoredCluster[]>;
  /** Undefined where no cluster runs any workload of the entity. `today` such as `2026-05-31`. */
  getEntity(
    entityRef: string,
    today: string,
  ): Promise<StoredEntity | undefined>;
  /** Worst first. */
  listFindings(
    entityRef: string,
    query: FindingQuery,
  ): Promise<EntityFinding[]>;
  /** Every entity of which {@link listServices} could tell. */
  listServiceRefs(): Promise<string[]>;
  listServices(
    query: ServiceQuery,
    visible: VisibleEntities,
    today: string,
  ): Promise<StoredServiceList>;
  /** The newest first. */
  listChanges(entityRef: string, limit: number): Promise<StoredChange[]>;
  /** Makes sure that every service has a point for the day. */
  rollUp(today: string): Promise<void>;
  prune(options: PruneOptions): Promise<void>;
}
