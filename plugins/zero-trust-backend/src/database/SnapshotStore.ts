/** What the rest of the backend knows of stored snapshots. */
import type { KubernetesObject } from '@backstage-zero-trust/posture-engine';
import type { PostureChange } from './PostureStore';
import type { SnapshotHead, SnapshotPart } from '../snapshots/snapshotParts';

/** Which snapshot is stored of a cluster. */
export interface SnapshotState {
  cluster: string;
  /** Equal where all but the time is. */
  digest: string;
  /** ISO 8601. */
  observedAt: string;
}

export interface SnapshotChange extends SnapshotState {
  head: SnapshotHead;
  /** At least those that differ from what is stored. */
  parts: readonly SnapshotPart[];
  /** Whose workloads may be answered about otherwise than before: those of some namespaces, or all. */
  concerns: readonly string[] | 'all';
}

export interface StoredPart {
  digest: string;
  objects: readonly KubernetesObject[];
}

/**
 * Snapshots as they were last seen. Writes are refused as those of the
 * `PostureStore` are: with a ConflictError, for a cluster whose lease the
 * holder has not.
 */
export interface SnapshotStore {
  /**
   * Writes what differs. The change names the entities of the workloads that
   * it concerns; it is undefined where that is nobody. Refuses one that lacks a
   * part with a ConflictError.
   */
  save(
    change: SnapshotChange,
    holder: string,
  ): Promise<PostureChange | undefined>;
  readState(cluster: string): Promise<SnapshotState | undefined>;
  /** Undefined where it has become another meanwhile. */
  readHead(
    state: Pick<SnapshotState, 'cluster' | 'digest'>,
  ): Promise<SnapshotHead | undefined>;
  /** By name, as they are now. */
  readParts(
    cluster: string,
    names: readonly string[],
  ): Promise<ReadonlyMap<string, StoredPart>>;
}
