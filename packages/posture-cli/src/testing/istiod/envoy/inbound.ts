/**
 * What the listener of a proxy does with a connection that arrives: which chain
 * of filters takes it, whether the TLS handshake succeeds, and what the filters
 * say, as Envoy documents each of these steps.
 */
import { Connection, HttpSent, Outcome } from './connection';
import { filtersOutcome, isHttp } from './networkFilters';
import {
  Message,
  listOf,
  messageOf,
  messagesOf,
  oneOf,
  textOf,
  unknownField,
} from './json';
import { matchesString } from './matchers';

/** What Envoy finds out of a connection's first bytes, where its listener looks at them. */
interface Detected {
  transport: 'tls' | 'raw_buffer';
  protocols: readonly string[];
}

const TLS_INSPECTOR = 'envoy.filters.listener.tls_inspector';
const HTTP_INSPECTOR = 'envoy.filters.listener.http_inspector';

function detect(listener: Message, connection: Connection): Detected {
  const { principal, port, request } = connection;
  if (principal !== undefined) {
    return inspects(listener, TLS_INSPECTOR, port)
      ? { transport: 'tls', protocols: offeredBySidecars(request) }
      : { transport: 'raw_buffer', protocols: [] };
  }
  return {
    transport: 'raw_buffer',
    protocols:
      request && inspects(listener, HTTP_INSPECTOR, port) ? ['http/1.1'] : [],
  };
}

/** `pilot/pkg/xds/filters`: the ALPN of HTTP and of everything else. */
function offeredBySidecars(request: HttpSent | undefined): string[] {
  return request
    ? ['istio-http/1.1', 'istio', 'http/1.1']
    : ['istio-peer-exchange', 'istio'];
}

function inspects(listener: Message, name: string, port: number): boolean {
  return messagesOf(listener.listenerFilters).some(
    filter =>
      filter.name === name &&
      (filter.filterDisabled === undefined ||
        !matchesPort(messageOf(filter.filterDisabled), port)),
  );
}

/** `ListenerFilterChainMatchPredicate` */
function matchesPort(predicate: Message, port: number): boolean {
  const [kind, value] = oneOf(predicate);
  switch (kind) {
    case 'destinationPortRange': {
      const { start, end } = messageOf(value);
      return port >= Number(start) && port < Number(end);
    }
    case 'orMatch':
      return messagesOf(messageOf(value).rules).some(rule =>
        matchesPort(rule, port),
      );
    case 'notMatch':
      return !matchesPort(messageOf(value), port);
    default:
      throw unknownField('a predicate of a listener filter', predicate);
  }
}

export function inboundOutcome(
  listener: Message,
  connection: Connection,
): Outcome {
  const chain = chainFor(
    chainsOfPort(listener, connection.port),
    detect(listener, connection),
  );
  if (!chain) {
    return 'deny';
  }
  if (chain.transportSocket !== undefined) {
    return connection.principal !== undefined &&
      acceptsCertificate(messageOf(chain.transportSocket), connection)
      ? filtersOutcome(chain, connection)
      : 'deny';
  }
  if (connection.principal === undefined) {
    return filtersOutcome(chain, connection);
  }
  // Nothing ends the TLS here: HTTP cannot be read from it, and TCP passes it on, without its identity.
  const inside = { ...connection, principal: undefined, request: undefined };
  return filtersOutcome(chain, inside) === 'deny' ? 'deny' : 'unknown';
}

export type Mode = 'STRICT' | 'PERMISSIVE' | 'DISABLE';

/** Which kinds of connection a port of a pod takes at all. */
export function inboundMode(listener: Message, port: number): Mode {
  const chains = chainsOfPort(listener, port);
  const takesTls = chains.some(({ transportSocket }) => transportSocket);
  const takesPlaintext = chains.some(
    chain =>
      chain.transportSocket === undefined &&
      matchOf(chain).transportProtocol !== 'tls',
  );
  if (takesTls) {
    return takesPlaintext ? 'PERMISSIVE' : 'STRICT';
  }
  return 'DISABLE';
}

/** Whether a port reads HTTP, TCP, or looks which it is. */
export function inboundChains(listener: Message, port: number): string[] {
  return [
    ...new Set(
      chainsOfPort(listener, port).map(chain =>
        isHttp(chain) ? 'http' : 'tcp',
      ),
    ),
  ].sort();
}

/** Those that name the port, else those that name none. */
function chainsOfPort(listener: Message, port: number): Message[] {
  const chains = messagesOf(listener.filterChains);
  const naming = (wanted: number | undefined) =>
    chains.filter(chain => matchOf(chain).destinationPort === wanted);
  const own = naming(port);
  return own.length > 0 ? own : naming(undefined);
}

/** Envoy asks for the transport first, then for the application's protocol; on each step what is named beats what is not. */
function chainFor(
  chains: readonly Message[],
  { transport, protocols }: Detected,
): Message | undefined {
  const speaking = (wanted: string | undefined) =>
    chains.filter(chain => matchOf(chain).transportProtocol === wanted);
  const named = speaking(transport);
  const candidates = named.length > 0 ? named : speaking(undefined);
  for (const protocol of protocols) {
    const found = candidates.find(chain =>
      listOf(matchOf(chain).applicationProtocols).includes(protocol),
    );
    if (found) {
      return found;
    }
  }
  return candidates.find(
    chain => listOf(matchOf(chain).applicationProtocols).length === 0,
  );
}

const MATCHED = [
  'destinationPort',
  'transportProtocol',
  'applicationProtocols',
];

function matchOf({ filterChainMatch }: Message): Message {
  const match = messageOf(filterChainMatch ?? {});
  if (Object.keys(match).some(field => !MATCHED.includes(field))) {
    throw unknownField('a match of a filter chain', match);
  }
  return match;
}

const TLS_SOCKETS = ['envoy.transport_sockets.tls', 'tls'];

/** Whether the client's certificate is of a trust domain that is accepted. */
export function acceptsCertificate(
  { name, typedConfig }: Message,
  { principal }: Connection,
): boolean {
  const { commonTlsContext, requireClientCertificate } = messageOf(typedConfig);
  if (
    !TLS_SOCKETS.includes(textOf(name)) ||
    requireClientCertificate !== true
  ) {
    throw unknownField('a transport socket', {
      name,
      requireClientCertificate,
    });
  }
  const { combinedValidationContext } = messageOf(commonTlsContext);
  const { defaultValidationContext } = messageOf(combinedValidationContext);
  const { matchSubjectAltNames, matchTypedSubjectAltNames } = messageOf(
    defaultValidationContext,
  );
  const names = [
    ...messagesOf(matchSubjectAltNames),
    ...messagesOf(matchTypedSubjectAltNames).map(({ matcher }) =>
      messageOf(matcher),
    ),
  ];
  if (names.length === 0) {
    throw unknownField('certificates of everybody', defaultValidationContext);
  }
  return names.some(matcher => matchesString(matcher, `spiffe://${principal}`));
}
