/** Credentials and connections as a kubeconfig tells, asked for anew with each request. */
import { Agent as PlainAgent } from 'node:http';
import { Agent as TlsAgent, AgentOptions, RequestOptions } from 'node:https';
import { isDeepStrictEqual } from 'node:util';
import type { KubeConfig } from '@kubernetes/client-node';

/** What one request needs. */
export interface Access {
  headers: Readonly<Record<string, string>>;
  agent?: PlainAgent;
}

export function serverOf(config: KubeConfig): URL {
  return new URL(config.getCurrentCluster()?.server ?? '');
}

/** Tokens, commands and certificates are client-node's business; connections are reused as long as the certificates stay. */
export function kubeconfigAccess(config: KubeConfig): () => Promise<Access> {
  let known: { material: unknown; agent: PlainAgent } | undefined;
  return async () => {
    const options: RequestOptions = { headers: {} };
    await config.applyToHTTPSOptions(options);
    const { ca, cert, key, servername, rejectUnauthorized } = options;
    const material = { ca, cert, key, servername, rejectUnauthorized };
    if (!known || !isDeepStrictEqual(known.material, material)) {
      known = { material, agent: agentOf(config, options, material) };
    }
    return { headers: headersOf(options), agent: known.agent };
  };
}

function agentOf(
  config: KubeConfig,
  options: RequestOptions,
  material: AgentOptions,
): PlainAgent {
  const cluster = config.getCurrentCluster();
  if (cluster?.proxyUrl && options.agent instanceof PlainAgent) {
    return options.agent; // client-node knows every sort of proxy
  }
  return cluster?.server.startsWith('http:')
    ? new PlainAgent({ keepAlive: true })
    : new TlsAgent({ keepAlive: true, ...material });
}

function headersOf({ headers, auth }: RequestOptions): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (value !== undefined) {
      // A token file usually ends in a line break.
      result[name] = String(value).trim();
    }
  }
  if (auth) {
    result.Authorization = `Basic ${Buffer.from(auth).toString('base64')}`;
  }
  return result;
}
