/** From `zeroTrust.clusters.networks` to what somebody states about each cluster. */
import {
  ClusterSettings,
  NETWORK_NAMES,
  isNetworkName,
} from '@backstage-zero-trust/posture-engine';
import type { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';

/** What is stated of a cluster; undefined where nothing is. */
export type SettingsOf = (cluster: string) => ClusterSettings | undefined;

/** Throws an error that says which key is wrong. `section` is where `config` comes from. */
export function readNetworks(
  config: Config | undefined,
  section: string,
): SettingsOf {
  const settings = new Map<string, ClusterSettings>();
  const networks = config?.getOptionalConfigArray('networks') ?? [];
  networks.forEach((network, index) => {
    const cluster = network.getString('cluster');
    const cni = network.getString('cni');
    if (!isNetworkName(cni)) {
      throw new InputError(
        `${section}.networks[${index}].cni is "${cni}", which is not known; there are ${NETWORK_NAMES.join(
          ', ',
        )}`,
      );
    }
    if (settings.has(cluster)) {
      throw new InputError(`${section}.networks has "${cluster}" twice`);
    }
    settings.set(cluster, { cni });
  });
  return cluster => settings.get(cluster);
}
