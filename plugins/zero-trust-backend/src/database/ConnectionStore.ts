/** What the rest of the backend knows of stored connections. */
import type { BlastRadiusQuery } from '@backstage-zero-trust/plugin-zero-trust-common';
import type {
  ConnectionMapData,
  Matrix,
  Spread,
  WorkloadReference,
} from '@backstage-zero-trust/posture-engine';
import type { PostureChange, VisibleEntities } from './PostureStore';

/** What is said of a cluster's connections as a whole. */
export interface ConnectionState {
  cluster: string;
  /** ISO 8601. */
  evaluatedAt: string;
  /** Equal where map and caveats are. */
  digest: string;
  /** Sentences: why not all that is listed may be so. */
  caveats: readonly string[];
}

export interface ClusterConnections extends ConnectionState {
  map: ConnectionMapData;
  matrix: Matrix;
  /** In the order of the map's workloads. */
  spreads: readonly Spread[];
  /** In the same order: equal where what is said of a workload's connections is. */
  fingerprints: readonly string[];
}

/** A workload that belongs to an entity. */
export interface EntityWorkload extends WorkloadReference {
  cluster: string;
}

/** An entity that a workload belongs to. */
export interface WorkloadOwner {
  entityRef: string;
  title: string;
  /** The entity's own. */
  owner?: string;
}

export interface StoredSpread extends Spread {
  cluster: string;
  workload: WorkloadReference;
  /** All other workloads of the cluster. */
  outOf: number;
}

/** Whose blast radii a caller may see. */
export interface VisibleSpreads {
  entities: VisibleEntities;
  /** Also of workloads that belong to no entity. */
  unowned: boolean;
}

/**
 * Connections as they were last computed. Writes are refused as those of the
 * `PostureStore` are: with a ConflictError, for a cluster whose lease the
 * holder has not.
 */
export interface ConnectionStore {
  /** Where this is what is stored, notes when it was so again; false where it is not. */
  confirm(state: ConnectionState, holder: string): Promise<boolean>;
  /** What is not in it is gone. The change names the entities of workloads whose connections or blast radius became others; of all where the caveats did. */
  save(connections: ClusterConnections, holder: string): Promise<PostureChange>;
  /** By cluster; of all that have any. */
  listStates(): Promise<ConnectionState[]>;
  /** Undefined where it has become another meanwhile. */
  readMap(
    state: Pick<ConnectionState, 'cluster' | 'digest'>,
  ): Promise<ConnectionMapData | undefined>;
  readMatrix(
    cluster: string,
  ): Promise<{ matrix: Matrix; evaluatedAt: string } | undefined>;
  /** Sorted. */
  listWorkloads(entityRef: string): Promise<EntityWorkload[]>;
  /** By cluster and workload; entities by their reference. */
  listOwners(workloads: readonly EntityWorkload[]): Promise<WorkloadOwners>;
  /** The widest first. */
  listSpreads(
    query: BlastRadiusQuery,
    visible: VisibleSpreads,
  ): Promise<{ items: StoredSpread[]; totalCount: number }>;
  listSpreadsOf(workloads: readonly EntityWorkload[]): Promise<StoredSpread[]>;
}

export interface WorkloadOwners {
  of(workload: EntityWorkload): readonly WorkloadOwner[];
  /** Of all entities among them, once. */
  entityRefs(): readonly string[];
}
