/** From a way to connect to a cluster that the backend can observe. */
import type { ClusterSettings } from '@backstage-zero-trust/posture-engine';
import { ClusterCollector } from './collector/ClusterCollector';
import type { ClusterConnection } from './connection/ClusterConnection';
import type { ObservableCluster } from './observation';

export interface ObservableClusterOptions {
  /** Unique over all sources. */
  name: string;
  title?: string;
  /** Changes whenever the cluster has to be observed anew, such as with its address. */
  version?: string;
  /** Called when observation begins, and again, ever more slowly, while it throws. */
  connect: () => ClusterConnection | Promise<ClusterConnection>;
  /** To look into one by one where looking into all is forbidden; the cluster's own if omitted. */
  namespaces?: readonly string[];
  settings?: ClusterSettings;
}

export function observableCluster(
  options: ObservableClusterOptions,
): ObservableCluster {
  const { name, title, version, connect, namespaces, settings } = options;
  return {
    name,
    ...(title === undefined ? {} : { title }),
    ...(version === undefined ? {} : { version }),
    observe: ({ onChange, logger }) =>
      ClusterCollector.create({
        cluster: name,
        connect,
        namespaces,
        settings,
        onChange,
        logger,
      }),
  };
}
