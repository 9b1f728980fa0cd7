/** What the rest of the backend knows of the database. */
import type {
  ClusterStatus,
  EntityFinding,
  Finding,
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
  workloads: readonly {
    workload: WorkloadReference;
    findings: readonly Finding[];
  }[];
  entities: readonly EvaluatedEntity[];
}

export interface StoredCluster {
  name: string;
  /** The id of its source. */
  source: string;
  status: ClusterStatus;
  evaluatedAt?: string;
}

export interface StoredEntity {
  workloads: ({ cluster: string } & WorkloadReference)[];
  findings: EntityFinding[];
  /** Oldest first. */
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

export interface PruneOptions {
  /** ISO 8601: older changes are deleted. */
  changesBefore: string;
  /** `2026-05-31`: roll-ups of earlier days are deleted. */
  rollUpsBefore: string;
}

/** Latest findings, changes of verdicts, daily roll-ups, and the state of clusters. */
export interface PostureStore {
  /** Writes what differs from what is stored; returns the entities whose posture changed. */
  saveEvaluation(evaluation: ClusterEvaluation): Promise<string[]>;
  saveCluster(cluster: StoredCluster): Promise<void>;
  listClusters(): Promise<StoredCluster[]>;
  /** Forgets a cluster and all its findings; returns the entities whose posture changed. */
  removeCluster(name: string, at: string): Promise<string[]>;
  /** The entities that have workloads in a cluster. */
  listEntityRefs(cluster: string): Promise<string[]>;
  /** Undefined where no cluster runs any workload of the entity. `today` such as `2026-05-31`. */
  getEntity(entityRef: string, today: string): Promise<StoredEntity | undefined>;
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
