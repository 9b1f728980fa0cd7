/** The doors of Istio's Gateway: its servers. */
import { IstioGateway, referenceTo } from '../snapshot';
import { EdgeDoor, fieldIn } from './edgeRoute';

export interface ServerDoor {
  door: EdgeDoor;
  /** `*`, a name, or a pattern. */
  host: string;
  /** The namespaces whose VirtualServices may use it: a name, `*`, or `.` for that of the Gateway. */
  from: string;
}

/** `AUTO_PASSTHROUGH` has no routes: whoever knows a Service's name in the mesh is led to it. */
export const AUTO_PASSTHROUGH = 'AUTO_PASSTHROUGH';

/** One for each host of each server that routes can use. */
export function serverDoorsOf(gateway: IstioGateway): ServerDoor[] {
  return (gateway.spec?.servers ?? []).flatMap((server, index) => {
    if (server.tls?.mode === AUTO_PASSTHROUGH) {
      return [];
    }
    const door = doorOf(gateway, server, `spec.servers[${index}]`);
    return (server.hosts ?? ['*']).map(written => ({
      door,
      ...hostOf(written),
    }));
  });
}

/** The hosts of the servers that lead to whatever Service is named, with the field that says so. */
export function automaticDoorsOf(gateway: IstioGateway): ServerDoor[] {
  return (gateway.spec?.servers ?? []).flatMap((server, index) =>
    server.tls?.mode === AUTO_PASSTHROUGH
      ? (server.hosts ?? ['*']).map(written => ({
          door: doorOf(gateway, server, `spec.servers[${index}]`),
          ...hostOf(written),
        }))
      : [],
  );
}

function hostOf(written: string): { host: string; from: string } {
  const slash = written.indexOf('/');
  return slash < 0
    ? { host: written, from: '*' }
    : { host: written.slice(slash + 1), from: written.slice(0, slash) };
}

type Server = NonNullable<NonNullable<IstioGateway['spec']>['servers']>[number];

const HTTP = /^(HTTP|HTTP2|GRPC|GRPC-WEB|HTTP_PROXY)$/i;

const CERTIFICATES: Readonly<Record<string, EdgeDoor['clientCertificate']>> = {
  MUTUAL: 'demanded',
  OPTIONAL_MUTUAL: 'asked for',
  ISTIO_MUTUAL: "the mesh's",
};

/**
 * What a server does, as Istio's `pkg/config/gateway` and `buildGatewayListeners`
 * have it: TLS counts only where `tls` is there and does more than redirect;
 * a mode that is left out is PASSTHROUGH.
 */
function doorOf(
  gateway: IstioGateway,
  { port, tls }: Server,
  field: string,
): EdgeDoor {
  const protocol = port?.protocol ?? '';
  const redirects = tls?.httpsRedirect === true;
  const isPlain = HTTP.test(protocol) || !tls || redirects;
  const mode = tls?.mode ?? 'PASSTHROUGH';
  const passes = !isPlain && /PASSTHROUGH$/.test(mode);
  const certificate = isPlain ? undefined : CERTIFICATES[mode];
  return {
    object: referenceTo(gateway),
    field,
    decidedBy: fieldIn(gateway, isPlain && !redirects ? field : `${field}.tls`),
    ...(port?.number === undefined ? {} : { port: port.number }),
    reads: readsOf(protocol, passes, Boolean(tls)),
    tls: protectionOf(isPlain, passes),
    redirects: redirects && HTTP.test(protocol),
    ...(certificate ? { clientCertificate: certificate } : {}),
    ...(isPlain || passes || !tls?.minProtocolVersion
      ? {}
      : { minimumTls: fieldIn(gateway, `${field}.tls.minProtocolVersion`) }),
  };
}

function readsOf(
  protocol: string,
  passes: boolean,
  hasTls: boolean,
): EdgeDoor['reads'] {
  if (passes) {
    return 'names';
  }
  return HTTP.test(protocol) || (/^HTTPS$/i.test(protocol) && hasTls)
    ? 'requests'
    : 'connections';
}

function protectionOf(isPlain: boolean, passes: boolean): EdgeDoor['tls'] {
  if (isPlain) {
    return 'none';
  }
  return passes ? 'passed-on' : 'ended';
}
