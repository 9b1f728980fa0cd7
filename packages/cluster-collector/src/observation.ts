/**
 * What it means to observe a cluster, whatever the source: a view that is kept
 * up to date, and how well it is kept.
 */
import type { ClusterSnapshot } from '@backstage-zero-trust/posture-engine';

/** How one kind is seen. `listed` with a message: seen in part, or late. */
export interface KindObservation {
  kind: string;
  /** The API group; empty for the core group. */
  group: string;
  /** The plural name, as RBAC rules say it. */
  resource: string;
  state: 'listed' | 'not-installed' | 'forbidden' | 'failed';
  objects: number;
  /** A sentence without secrets. */
  message?: string;
}

/** How well a cluster is seen at this moment. Messages carry no secrets. */
export interface ClusterObservation {
  /**
   * `syncing` until the first complete look; `degraded` where some kinds cannot
   * be seen; `stale` where the last look is older than it should be;
   * `unreachable` where no look succeeds, the last view being kept.
   */
  state: 'syncing' | 'ready' | 'degraded' | 'stale' | 'unreachable';
  /** ISO 8601: the last moment at which everything in view was known to be as the view says. */
  lastSync?: string;
  /** Why it is unreachable or stale. */
  message?: string;
  kinds: KindObservation[];
}

/** Keeps a view of one cluster up to date until it is stopped. */
export interface ClusterObserver {
  /** Begins to look; does not wait for the cluster, and does not fail when it is down. */
  start(): void | Promise<void>;
  /** Ends all requests; the last view stays. */
  stop(): void | Promise<void>;
  /** The latest complete view; undefined until there is one. The same object until something changed. */
  current(): ClusterSnapshot | undefined;
  status(): ClusterObservation;
}

/** Backstage's LoggerService is one. */
export interface ObserverLogger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
}

export interface ObserveClusterOptions {
  /** To be called after every change of `current()` or `status()`; calls that come at once are joined. */
  onChange: () => void;
  logger: ObserverLogger;
}

/** A cluster that can be observed without anybody signed in. */
export interface ObservableCluster {
  /** Unique over all sources; it appears on the screens and in the database. */
  name: string;
  title?: string;
  /** Changes whenever the cluster has to be observed anew, such as with its address. */
  version?: string;
  observe(options: ObserveClusterOptions): ClusterObserver;
}

/** A cluster that is known and cannot be looked at without a signed-in user, or at all. */
export interface UnobservableCluster {
  name: string;
  title?: string;
  /** Why, in a sentence that says what to do about it. */
  unobservable: string;
}

export type ClusterTarget = ObservableCluster | UnobservableCluster;
