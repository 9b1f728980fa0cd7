/** Routes of Istio's VirtualService: the servers of the Gateways that it names say whether they demand TLS. */
import {
  ClusterSnapshot,
  IstioGateway,
  VirtualService,
  referenceTo,
} from '../snapshot';
import {
  EdgeDoor,
  EdgeRule,
  RequestMatch,
  fieldIn,
  missing,
  transportOf,
} from './edgeRoute';
import { hostsOverlap, narrowerHost, serviceOfHost } from './hosts';
import { ServerDoor, serverDoorsOf } from './istioServers';

export function routesOfVirtualService(
  route: VirtualService,
  snapshot: ClusterSnapshot,
): EdgeRule[] {
  const { namespace = 'default' } = route.metadata;
  const { gateways = [], hosts = [] } = route.spec ?? {};
  return gateways.flatMap((named, index) => {
    if (named === 'mesh') {
      return [];
    }
    const slash = named.indexOf('/');
    const where = slash < 0 ? namespace : named.slice(0, slash);
    const name = named.slice(slash + 1);
    const gateway = snapshot.get('Gateway.networking.istio.io', name, where);
    const names = [named, `${where}/${name}`];
    if (gateway) {
      return isExported(route, gateway)
        ? doorsFor(route, gateway).flatMap(({ door, hosts: common }) =>
            destinationsThrough(route, door, names, snapshot).flatMap(
              destination => throughDoor(route, door, common, destination),
            ),
          )
        : [];
    }
    const reads = ['requests', 'names', 'connections'] as const;
    return reads
      .flatMap(read =>
        destinationsThrough(route, { reads: read }, names, snapshot),
      )
      .map(({ names: sni = hosts, ...destination }) => ({
        route: referenceTo(route),
        transport: 'unknown' as const,
        decidedBy: fieldIn(route, `spec.gateways[${index}]`),
        reason: missing(
          snapshot,
          'Gateway.networking.istio.io',
          'Gateway',
          where,
          name,
        ),
        hosts: sni,
        ...destination,
      }));
  });
}

function throughDoor(
  route: VirtualService,
  door: EdgeDoor,
  common: readonly string[],
  { names, ...destination }: Destination,
): EdgeRule[] {
  const hosts = names
    ? names.filter(name => common.some(host => hostsOverlap(name, host)))
    : common;
  return hosts.length > 0
    ? [
        {
          route: referenceTo(route),
          transport: transportOf(door),
          decidedBy: door.decidedBy,
          door,
          hosts,
          ...destination,
        },
      ]
    : [];
}

/**
 * Whether a gateway gets to know of a VirtualService. What counts is the
 * namespace of the gateway's pods, which is mostly that of the Gateway too.
 */
function isExported(
  { metadata, spec }: VirtualService,
  gateway: IstioGateway,
): boolean {
  const { namespace = 'default' } = metadata;
  const where = gateway.metadata.namespace ?? 'default';
  const exportTo = spec?.exportTo ?? [];
  return (
    exportTo.length === 0 ||
    exportTo.some(
      target =>
        target === '*' || (target === '.' ? namespace : target) === where,
    )
  );
}

/** The doors that serve a host of the VirtualService, each with the hosts that they have in common. */
function doorsFor(
  { metadata: { namespace = 'default' }, spec }: VirtualService,
  gateway: IstioGateway,
): { door: EdgeDoor; hosts: string[] }[] {
  const byDoor = new Map<EdgeDoor, Set<string>>();
  for (const served of serverDoorsOf(gateway)) {
    for (const host of spec?.hosts ?? []) {
      if (
        hostsOverlap(host, served.host) &&
        admits(served, namespace, gateway)
      ) {
        const common = byDoor.get(served.door) ?? new Set();
        byDoor.set(served.door, common.add(narrowerHost(host, served.host)));
      }
    }
  }
  return [...byDoor].map(([door, hosts]) => ({ door, hosts: [...hosts] }));
}

function admits(
  { from }: ServerDoor,
  namespace: string,
  { metadata }: IstioGateway,
): boolean {
  return (
    from === '*' || namespace === (from === '.' ? metadata.namespace : from)
  );
}

type Spec = NonNullable<VirtualService['spec']>;
type HttpRoute = NonNullable<Spec['http']>[number];
type Destination = Pick<
  EdgeRule,
  'service' | 'matches' | 'rule' | 'rewrites' | 'mirror'
