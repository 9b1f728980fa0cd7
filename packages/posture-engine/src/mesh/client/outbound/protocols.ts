/** What a proxy takes the traffic of a port for, as istiod's `protocol.Parse` reads names. */
import { ServicePort, chainsOfServicePort } from '../../portProtocol';

/** `tls` covers HTTPS; `auto` is looked at first; with `mongo` and `mysql` the server speaks first, so they share no port with others. */
export type HostProtocol =
  | 'http'
  | 'http-proxy'
  | 'tls'
  | 'tcp'
  | 'mongo'
  | 'mysql'
  | 'auto';

/** Requests on their ports are routed one by one. */
export const READING_HTTP: readonly HostProtocol[] = [
  'http',
  'http-proxy',
  'auto',
];

const PROTOCOLS: Readonly<Record<string, HostProtocol>> = {
  http: 'http',
  http2: 'http',
  grpc: 'http',
  'grpc-web': 'http',
  http_proxy: 'http-proxy',
  https: 'tls',
  tls: 'tls',
  tcp: 'tcp',
  redis: 'tcp',
  mongo: 'mongo',
  mysql: 'mysql',
  'kubernetes.io/h2c': 'http',
  'kubernetes.io/ws': 'http',
  'kubernetes.io/wss': 'tls',
};

function named(name: string): HostProtocol | undefined {
  return Object.hasOwn(PROTOCOLS, name) ? PROTOCOLS[name] : undefined;
}

/** Of a ServiceEntry's or a `Sidecar`'s port: its `protocol`, written in any case; undefined for UDP, which proxies leave alone. */
export function protocolOfEntryPort(
  written: string | undefined,
): HostProtocol | undefined {
  const name = (written ?? '').toLowerCase();
  return name === 'udp' ? undefined : named(name) ?? 'auto';
}

/** Of a Service's port: `appProtocol`, else the start of its name; undefined for what is no TCP. */
export function protocolOfServicePort(
  port: ServicePort,
): HostProtocol | undefined {
  if (port.protocol !== 'TCP') {
    return undefined;
  }
  const name = (port.appProtocol ?? port.name ?? '').toLowerCase();
  return (
    named(name) ??
    named(name.split('-', 1)[0]) ??
    // Of ports that are well known for servers that speak first.
    (chainsOfServicePort(port).includes('http') ? 'auto' : 'tcp')
  );
}
