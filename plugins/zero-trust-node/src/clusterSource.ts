/**
 * What a source of clusters hands to the backend: names of clusters, and for
 * each a way to observe it. The backend knows nothing else about where
 * clusters come from.
 */
import type { ClusterStatus } from '@backstage-zero-trust/plugin-zero-trust-common';
import type { ClusterSnapshot } from '@backstage-zero-trust/posture-engine';
import type { LoggerService } from '@backstage/backend-plugin-api';

/** How well a cluster is seen at this moment. Messages carry no secrets. */
export type ClusterObservation = Pick<
  ClusterStatus,
  'state' | 'lastSync' | 'message' | 'kinds'
>;

/** Keeps a view of one cluster up to date until it is stopped. */
export interface ClusterObserver {
  /** Begins to look; does not wait for the cluster, and does not fail when it is down. */
  start(): void | Promise<void>;
  stop(): void | Promise<void>;
  /** The latest complete view; undefined until there is one. The same object until something changed. */
  current(): ClusterSnapshot | undefined;
  status(): ClusterObservation;
}

export interface ObserveClusterOptions {
  /** To be called after every change of `current()` or `status()`. */
  onChange: () => void;
  logger: LoggerService;
}

/** A cluster that can be observed by the backend alone. */
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

/** Where clusters come from. Asked again every so often; throwing keeps the clusters known before. */
export interface ClusterSource {
  /** Unique over all sources, and stable: it says whose clusters may be forgotten. */
  id: string;
  list(): Promise<ClusterTarget[]>;
}
