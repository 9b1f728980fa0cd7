/** Folders of manifests, each read as if it were a cluster. */
import { observableFolder } from '@backstage-zero-trust/cluster-collector';
import type {
  ClusterSource,
  ClusterTarget,
} from '@backstage-zero-trust/plugin-zero-trust-node';

export interface ManifestFolderOptions {
  name: string;
  title?: string;
  path: string;
}

export class ManifestFolderClusterSource implements ClusterSource {
  static create(
    folders: readonly ManifestFolderOptions[],
  ): ManifestFolderClusterSource {
    return new ManifestFolderClusterSource(folders);
  }

  readonly id = 'manifest-folders';

  private constructor(
    private readonly folders: readonly ManifestFolderOptions[],
  ) {}

  async list(): Promise<ClusterTarget[]> {
    return this.folders.map(observableFolder);
  }
}
