/** Routes from the edge to Services: what an Ingress, a Gateway or a router lets in, and whether it demands TLS of its callers. */
import { ClusterSnapshot, KindName, describeObject } from '../snapshot';
import { EdgeDoor, EdgeRoute, EdgeRule, GATEWAY_KINDS } from './edgeRoute';
import { routesOfGatewayRoute } from './gatewayApiRoutes';
import { routesOfIngress, routesOfOpenShiftRoute } from './ingressRoutes';
import { routesOfVirtualService } from './virtualServiceRoutes';

export { GATEWAY_KINDS } from './edgeRoute';
export type {
  EdgeDoor,
  EdgeField,
  EdgeRoute,
  EdgeRule,
  EdgeService,
  RequestMatch,
} from './edgeRoute';

const GATEWAY_API_ROUTES = [
  'HTTPRoute',
  'GRPCRoute',
  'TLSRoute',
  'TCPRoute',
  'UDPRoute',
] as const;

/**
 * What a control must need that asks {@link routesTo}: the kinds that lead in,
 * and what says whom and what a gateway takes, without which the routes
 * themselves are unknown.
 */
export const EDGE_NEEDS: readonly {
  kind: KindName;
  in: 'cluster';
  optional?: true;
}[] = [
  { kind: 'Ingress', in: 'cluster' },
  ...GATEWAY_API_ROUTES.map(kind => ({ kind, in: 'cluster' as const })),
  { kind: 'VirtualService', in: 'cluster' },
  { kind: 'Route.route.openshift.io', in: 'cluster' },
  ...[...GATEWAY_KINDS, 'ReferenceGrant' as const, 'Namespace' as const].map(
    kind => ({ kind, in: 'cluster' as const, optional: true as const }),
  ),
];

/** Every rule of every route that leads in. Use as `snapshot.derive(edgeRulesOf)`. */
function edgeRulesOf(snapshot: ClusterSnapshot): readonly EdgeRule[] {
  return [
    ...snapshot.all('Ingress').flatMap(routesOfIngress),
    ...GATEWAY_API_ROUTES.flatMap(kind =>
      snapshot
        .all(kind)
        .flatMap(route => routesOfGatewayRoute(route, snapshot)),
    ),
    ...snapshot
      .all('VirtualService')
      .flatMap(route => routesOfVirtualService(route, snapshot)),
    ...snapshot.all('Route.route.openshift.io').flatMap(routesOfOpenShiftRoute),
  ];
}

/** Use as `snapshot.derive(routesByService)`. */
function routesByService(
  snapshot: ClusterSnapshot,
): ReadonlyMap<string, readonly EdgeRoute[]> {
  const byService = new Map<string, EdgeRoute[]>();
  for (const { service, ...rule } of snapshot.derive(edgeRulesOf)) {
    if (service) {
      const key = `${service.namespace}/${service.name}`;
      const list = byService.get(key) ?? [];
      list.push({ service, ...rule });
      byService.set(key, list);
    }
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

/** Use as `snapshot.derive(rulesByDoor)`. */
function rulesByDoor(
  snapshot: ClusterSnapshot,
): ReadonlyMap<string, readonly EdgeRule[]> {
  const byDoor = new Map<string, EdgeRule[]>();
  for (const rule of snapshot.derive(edgeRulesOf)) {
    if (rule.door) {
      const key = keyOf(rule.door);
      const list = byDoor.get(key) ?? [];
      list.push(rule);
      byDoor.set(key, list);
    }
  }
  return byDoor;
}

/** What a door does with what comes in, in the order of kinds and names. */
export function rulesOf(
  door: EdgeDoor,
  snapshot: ClusterSnapshot,
): readonly EdgeRule[] {
  return snapshot.derive(rulesByDoor).get(keyOf(door)) ?? [];
}

function keyOf({ object, field }: EdgeDoor): string {
  return `${describeObject(object)} ${object.apiVersion} ${field}`;
}
