/**
 * What a source of clusters hands to the backend: names of clusters, and for
 * each a way to observe it. The backend knows nothing else about where
 * clusters come from.
 */
import type { ClusterTarget } from '@backstage-zero-trust/cluster-collector';

export {
  ClusterConnection,
  observableCluster,
} from '@backstage-zero-trust/cluster-collector';
export type {
  ClusterObservation,
  ClusterObserver,
  ClusterTarget,
  KindObservation,
  ObservableCluster,
  ObservableClusterOptions,
  ObserveClusterOptions,
  ObserverLogger,
  UnobservableCluster,
} from '@backstage-zero-trust/cluster-collector';

/** Where clusters come from. Asked again every so often; throwing keeps the clusters known before. */
export interface ClusterSource {
  /** Unique over all sources, and stable: it says whose clusters may be forgotten. */
  id: string;
  list(): Promise<ClusterTarget[]>;
}
