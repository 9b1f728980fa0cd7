/**
 * Whether a sidecar reads a port of its pod as HTTP, as plain TCP, or looks at
 * the first bytes to find out (then either set of policies may meet a caller,
 * as he chooses). The name or `appProtocol` of a Service's port says so, or the
 * `Sidecar` that lists its own ingress.
 */
import { portNamed, servicesSelecting } from '../network/services';
import { ClusterSnapshot, PodView } from '../snapshot';
import { Service } from '../snapshot/kinds';
import { compareAge } from './precedence';
import { sidecarOf } from './sidecarScope';

export type Chain = 'http' | 'tcp';

const BOTH: readonly Chain[] = ['http', 'tcp'];
const HTTP: readonly Chain[] = ['http'];
const TCP: readonly Chain[] = ['tcp'];

const HTTP_PROTOCOLS: ReadonlySet<string> = new Set([
  'http',
  'http2',
  'http_proxy',
  'grpc',
  'kubernetes.io/h2c',
  'kubernetes.io/ws',
]);
const TCP_PROTOCOLS: ReadonlySet<string> = new Set([
  'tcp',
  'https',
  'tls',
  'mongo',
  'mysql',
  'redis',
  'kubernetes.io/wss',
]);
/** Ports of protocols in which the server speaks first, where nothing is declared: SMTP, DNS, MySQL, MongoDB. */
const WELL_KNOWN_TCP: ReadonlySet<number> = new Set([25, 53, 3306, 27017]);

export type ServicePort = NonNullable<
  NonNullable<Service['spec']>['ports']
>[number];

/** The chains that a connection to a container port may meet. */
export function chainsOf(
  pod: PodView,
  port: number,
  snapshot: ClusterSnapshot,
): readonly Chain[] {
  const ingress = sidecarOf(pod, snapshot)?.spec?.ingress ?? [];
  if (ingress.length > 0) {
    const listener = ingress.find(listed => listed.port?.number === port);
    // What is not listed passes the catch-all chains.
    return listener ? chainsOfName(listener.port?.protocol ?? '') : BOTH;
  }
  const [declared] = [...servicesSelecting(snapshot, pod)]
    .sort(compareAge)
    .flatMap(({ spec }) =>
      (spec?.ports ?? []).filter(
        candidate => endpointPort(pod, candidate) === port,
      ),
    );
  return declared ? chainsOfServicePort(declared) : BOTH;
}

/** The TCP port of a pod behind a port of a Service; undefined where the pod has none of that name. */
export function endpointPort(
  pod: PodView,
  written: ServicePort,
): number | undefined {
  const { port, targetPort = port, protocol } = written;
  if (protocol !== 'TCP') {
    return undefined;
  }
  return typeof targetPort === 'number'
    ? targetPort
    : portNamed(pod, targetPort, 'TCP');
}

/** As istiod's `ConvertProtocol` reads a Service's port. */
export function chainsOfServicePort({
  name = '',
  appProtocol,
  port,
}: ServicePort): readonly Chain[] {
  const declared = chainsOfName(appProtocol ?? name);
  return declared === BOTH && WELL_KNOWN_TCP.has(port) ? TCP : declared;
}

export function chainsOfName(written: string): readonly Chain[] {
  const name = written.toLowerCase();
  const [prefix] = name.split('-', 1);
  for (const candidate of [name, prefix]) {
    if (HTTP_PROTOCOLS.has(candidate)) {
      return HTTP;
    }
    if (TCP_PROTOCOLS.has(candidate)) {
      return TCP;
    }
  }
  return BOTH;
}
