/** The cluster that the backend itself runs in, with the service account of its pod. */
import {
  ClusterConnection,
  ClusterSource,
  ClusterTarget,
  observableCluster,
} from '@backstage-zero-trust/plugin-zero-trust-node';
import type { SettingsOf } from './readNetworks';

export interface InClusterSourceOptions {
  name: string;
  title?: string;
  /** To look into one by one where looking into all is forbidden; the cluster's own if omitted. */
  namespaces?: readonly string[];
  settingsOf: SettingsOf;
}

export class InClusterSource implements ClusterSource {
  static create(options: InClusterSourceOptions): InClusterSource {
    return new InClusterSource(options);
  }

  readonly id = 'in-cluster';

  private constructor(private readonly options: InClusterSourceOptions) {}

  async list(): Promise<ClusterTarget[]> {
    const { settingsOf, ...options } = this.options;
    const { name } = options;
    return [
      observableCluster({
        ...options,
        connect: () => ClusterConnection.inCluster({ cluster: name }),
        settings: settingsOf(name),
      }),
    ];
  }
}
