/** Routes of Istio's VirtualService: the servers of the Gateways that it names say whether they demand TLS. */
import {
  ClusterSnapshot,
  VirtualService,
  describeObject,
  referenceTo,
} from '../snapshot';
import { EdgeRoute, fieldIn, missing, transportThrough } from './edgeRoute';
import { hostsOverlap, serviceOfHost } from './hosts';

export function routesOfVirtualService(
  route: VirtualService,
  snapshot: ClusterSnapshot,
): EdgeRoute[] {
  const { namespace = 'default' } = route.metadata;
  const { gateways = [], hosts = [], http = [] } = route.spec ?? {};
  const object = referenceTo(route);
  const delegates = http.flatMap(
    ({ delegate }) =>
      (delegate &&
        snapshot.get(
          'VirtualService',
          delegate.name,
          delegate.namespace ?? namespace,
        )) ??
      [],
  );
  const services = [route, ...delegates].flatMap(servicesOf);
  return gateways.flatMap((named, index) => {
    if (named === 'mesh') {
      return [];
    }
    const slash = named.indexOf('/');
    const where = slash < 0 ? namespace : named.slice(0, slash);
    const name = named.slice(slash + 1);
    const gateway = snapshot.get('Gateway.networking.istio.io', name, where);
    const servers = (gateway?.spec?.servers ?? [])
      .map((server, position) => ({
        ...server,
        field: `spec.servers[${position}]`,
        plain:
          !/^(HTTPS|TLS)$/i.test(server.port?.protocol ?? '') &&
          !server.tls?.httpsRedirect,
      }))
      .filter(({ hosts: served = ['*'] }) =>
        served.some(pattern =>
          hosts.some(host =>
            hostsOverlap(host, pattern.slice(pattern.indexOf('/') + 1)),
          ),
        ),
      );
    const state = transportThrough(gateway, servers) ?? {
      transport: 'unknown',
      decidedBy: fieldIn(route, `spec.gateways[${index}]`),
      reason: gateway
        ? `${describeObject(
            referenceTo(gateway),
          )} has no server for ${describeObject(object)}`
        : missing(
            snapshot,
            'Gateway.networking.istio.io',
            'Gateway',
            where,
            name,
          ),
    };
    return services.map(service => ({ route: object, service, ...state }));
  });
}

/** What a VirtualService sends requests to, copies of them included. */
function servicesOf({ metadata, spec }: VirtualService) {
  const { http = [], tls = [], tcp = [] } = spec ?? {};
  return [...http, ...tls, ...tcp]
    .flatMap(({ route = [], mirror, mirrors = [] }) => [
      ...[...route, ...mirrors].map(({ destination }) => destination?.host),
      mirror?.host,
    ])
    .flatMap(
      host => serviceOfHost(host, metadata.namespace ?? 'default') ?? [],
    );
}
