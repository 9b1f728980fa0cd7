/** A kubeconfig for some clusters, with one context each, all for the same account. */
import { stringify } from 'yaml';

export interface KubeconfigCluster {
  name: string;
  url: string;
  /** Whether its port answers. */
  isUp: boolean;
  tokenOf(account: 'admin' | 'reader'): string;
}

export function kubeconfig(
  clusters: readonly KubeconfigCluster[],
  account: 'admin' | 'reader',
): string {
  const user = ({ name }: KubeconfigCluster) => `${name}-${account}`;
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: clusters.map(({ name, url }) => ({
      name,
      // There is no TLS to verify; clients refuse a plain address otherwise.
      cluster: { server: url, 'insecure-skip-tls-verify': true },
    })),
    users: clusters.map(cluster => ({
      name: user(cluster),
      user: { token: cluster.tokenOf(account) },
    })),
    contexts: clusters.map(cluster => ({
      name: cluster.name,
      context: { cluster: cluster.name, user: user(cluster) },
    })),
    // Who names no context wants an answer.
    'current-context':
      (clusters.find(({ isUp }) => isUp) ?? clusters[0])?.name ?? '',
  });
}
