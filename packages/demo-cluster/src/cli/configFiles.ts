/** What others need to reach the clusters, as files: a kubeconfig, and Backstage's kubernetes section. */
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import type { DemoCluster } from '../cluster/DemoCluster';
import { kubeconfig } from '../cluster/kubeconfig';
import { writePrivateFile } from '../control/stateFile';

function appConfig(clusters: readonly DemoCluster[]): string {
  return stringify({
    kubernetes: {
      serviceLocatorMethod: { type: 'multiTenant' },
      clusterLocatorMethods: [
        {
          type: 'config',
          clusters: clusters.map(({ name, definition, url, readerToken }) => ({
            name,
            title: definition.title ?? name,
            url,
            authProvider: 'serviceAccount',
            serviceAccountToken: readerToken,
            // There is no TLS to verify; the plugin's client refuses a plain address otherwise.
            skipTLSVerify: true,
            skipMetricsLookup: true,
          })),
        },
      ],
    },
  });
}

export interface ConfigFiles {
  kubeconfig: string;
  appConfig: string;
}

export function configFilesBeside(stateFile: string): ConfigFiles {
  const folder = dirname(stateFile);
  return {
    kubeconfig: join(folder, 'kubeconfig.yaml'),
    appConfig: join(folder, 'app-config.yaml'),
  };
}

/** Both hold the reader's tokens, and only their owner can read them. */
export function writeConfigFiles(
  files: ConfigFiles,
  clusters: readonly DemoCluster[],
): void {
  writePrivateFile(files.kubeconfig, kubeconfig(clusters, 'reader'));
  writePrivateFile(files.appConfig, appConfig(clusters));
}

/** What they lead to is gone. */
export function removeConfigFiles(files: ConfigFiles): void {
  rmSync(files.kubeconfig, { force: true });
  rmSync(files.appConfig, { force: true });
}
