/** Routes of the Gateway API: the listeners that a route attaches to say whether they demand TLS. */
import {
  ClusterSnapshot,
  Gateway,
  GatewayRoute,
  HttpRoute,
  referenceTo,
} from '../snapshot';
import { admitsNamespace, isGranted } from './allowedRoutes';
import {
  EdgeDoor,
  EdgeRule,
  RequestMatch,
  fieldIn,
  missing,
  transportOf,
} from './edgeRoute';
import {
  ListenerDoor,
  listenerDoorsOf,
  listenerDoorsOfSet,
} from './gatewayListeners';
import { hostsOverlap, narrowerHost, serviceOfHost } from './hosts';

/** Protocols of the listeners that a kind of route attaches to, per the Gateway API. */
const LISTENERS: Readonly<Record<string, readonly string[]>> = {
  HTTPRoute: ['HTTP', 'HTTPS'],
  GRPCRoute: ['HTTP', 'HTTPS'],
  TLSRoute: ['TLS'],
  TCPRoute: ['TCP', 'TLS'],
  UDPRoute: ['UDP'],
};

type Route = GatewayRoute | HttpRoute;
type Destination = Pick<
  EdgeRule,
  'service' | 'matches' | 'rule' | 'rewrites' | 'mirror'
>;

export function routesOfGatewayRoute(
  route: Route,
  snapshot: ClusterSnapshot,
): EdgeRule[] {
  const { namespace = 'default' } = route.metadata;
  const object = referenceTo(route);
  const destinations = destinationsOf(route, snapshot);
  return (route.spec?.parentRefs ?? [])
    .map((parent, index) => ({ ...parent, field: `spec.parentRefs[${index}]` }))
    .filter(({ kind }) => kind !== 'Service') // a route of the mesh
    .flatMap(parent => {
      const where = parent.namespace ?? namespace;
      const { gateway, listeners } = parentOf(parent, where, snapshot);
      if (gateway?.spec?.gatewayClassName === 'istio-waypoint') {
        return [];
      }
      if (!gateway) {
        const kind = parent.kind === 'ListenerSet' ? 'ListenerSet' : 'Gateway';
        return destinations.map(destination => ({
          route: object,
          transport: 'unknown' as const,
          decidedBy: fieldIn(route, parent.field),
          reason: missing(snapshot, kind, parent.kind, where, parent.name),
          hosts: route.spec?.hostnames ?? ['*'],
          ...destination,
        }));
      }
      const doors = listeners.filter(
        ({ listener }) =>
          (parent.sectionName ?? listener.name) === listener.name &&
          (parent.port ?? listener.port) === listener.port &&
          (LISTENERS[route.kind]?.includes(listener.protocol) ?? true),
      );
      return doors.flatMap(door =>
        throughDoor(route, door, destinations, snapshot),
      );
    });
}

type Parent = NonNullable<NonNullable<Route['spec']>['parentRefs']>[number];

function parentOf(
  { kind = 'Gateway', name }: Parent,
  where: string,
  snapshot: ClusterSnapshot,
): { gateway?: Gateway; listeners: readonly ListenerDoor[] } {
  if (kind === 'ListenerSet') {
    const set = snapshot.get('ListenerSet', name, where);
    const of = set?.spec?.parentRef;
    const gateway =
      of && snapshot.get('Gateway', of.name, of.namespace ?? where);
    return set && gateway
      ? { gateway, listeners: listenerDoorsOfSet(set, gateway, snapshot) }
      : { listeners: [] };
  }
  const gateway =
    kind === 'Gateway' ? snapshot.get('Gateway', name, where) : undefined;
  return gateway
    ? { gateway, listeners: listenerDoorsOf(gateway) }
    : { listeners: [] };
}

