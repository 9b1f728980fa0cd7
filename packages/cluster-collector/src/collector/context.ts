/** What the collectors of all kinds of one cluster share. */
import type {
  KindCoverage,
  KubernetesObject,
} from '@backstage-zero-trust/posture-engine';
import type pLimit from 'p-limit';
import type { ClusterConnection } from '../connection/ClusterConnection';
import type { KindObservation } from '../observation';
import type { Reachability } from './Reachability';
import type { Rights } from './Rights';
import type { CollectorTimings } from './timings';

export interface CollectorContext {
  connection: ClusterConnection;
  reachability: Reachability;
  rights: Rights;
  timings: CollectorTimings;
  /** Bounds how many lists run at a time. */
  limit: pLimit.Limit;
  /** Something that the snapshot holds is different. */
  onObjectsChanged: () => void;
  /** Something that the coverage or the status says is different. */
  onStateChanged: () => void;
  /** A kind that discovery named is not there: ask again. */
  onNotServed: () => void;
  /** The namespaces to try one by one where listing in all of them is forbidden; waits until they are known. */
  namespaces: () => Promise<readonly string[]>;
}

/** What keeps one kind of one cluster. */
export interface RunningKind {
  readonly version: string;
  /** Goes on until `stop`. */
  run(): Promise<void>;
  stop(): void;
  /** Undefined as long as nothing is known. */
  coverage(): KindCoverage | undefined;
  observation(): KindObservation | undefined;
  objects(): Iterable<KubernetesObject>;
  /** When the oldest of what is shown was last known to be so; undefined where nothing is. */
  lastSeen(): number | undefined;
  /** Those that are looked into one by one. */
  namespaces(): Iterable<string>;
}
