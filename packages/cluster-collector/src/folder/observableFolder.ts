/** From a folder of manifests to a cluster that the backend can observe. */
import type { ObservableCluster } from '../observation';
import { ManifestFolderObserver } from './ManifestFolderObserver';

export interface ObservableFolderOptions {
  /** The cluster's name, as people call it. */
  name: string;
  title?: string;
  path: string;
}

export function observableFolder({
  name,
  title,
  path,
}: ObservableFolderOptions): ObservableCluster {
  return {
    name,
    ...(title === undefined ? {} : { title }),
    version: path,
    observe: options => ManifestFolderObserver.create(name, path, options),
  };
}
