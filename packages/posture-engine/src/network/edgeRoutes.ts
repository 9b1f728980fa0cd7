/** Routes from the edge to Services: what an Ingress, a Gateway or a router lets in, and whether it demands TLS of its callers. */
import { ClusterSnapshot, KindName } from '../snapshot';
import { EdgeRoute } from './edgeRoute';
import { routesOfGatewayRoute } from './gatewayApiRoutes';
import { routesOfIngress, routesOfOpenShiftRoute } from './ingressRoutes';
import { routesOfVirtualService } from './virtualServiceRoutes';

export { GATEWAY_KINDS } from './edgeRoute';
export type { EdgeRoute, EdgeTransport } from './edgeRoute';

const GATEWAY_API_ROUTES = [
  'HTTPRoute',
  'GRPCRoute',
  'TLSRoute',
  'TCPRoute',
  'UDPRoute',
] as const;

/** The kinds that lead in; what a control must need that asks {@link routesTo}. */
export const EDGE_KINDS: readonly KindName[] = [
  ...GATEWAY_API_ROUTES,
  'VirtualService',
  'Route.route.openshift.io',
];

/** Use as `snapshot.derive(routesByService)`. */
function routesByService(
  snapshot: ClusterSnapshot,
): ReadonlyMap<string, readonly EdgeRoute[]> {
  const byService = new Map<string, EdgeRoute[]>();
  const routes = [
    ...snapshot.all('Ingress').flatMap(routesOfIngress),
    ...GATEWAY_API_ROUTES.flatMap(kind => snapshot.all(kind)).flatMap(route =>
      routesOfGatewayRoute(route, snapshot),
    ),
    ...snapshot
      .all('VirtualService')
      .flatMap(route => routesOfVirtualService(route, snapshot)),
    ...snapshot.all('Route.route.openshift.io').flatMap(routesOfOpenShiftRoute),
  ];
  for (const route of routes) {
    const key = `${route.service.namespace}/${route.service.name}`;
    const list = byService.get(key) ?? [];
    list.push(route);
    byService.set(key, list);
  }
  return byService;
}

/** The routes to a Service; the mesh's own routes, which lead in from nowhere, are not among them. */
export function routesTo(
  snapshot: ClusterSnapshot,
  namespace: string,
  service: string,
): readonly EdgeRoute[] {
  return snapshot.derive(routesByService).get(`${namespace}/${service}`) ?? [];
}
