/** What the collectors of all kinds of one cluster share. */
import type pLimit from 'p-limit';
import type { ClusterConnection } from '../connection/ClusterConnection';
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
