/**
 * What a proxy sends to one endpoint of a Service's port: the cluster, the
 * endpoint's own marks, and the transport that these choose.
 */
import { ConfigDump } from './ConfigDump';
import {
  Message,
  listOf,
  messageOf,
  messagesOf,
  textOf,
  unknownField,
} from './json';

export interface Sent {
  transport: 'mtls' | 'plaintext' | 'tls' | 'blocked';
  tunnel?: 'HBONE';
}

/** What arrives at an endpoint by its address. */
export function sentTo(
  config: ConfigDump,
  host: string,
  port: number,
  address: string,
): Sent {
  const name = `outbound|${port}||${host}`;
  const cluster = config.clusters.get(name);
  if (!cluster) {
    return passedOn(config);
  }
  const marks = marksOf(cluster, config.endpoints.get(name), address);
  const matches = messagesOf(cluster.transportSocketMatches);
  const chosen = matches.find(({ match }) =>
    Object.entries(messageOf(match ?? {})).every(
      ([key, value]) => marks[key] === value,
    ),
  );
  const socket = chosen?.transportSocket ?? cluster.transportSocket;
  return socket === undefined
    ? { transport: 'plaintext' }
    : socketOf(messageOf(socket));
}

/** What the endpoint says of itself. A cluster that goes wherever it was called knows no endpoints. */
function marksOf(
  cluster: Message,
  assignment: Message | undefined,
  address: string,
): Message {
  if (cluster.type === 'ORIGINAL_DST') {
    return {};
  }
  for (const { lbEndpoints } of messagesOf(assignment?.endpoints)) {
    for (const { endpoint, metadata } of messagesOf(lbEndpoints)) {
      if (addressesIn(endpoint).includes(address)) {
        const { filterMetadata = {} } = messageOf(metadata ?? {});
        return messageOf(
          messageOf(filterMetadata)['envoy.transport_socket_match'] ?? {},
        );
      }
    }
  }
  throw unknownField(`the endpoint ${address}`, assignment);
}

/** Of a socket, or of an internal listener, which names the address behind it. */
function addressesIn(endpoint: unknown): string[] {
  const { socketAddress, envoyInternalAddress } = messageOf(
    messageOf(endpoint).address,
  );
  return [
    ...(socketAddress === undefined
      ? []
      : [textOf(messageOf(socketAddress).address)]),
    ...(envoyInternalAddress === undefined
      ? []
      : [
          textOf(messageOf(envoyInternalAddress).endpointId).replace(
            /:\d+$/,
            '',
          ),
        ]),
  ];
}

function socketOf({ name, typedConfig }: Message): Sent {
  switch (name) {
    case 'envoy.transport_sockets.raw_buffer':
      return { transport: 'plaintext' };
    case 'envoy.transport_sockets.internal_upstream':
      return {
        ...innerOf(messageOf(typedConfig)),
        tunnel: 'HBONE',
      };
    case 'envoy.transport_sockets.tls': {
      const { commonTlsContext } = messageOf(typedConfig);
      const [secret] = messagesOf(
        messageOf(commonTlsContext).tlsCertificateSdsSecretConfigs,
      );
      // The mesh's own certificate has this name.
      return { transport: secret?.name === 'default' ? 'mtls' : 'tls' };
    }
    default:
      throw unknownField('a transport socket', name);
  }
}

/** Inside of HBONE, which is mTLS itself, there may be a TLS of its own. */
function innerOf({ transportSocket }: Message): Sent {
  const inner = socketOf(messageOf(transportSocket));
  return inner.transport === 'plaintext' ? { transport: 'mtls' } : inner;
}

/** A Service that the proxy does not know: a sidecar passes it on as it is, or not at all; a gateway has no way there. */
function passedOn({ listeners }: ConfigDump): Sent {
  const outbound = listeners.get('virtualOutbound');
  if (!outbound) {
    return { transport: 'blocked' };
  }
  const chains = messagesOf(outbound.filterChains);
  const last = chains.find(({ filterChainMatch }) => !filterChainMatch);
  const clusters = listOf(last?.filters).map(filter =>
    textOf(messageOf(messageOf(filter).typedConfig).cluster),
  );
  switch (clusters.at(-1)) {
    case 'PassthroughCluster':
      return { transport: 'plaintext' };
    case 'BlackHoleCluster':
      return { transport: 'blocked' };
    default:
      throw unknownField('an outbound cluster', clusters);
  }
}