/** None where the listener takes no routes of that namespace, or has no name with the route in common. */
function throughDoor(
  route: Route,
  { door, listener, namespace: own }: ListenerDoor,
  destinations: readonly Destination[],
  snapshot: ClusterSnapshot,
): EdgeRule[] {
  const { namespace = 'default' } = route.metadata;
  const hosts = commonHosts(route.spec?.hostnames, listener.hostname);
  return hosts.length > 0 &&
    admitsNamespace(
      listener.allowedRoutes?.namespaces,
      own,
      namespace,
      snapshot,
    )
    ? destinations.map(destination => ({
        route: referenceTo(route),
        transport: transportOf(door),
        decidedBy: door.decidedBy,
        door: readFor(route, door),
        hosts,
        ...destination,
      }))
    : [];
}

/** A TLS listener passes names on to TLSRoutes, and decrypts for others. */
function readFor({ kind }: Route, door: EdgeDoor): EdgeDoor {
  return kind === 'TLSRoute' ? { ...door, reads: 'names' } : door;
}

function commonHosts(
  hostnames: readonly string[] | undefined,
  hostname: string | undefined,
): string[] {
  if (!hostnames?.length) {
    return [hostname ?? '*'];
  }
  return hostname === undefined || hostname === ''
    ? [...hostnames]
    : hostnames
        .filter(host => hostsOverlap(host, hostname))
        .map(host => narrowerHost(host, hostname));
}

type Rule = NonNullable<NonNullable<HttpRoute['spec']>['rules']>[number];
type Backend = NonNullable<Rule['backendRefs']>[number];

function destinationsOf(
  route: Route,
  snapshot: ClusterSnapshot,
): Destination[] {
  const rules: readonly Rule[] = route.spec?.rules ?? [];
  return rules.flatMap((rule, index) => {
    const { backendRefs = [], filters = [] } = rule;
    const shared = {
      matches: matchesOf(route, rule),
      rule: `spec.rules[${index}]`,
      rewrites: filters.some(({ urlRewrite }) => urlRewrite !== undefined),
    };
    const found = [
      ...backendRefs.map(backend => ({ backend, mirror: false })),
      ...filters.flatMap(({ requestMirror }) =>
        requestMirror
          ? { backend: requestMirror.backendRef, mirror: true }
          : [],
      ),
    ].flatMap(({ backend, mirror }) => {
      const service = serviceOfBackend(backend, route, snapshot);
      return service ? [{ service, mirror, ...shared }] : [];
    });
    return found.some(({ mirror }) => !mirror)
      ? found
      : [...found, { mirror: false, ...shared }];
  });
}

function serviceOfBackend(
  { kind = 'Service', group = '', name, namespace: named, port }: Backend,
  route: Route,
  snapshot: ClusterSnapshot,
): EdgeRule['service'] {
  const { namespace: own = 'default' } = route.metadata;
  const numbered = port === undefined ? {} : { port };
  if (kind === 'Hostname' && group === 'networking.istio.io') {
    const service = serviceOfHost(name, own);
    return service && { ...service, ...numbered };
  }
  // A ServiceImport has the name and namespace of the Services behind it.
  if (!(kind === 'Service' && group === '') && kind !== 'ServiceImport') {
    return undefined;
  }
  const namespace = named ?? own;
  return isGranted(
    { kind: route.kind, namespace: own },
    { group, kind, namespace, name },
    snapshot,
  ) || snapshot.coverage.gap('ReferenceGrant', [namespace])
    ? { namespace, name, ...numbered }
    : undefined;
}

/** By the Gateway API a rule without matches takes every path; the methods of gRPC are not read. */
function matchesOf({ kind }: Route, { matches = [] }: Rule): RequestMatch[] {
  if (kind === 'GRPCRoute') {
    return [{ other: true }];
  }
  return matches.map(({ path, method, headers, queryParams }) => ({
    ...(path ? { path: pathOf(path) } : {}),
    ...(method === undefined ? {} : { method }),
    other: [headers, queryParams].some(list => (list ?? []).length > 0),
  }));
}

function pathOf({
  type = 'PathPrefix',
  value = '/',
}: {
  type?: string;
  value?: string;
}): NonNullable<RequestMatch['path']> {
  switch (type) {
    case 'Exact':
      return { kind: 'exact', value };
    case 'PathPrefix':
      return { kind: 'segments', value };
    default:
      return { kind: 'regex', value };
  }
}
