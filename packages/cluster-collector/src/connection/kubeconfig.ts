/** Reads kubeconfig files through the Kubernetes client, with errors that quote nothing of their content. */
import type { KubeConfig } from '@kubernetes/client-node';
import { ClusterRequestError, errorCode } from './ClusterRequestError';

export interface KubeconfigOptions {
  /** Path of a kubeconfig; if omitted, `$KUBECONFIG`, `~/.kube/config` or the in-cluster account, as kubectl does it. */
  file?: string;
  /** The current context if omitted. */
  context?: string;
}

/** A context of a kubeconfig, and the address that it leads to. */
export interface KubeconfigContext {
  name: string;
  server: string;
}

/** The name that client-node gives to what it makes up when it finds no configuration. */
const MADE_UP_CONTEXT = 'loaded-context';

/** Throws a {@link ClusterRequestError} that says what is wrong with the file. */
export async function loadKubeconfig({
  file,
  context,
}: KubeconfigOptions): Promise<KubeConfig> {
  const config = await readKubeconfig(file);
  const origin = file ?? 'the kubeconfig';
  if (context !== undefined) {
    config.setCurrentContext(context);
  }
  const current = config.getContextObject(config.getCurrentContext());
  if (!current) {
    const known = config.getContexts().map(({ name }) => name);
    const wanted = context ?? config.getCurrentContext();
    throw unusable(
      origin,
      `${
        wanted ? `there is no context "${wanted}"` : 'no context is current'
      }; it has ${known.length === 0 ? 'none' : known.join(', ')}`,
    );
  }
  const cluster = config.getCluster(current.cluster);
  if (!cluster) {
    throw unusable(
      origin,
      `context "${current.name}" names the cluster "${current.cluster}", which is not in it`,
    );
  }
  if (!config.getCurrentUser()) {
    throw unusable(
      origin,
      `context "${current.name}" names ${
        current.user
          ? `the user "${current.user}", which is not in it`
          : 'no user'
      }`,
    );
  }
  if (!URL.canParse(cluster.server)) {
    throw unusable(
      origin,
      `the server of cluster "${cluster.name}" is not an address`,
    );
  }
  if (cluster.server.startsWith('http:') && !cluster.skipTLSVerify) {
    throw unusable(
      origin,
      `the server of cluster "${cluster.name}" is plain HTTP, over which credentials can be read; where that is meant, set insecure-skip-tls-verify: true`,
    );
  }
  return config;
}

/** The contexts of a kubeconfig whose clusters are in it. Throws a {@link ClusterRequestError} as {@link loadKubeconfig} does. */
export async function readKubeconfigContexts(
  file?: string,
): Promise<KubeconfigContext[]> {
  const config = await readKubeconfig(file);
  const contexts: KubeconfigContext[] = [];
  for (const { name, cluster } of config.getContexts()) {
    const server = config.getCluster(cluster)?.server;
    if (server !== undefined) {
      contexts.push({ name, server: hostOf(server) });
    }
  }
  return contexts;
}

/** The account of the pod that this process runs in. */
export async function loadInCluster(): Promise<KubeConfig> {
  if (!process.env.KUBERNETES_SERVICE_HOST) {
    throw new ClusterRequestError(
      'unreachable',
      'this process does not run in a Kubernetes pod (KUBERNETES_SERVICE_HOST is not set)',
    );
  }
  const { KubeConfig: Config } = await import('@kubernetes/client-node');
  const config = new Config();
  config.loadFromCluster();
  return config;
}

/** An address without the user and password that it might carry. */
export function hostOf(server: string): string {
  if (!URL.canParse(server)) {
    return 'the cluster';
  }
  const { protocol, host } = new URL(server);
  return `${protocol}//${host}`;
}

async function readKubeconfig(file: string | undefined): Promise<KubeConfig> {
  const { KubeConfig: Config } = await import('@kubernetes/client-node');
  const config = new Config();
  const origin = file ?? 'the kubeconfig';
  try {
    if (file === undefined) {
      config.loadFromDefault();
    } else {
      config.loadFromFile(file);
    }
  } catch (error) {
    throw unusable(origin, reasonOf(error));
  }
  if (file === undefined && config.getCurrentContext() === MADE_UP_CONTEXT) {
    throw unusable(
      origin,
      'there is none: neither $KUBECONFIG nor ~/.kube/config leads to a file',
    );
  }
  if (config.getContexts().length === 0) {
    throw unusable(origin, 'it has no contexts');
  }
  return config;
}

function unusable(origin: string, reason: string): ClusterRequestError {
  return new ClusterRequestError(
    'unreachable',
    `${origin} cannot be used: ${reason}`,
  );
}

/** A YAML error's own message quotes the lines around it, tokens included. */
function reasonOf(error: unknown): string {
  const code = errorCode(error);
  if (code !== undefined) {
    return code === 'ENOENT' ? 'there is no such file' : code;
  }
  if (error instanceof Error && error.name === 'YAMLException') {
    const { mark } = error as Error & { mark?: { line?: number } };
    const line = mark?.line === undefined ? '' : ` (line ${mark.line + 1})`;
    return `it is not YAML${line}`;
  }
  if (error instanceof Error && / is missing$/.test(error.message)) {
    return error.message;
  }
  return 'it is not a kubeconfig';
}
