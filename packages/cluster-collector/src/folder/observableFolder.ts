/** From a folder of manifests to a cluster that the backend can observe. */
import type { ClusterSettings } from '@backstage-zero-trust/posture-engine';
import type { ObservableCluster } from '../observation';
import { ManifestFolderObserver } from './ManifestFolderObserver';

export interface ObservableFolderOptions {
  /** The cluster's name, as people call it. */
  name: string;
  title?: string;
  path: string;
  settings?: ClusterSettings;
}

export function observableFolder({
  name,
  title,
  path,
  settings,
}: ObservableFolderOptions): ObservableCluster {
  return {
    name,
    ...(title === undefined ? {} : { title }),
    version: path,
    observe: options =>
      ManifestFolderObserver.create(name, path, { ...options, settings }),
  };
}
