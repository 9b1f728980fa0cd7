/**
 * The clusters of Backstage's kubernetes plugin, through its proxy: what the
 * plugin is configured for is seen, and this plugin holds no credentials.
 */
import {
  ClusterConnection,
  ClusterSource,
  ClusterTarget,
  observableCluster,
} from '@backstage-zero-trust/plugin-zero-trust-node';
import type {
  AuthService,
  DiscoveryService,
} from '@backstage/backend-plugin-api';
import { InputError, NotFoundError, ResponseError } from '@backstage/errors';
import type { SettingsOf } from './readNetworks';

export interface KubernetesPluginClusterSourceOptions {
  auth: AuthService;
  discovery: DiscoveryService;
  settingsOf: SettingsOf;
}

interface PluginCluster {
  name: string;
  title?: string;
  authProvider: string;
}

/** Providers that take the token of whoever looks at the page; nobody does in the background. */
const NEEDS_USER = /^(google|aks|oidc(\..*)?)$/;
/** As the plugin's KubernetesProxy reads it. */
const CLUSTER_HEADER = 'Backstage-Kubernetes-Cluster';
const TIMEOUT = 30_000;

export class KubernetesPluginClusterSource implements ClusterSource {
  static create(
    options: KubernetesPluginClusterSourceOptions,
  ): KubernetesPluginClusterSource {
    return new KubernetesPluginClusterSource(options);
  }

  readonly id = 'kubernetes-plugin';

  private constructor(
    private readonly options: KubernetesPluginClusterSourceOptions,
  ) {}

  async list(): Promise<ClusterTarget[]> {
    const baseUrl = await this.options.discovery.getBaseUrl('kubernetes');
    const response = await fetch(`${baseUrl}/clusters`, {
      headers: await this.#authorization(),
      signal: AbortSignal.timeout(TIMEOUT),
    });
    if (response.status === 404) {
      throw new NotFoundError(
        'The kubernetes plugin is not installed in this backend: install @backstage/plugin-kubernetes-backend, or name other sources in zeroTrust.clusters',
      );
    }
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    return readClusters(await response.json()).map(cluster =>
      this.#target(cluster, baseUrl),
    );
  }

  #target(
    { name, title, authProvider }: PluginCluster,
    baseUrl: string,
  ): ClusterTarget {
    const named = title === undefined ? { name } : { name, title };
    if (NEEDS_USER.test(authProvider)) {
      return {
        ...named,
        unobservable: `The kubernetes plugin reaches this cluster with the token of a signed-in user (auth provider "${authProvider}"), so it cannot be watched in the background. Give it a service account in the kubernetes plugin's configuration, or a kubeconfig in zeroTrust.clusters.kubeconfigs.`,
      };
    }
    return observableCluster({
      ...named,
      version: `${baseUrl} ${authProvider}`,
      connect: () =>
        ClusterConnection.throughProxy({
          cluster: name,
          baseUrl: `${baseUrl}/proxy`,
          headers: async () => ({
            ...(await this.#authorization()),
            [CLUSTER_HEADER]: name,
          }),
        }),
      settings: this.options.settingsOf(name),
    });
  }

  async #authorization(): Promise<{ Authorization: string }> {
    const { auth } = this.options;
    const { token } = await auth.getPluginRequestToken({
      onBehalfOf: await auth.getOwnServiceCredentials(),
      targetPluginId: 'kubernetes',
    });
    return { Authorization: `Bearer ${token}` };
  }
}

function readClusters(body: unknown): PluginCluster[] {
  const items =
    typeof body === 'object' && body !== null && 'items' in body
      ? body.items
      : undefined;
  if (!Array.isArray(items) || !items.every(isPluginCluster)) {
    throw new InputError(
      'The kubernetes plugin answered with something that is not a list of clusters',
    );
  }
  return items;
}

function isPluginCluster(item: unknown): item is PluginCluster {
  if (typeof item !== 'object' || item === null) {
    return false;
  }
  const { name, title, authProvider } = item as Record<string, unknown>;
  return (
    typeof name === 'string' &&
    name !== '' &&
    (title === undefined || typeof title === 'string') &&
    typeof authProvider === 'string'
  );
}
