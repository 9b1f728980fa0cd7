/**
 * What becomes of a call between two proxies of the mesh before any policy is
 * asked. The clients are imagined: nothing but namespace, labels and data plane
 * tells clients apart, so that one stands for all of its kind.
 */
import { ClusterSnapshot, PodView } from '../../snapshot';
import {
  ClientTransport,
  Member,
  ServiceTarget,
  tellTransport,
} from '../client';
import { ISTIO_PROXY } from '../containers';
import { endpointPort } from '../portProtocol';
import { ServerSide, serverSideOf } from './serverSide';
import { transportMismatch } from './transportMatch';

/** A space is in no name, so that no rule and no list means this namespace. */
export const ELSEWHERE = 'another namespace';

/** A client with a sidecar that captures everything. */
export function sidecarClient(
  namespace: string,
  labels: Readonly<Record<string, string>> = {},
): Member {
  return clientOf(namespace, labels, {}, [
    {
      name: ISTIO_PROXY,
      args: ['proxy', 'sidecar'],
      env: [{ name: 'ISTIO_META_INTERCEPTION_MODE', value: 'REDIRECT' }],
    },
  ]);
}

/** A client that ztunnel has taken over. */
export function ambientClient(namespace: string): Member {
  return clientOf(
    namespace,
    {},
    { 'ambient.istio.io/redirection': 'enabled' },
    [],
  );
}

function clientOf(
  namespace: string,
  labels: Readonly<Record<string, string>>,
  annotations: Readonly<Record<string, string>>,
  containers: PodView['spec']['containers'],
): Member {
  const name = 'a client';
  const object = { apiVersion: 'v1', kind: 'Pod', namespace, name };
  const pod: PodView = {
    origin: 'pod',
    name,
    namespace,
    labels,
    annotations,
    metadata: { labels: { ...labels }, annotations: { ...annotations } },
    spec: { containers },
    ips: [],
    createdAt: '1970-01-01T00:00:00Z',
    object,
    path: '',
  };
  return {
    pod,
    workload: {
      reference: { kind: 'Pod', namespace, name },
      object,
      pods: [pod],
    },
  };
}

export interface ClientCall {
  /**
   * `refused`: plaintext where mTLS alone is taken; `own-tls`: a TLS without
   * the mesh's identity; `broken`: mTLS that nothing reads; `server-plaintext`:
   * the server takes nothing else; `hidden`: a Service that the client is not
   * meant to know.
   */
  outcome:
    | 'mtls'
    | 'plaintext'
    | 'refused'
    | 'own-tls'
    | 'broken'
    | 'unknown'
    | 'server-plaintext'
    | 'hidden';
  client: ClientTransport;
  server?: ServerSide;
  /** A clause, where the outcome is unknown or broken. */
  reason: string;
}

/** What becomes of a call to one endpoint of a Service's port; undefined where that is no TCP port of the endpoint. */
export function clientCall(
  from: Member,
  target: ServiceTarget,
  to: Member,
  snapshot: ClusterSnapshot,
): ClientCall | undefined {
  const port = endpointPort(to.pod, target.port);
  if (port === undefined) {
    return undefined;
  }
  const client = tellTransport(from, target, to, snapshot);
  const call = (
    outcome: ClientCall['outcome'],
    server?: ServerSide,
    reason = client.reason,
  ): ClientCall => ({
    outcome,
    client,
    reason,
    ...(server ? { server } : {}),
  });
  if (client.transport === 'unknown') {
    return call('unknown');
  }
  const hidden = client.decidedBy.some(
    ({ layer }) => layer === 'sidecar' || layer === 'service',
  );
  if (hidden) {
    return call('hidden');
  }
  const server = serverSideOf(to, port, snapshot);
  if (server.undecided !== undefined) {
    return call('unknown', server, server.undecided);
  }
  if (client.transport === 'tls') {
    return call('own-tls', server);
  }
  if (client.transport === 'mtls') {
    const mismatch = transportMismatch(server, client, { from, to, port });
    return mismatch
      ? call(
          mismatch.verdict === 'deny' ? 'broken' : 'unknown',
          server,
          clauseOf(mismatch.reason),
        )
      : call('mtls', server);
  }
  return call(plaintextOutcome(server), server);
}

/** Whose plaintext it is: without a proxy, or with mTLS switched off, the server takes nothing else. */
function plaintextOutcome({
  enforcer,
  effective,
  bypass,
}: ServerSide): ClientCall['outcome'] {
  if (!enforcer || effective?.mode === 'DISABLE') {
    return 'server-plaintext';
  }
  return effective?.mode === 'STRICT' && !bypass ? 'refused' : 'plaintext';
}

function clauseOf(text: string): string {
  return `${text[0].toLowerCase()}${text.slice(1).replace(/\.$/, '')}`;
}