> & { names?: readonly string[] };

const LISTS = { requests: 'http', names: 'tls', connections: 'tcp' } as const;

/** What a VirtualService does with what comes by a door, copies included. */
function destinationsThrough(
  route: VirtualService,
  door: Pick<EdgeDoor, 'reads' | 'port'>,
  gatewayNames: readonly string[],
  snapshot: ClusterSnapshot,
): Destination[] {
  const list = LISTS[door.reads];
  return (route.spec?.[list] ?? []).flatMap((rule, index) => {
    const matches = (rule.match ?? []).filter(
      ({ port, gateways }) =>
        (port === undefined || door.port === undefined || port === door.port) &&
        (!gateways?.length ||
          gateways.some(gateway => gatewayNames.includes(gateway))),
    );
    if ((rule.match ?? []).length > 0 && matches.length === 0) {
      return [];
    }
    const where = {
      field: `spec.${list}[${index}]`,
      matches: matches.map(matchOf),
      names: matches.flatMap(({ sniHosts = [] }) => sniHosts),
    };
    return rule.delegate && door.reads === 'requests'
      ? delegated(route, rule, where, snapshot)
      : servicesOf(route, rule, where);
  });
}

interface Where {
  field: string;
  matches: readonly RequestMatch[];
  /** In TLS, of a route that goes by them; none is all. */
  names: readonly string[];
}

/** Routes of another VirtualService; what both ask for is too much to say, so that of its own conditions only their presence is. */
function delegated(
  route: VirtualService,
  { delegate }: HttpRoute,
  where: Where,
  snapshot: ClusterSnapshot,
): Destination[] {
  const to =
    delegate &&
    snapshot.get(
      'VirtualService',
      delegate.name,
      delegate.namespace ?? route.metadata.namespace ?? 'default',
    );
  return (to?.spec?.http ?? []).flatMap(rule => {
    const inner = (rule.match ?? []).map(matchOf);
    const matches =
      where.matches.length === 0 || inner.length === 0
        ? [...where.matches, ...inner]
        : where.matches.map(match => ({ ...match, other: true }));
    return to ? servicesOf(to, rule, { ...where, matches }) : [];
  });
}

function servicesOf(
  { metadata }: VirtualService,
  rule: HttpRoute,
  { field, matches, names }: Where,
): Destination[] {
  const { route = [], mirror, mirrors = [], rewrite } = rule;
  const shared = {
    matches,
    rule: field,
    rewrites: rewrite !== undefined,
    ...(names.length > 0 ? { names } : {}),
  };
  const found = [
    ...route.map(({ destination }) => ({ destination, mirror: false })),
    ...mirrors.map(({ destination }) => ({ destination, mirror: true })),
    { destination: mirror, mirror: true },
  ].flatMap(({ destination, mirror: isMirror }) => {
    const service = serviceOfHost(
      destination?.host,
      metadata.namespace ?? 'default',
    );
    const port = destination?.port?.number;
    return service
      ? [
          {
            service: { ...service, ...(port === undefined ? {} : { port }) },
            mirror: isMirror,
            ...shared,
          },
        ]
      : [];
  });
  return found.some(({ mirror: isMirror }) => !isMirror)
    ? found
    : [...found, { mirror: false, ...shared }];
}

function matchOf(match: NonNullable<HttpRoute['match']>[number]): RequestMatch {
  const { uri, ignoreUriCase, method, scheme, authority } = match;
  const path = uri && pathOf(uri);
  const other =
    [scheme, authority].some(condition => condition !== undefined) ||
    (method !== undefined && method.exact === undefined) ||
    (uri !== undefined && ignoreUriCase === true) ||
    [match.headers, match.withoutHeaders, match.queryParams].some(
      conditions => Object.keys(conditions ?? {}).length > 0,
    );
  return {
    ...(path ? { path } : {}),
    ...(method?.exact === undefined ? {} : { method: method.exact }),
    other,
  };
}

function pathOf({
  exact,
  prefix,
  regex,
}: NonNullable<
  NonNullable<HttpRoute['match']>[number]['uri']
>): RequestMatch['path'] {
  if (exact !== undefined) {
    return { kind: 'exact', value: exact };
  }
  if (prefix !== undefined) {
    return { kind: 'prefix', value: prefix };
  }
  return regex === undefined ? undefined : { kind: 'regex', value: regex };
}
