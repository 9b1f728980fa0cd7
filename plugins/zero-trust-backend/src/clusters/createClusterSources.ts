/** From `zeroTrust.clusters` of the configuration to sources of clusters. */
import { resolve } from 'node:path';
import type { ClusterSource } from '@backstage-zero-trust/plugin-zero-trust-node';
import type { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { InClusterSource } from './InClusterSource';
import { KubeconfigClusterSource } from './KubeconfigClusterSource';
import {
  KubernetesPluginClusterSource,
  KubernetesPluginClusterSourceOptions,
} from './KubernetesPluginClusterSource';
import { ManifestFolderClusterSource } from './ManifestFolderClusterSource';
import { SettingsOf, readNetworks } from './readNetworks';

export type ClusterSourceDependencies = Omit<
  KubernetesPluginClusterSourceOptions,
  'settingsOf'
>;

const SECTION = 'zeroTrust.clusters';
const KEYS = [
  'kubernetesPlugin',
  'kubeconfigs',
  'inCluster',
  'folders',
  'networks',
];

/**
 * The sources that the configuration names; the kubernetes plugin alone where it
 * names none. Throws an error that says which key is wrong.
 */
export function createClusterSources(
  rootConfig: Config,
  dependencies: ClusterSourceDependencies,
): ClusterSource[] {
  const config = rootConfig.getOptionalConfig(SECTION);
  const unknown = config?.keys().find(key => !KEYS.includes(key));
  if (unknown !== undefined) {
    throw new InputError(
      `${SECTION}.${unknown} is not known; there are ${KEYS.join(', ')}`,
    );
  }
  const settingsOf = readNetworks(config, SECTION);
  const sources = config ? configuredSources(config, settingsOf) : [];
  const usePlugin =
    config?.getOptionalBoolean('kubernetesPlugin') ?? sources.length === 0;
  if (usePlugin) {
    sources.unshift(
      KubernetesPluginClusterSource.create({ ...dependencies, settingsOf }),
    );
  }
  return sources;
}

function configuredSources(
  config: Config,
  settingsOf: SettingsOf,
): ClusterSource[] {
  const sources: ClusterSource[] = [];
  const files = new Set<string>();
  for (const kubeconfig of config.getOptionalConfigArray('kubeconfigs') ?? []) {
    const file = resolve(kubeconfig.getString('file'));
    if (files.has(file)) {
      throw new InputError(
        `${SECTION}.kubeconfigs names ${file} twice; give all its contexts in one entry`,
      );
    }
    files.add(file);
    sources.push(
      KubeconfigClusterSource.create({
        file,
        contexts: kubeconfig.getOptionalStringArray('contexts'),
        namespaces: kubeconfig.getOptionalStringArray('namespaces'),
        settingsOf,
      }),
    );
  }
  const inCluster = config.getOptionalConfig('inCluster');
  if (inCluster) {
    sources.push(
      InClusterSource.create({
        name: inCluster.getString('name'),
        title: inCluster.getOptionalString('title'),
        namespaces: inCluster.getOptionalStringArray('namespaces'),
        settingsOf,
      }),
    );
  }
  const folders = (config.getOptionalConfigArray('folders') ?? []).map(
    folder => ({
      name: folder.getString('name'),
      title: folder.getOptionalString('title'),
      path: resolve(folder.getString('path')),
    }),
  );
  const names = folders.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new InputError(`${SECTION}.folders has "${twice}" twice`);
  }
  if (folders.length > 0) {
    sources.push(ManifestFolderClusterSource.create(folders, settingsOf));
  }
  return sources;
}
