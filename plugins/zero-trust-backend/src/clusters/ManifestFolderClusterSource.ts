/** Folders of manifests, each read as if it were a cluster. */
import { observableFolder } from '@backstage-zero-trust/cluster-collector';
import type {
  ClusterSource,
  ClusterTarget,
} from '@backstage-zero-trust/plugin-zero-trust-node';
import type { SettingsOf } from './readNetworks';

export interface ManifestFolderOptions {
  name: string;
  title?: string;
  path: string;
}

export class ManifestFolderClusterSource implements ClusterSource {
  static create(
    folders: readonly ManifestFolderOptions[],
    settingsOf: SettingsOf,
  ): ManifestFolderClusterSource {
    return new ManifestFolderClusterSource(folders, settingsOf);
  }

  readonly id = 'manifest-folders';

  private constructor(
    private readonly folders: readonly ManifestFolderOptions[],
    private readonly settingsOf: SettingsOf,
  ) {}

  async list(): Promise<ClusterTarget[]> {
    return this.folders.map(folder =>
      observableFolder({ ...folder, settings: this.settingsOf(folder.name) }),
    );
  }
}
