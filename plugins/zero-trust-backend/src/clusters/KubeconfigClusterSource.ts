/** The contexts of a kubeconfig file, each a cluster named as the context is. */
import { stat } from 'node:fs/promises';
import { readKubeconfigContexts } from '@backstage-zero-trust/cluster-collector';
import {
  ClusterConnection,
  ClusterSource,
  ClusterTarget,
  observableCluster,
} from '@backstage-zero-trust/plugin-zero-trust-node';
import type { SettingsOf } from './readNetworks';

export interface KubeconfigClusterSourceOptions {
  file: string;
  /** All contexts if omitted. */
  contexts?: readonly string[];
  /** To look into one by one where looking into all is forbidden; the cluster's own if omitted. */
  namespaces?: readonly string[];
  settingsOf: SettingsOf;
}

export class KubeconfigClusterSource implements ClusterSource {
  static create(
    options: KubeconfigClusterSourceOptions,
  ): KubeconfigClusterSource {
    return new KubeconfigClusterSource(options);
  }

  readonly id: string;

  private constructor(
    private readonly options: KubeconfigClusterSourceOptions,
  ) {
    this.id = `kubeconfig:${options.file}`;
  }

  async list(): Promise<ClusterTarget[]> {
    const { file, contexts, namespaces, settingsOf } = this.options;
    const known = await readKubeconfigContexts(file);
    const { mtimeMs, size } = await stat(file);
    const names = contexts ?? known.map(({ name }) => name);
    return names.map(name => {
      const context = known.find(candidate => candidate.name === name);
      return context
        ? observableCluster({
            name,
            version: `${context.server} ${mtimeMs} ${size}`,
            connect: () =>
              ClusterConnection.fromKubeconfig({
                file,
                context: name,
                cluster: name,
              }),
            namespaces,
            settings: settingsOf(name),
          })
        : {
            name,
            unobservable: `The kubeconfig ${file} has no context "${name}" that leads to a cluster: correct zeroTrust.clusters.kubeconfigs.`,
          };
    });
  }
}
