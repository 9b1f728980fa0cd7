/** Routes of Istio's VirtualService: the servers of the Gateways that it names say whether they demand TLS. */
import {
  ClusterSnapshot,
  VirtualService,
  describeObject,
  referenceTo,
} from '../snapshot';
import { EdgeRoute, fieldIn, missing } from './edgeRoute';
import { hostsOverlap } from './hosts';

export function routesOfVirtualService(
  route: VirtualService,
  snapshot: ClusterSnapshot,
): EdgeRoute[] {
  const { namespace = 'default' } = route.metadata;
  const {
    gateways = [],
    hosts = [],
    http = [],
    tls = [],
    tcp = [],
  } = route.spec ?? {};
  const object = referenceTo(route);
  const services = [...http, ...tls, ...tcp]
    .flatMap(({ route: destinations = [] }) => destinations)
    .flatMap(
      ({ destination }) => serviceOfHost(destination?.host, namespace) ?? [],
    );
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
      }))
      .filter(({ hosts: served = ['*'] }) =>
        served.some(pattern =>
          hosts.some(host =>
            hostsOverlap(host, pattern.slice(pattern.indexOf('/') + 1)),
          ),
        ),
      );
    const plain = servers.find(
      ({ port, tls: settings }) =>
        !/^(HTTPS|TLS)$/i.test(port?.protocol ?? '') &&
        !settings?.httpsRedirect,
    );
    const deciding = plain ?? servers[0];
    const state: Pick<EdgeRoute, 'transport' | 'decidedBy' | 'reason'> =
      gateway && deciding
        ? {
            transport: plain ? 'plaintext' : 'tls',
            decidedBy: fieldIn(gateway, deciding.field),
          }
        : {
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

/** `orders`, `orders.shop`, `orders.shop.svc`, `orders.shop.svc.cluster.local`; a name of another domain is no Service of this cluster. */
function serviceOfHost(
  host: string | undefined,
  namespace: string,
): EdgeRoute['service'] | undefined {
  const [name, where, svc] = (host ?? '').split('.');
  if (!name || (svc !== undefined && svc !== 'svc')) {
    return undefined;
  }
  return { name, namespace: where ?? namespace };
}
