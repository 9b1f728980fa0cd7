/**
 * Where a VirtualService sends what is meant for a host, as far as that is the
 * same for every request; where it depends on the request, that is said.
 */
import {
  ClusterSnapshot,
  ObjectReference,
  describeObject,
  referenceTo,
} from '../../../snapshot';
import { VirtualService } from '../../../snapshot/kinds';
import { compareAge } from '../../precedence';
import { matchesHost, resolveHost } from '../hosts';
import { exportSet, isVisibleTo } from '../visibility';
import { EgressListener, EgressScope } from './scope';
import { READING_HTTP } from './protocols';
import { hostName } from './virtualHosts';

/** Stands for all proxies of the mesh, and is meant where no gateway is named. */
const MESH = 'mesh';

/** To another host or port, or why nobody can tell. */
export type Diversion = { by: ObjectReference } & (
  | { host: string; port?: number }
  | { reason: string }
);

type Routes = 'http' | 'tls' | 'tcp';

/** Undefined where everything goes to the host itself. */
export function diversionOf(
  to: { host: string; port: number },
  routes: Routes,
  scope: EgressScope,
  listener: EgressListener,
  snapshot: ClusterSnapshot,
): Diversion | undefined {
  const found = routing(to, routes, scope, listener, snapshot);
  return found && diversionBy(found.virtualService, found.rules, to.host);
}

/** The names that TLS clients must ask for instead of a host's own, where a VirtualService routes them. */
export function routedServerNames(
  to: { host: string; port: number },
  scope: EgressScope,
  listener: EgressListener,
  snapshot: ClusterSnapshot,
): string[] | undefined {
  return routing(to, 'tls', scope, listener, snapshot)?.rules.flatMap(rule =>
    matchesFor(rule, to.port).flatMap(({ sniHosts = [] }) =>
      sniHosts.map(name => name.toLowerCase()),
    ),
  );
}

/**
 * Where a VirtualService sends HTTP for a host that no Service and no
 * ServiceEntry has: on port 80 any does, on others only one that also routes a
 * host of that port.
 */
export function inventedRoute(
  { host, port }: { host: string; port: number },
  scope: EgressScope,
  listener: EgressListener,
  snapshot: ClusterSnapshot,
): Diversion | undefined {
  const name = hostName(host);
  const known = scope.known(listener, port);
  for (const virtualService of followed(scope, listener, snapshot)) {
    const rules = rulesOf(virtualService, 'http', port);
    const hosts = hostsOf(virtualService);
    const invents = (pattern: string) =>
      matchesHost(pattern, name) &&
      !known.some(one => meansHttpHost(pattern, one.host.host));
    const routesSomebody = () =>
      known.some(
        one =>
          READING_HTTP.includes(one.port.protocol) &&
          hosts.some(pattern => meansHttpHost(pattern, one.host.host)),
      );
    if (
      rules.length > 0 &&
      hosts.some(invents) &&
      (port === 80 || routesSomebody())
    ) {
      return diversionBy(virtualService, rules, name);
    }
  }
  return undefined;
}

/** The VirtualService that routes a host: for HTTP that with the most specific host, else the oldest. */
function routing(
  { host, port }: { host: string; port: number },
  routes: Routes,
  scope: EgressScope,
  listener: EgressListener,
  snapshot: ClusterSnapshot,
): { virtualService: VirtualService; rules: readonly Rule[] } | undefined {
  const means = routes === 'http' ? meansHttpHost : meansHost;
  const found = followed(scope, listener, snapshot).flatMap(virtualService => {
    const rules = rulesOf(virtualService, routes, port);
    const patterns = hostsOf(virtualService).filter(pattern =>
      means(pattern, host),
    );
    return rules.length > 0 && patterns.length > 0
      ? { virtualService, rules, exact: patterns.includes(host), patterns }
      : [];
  });
  return routes === 'http'
    ? found.find(({ exact }) => exact) ?? found.sort(bySpecificity)[0]
    : found[0];
}

function bySpecificity(
  left: { patterns: readonly string[] },
  right: { patterns: readonly string[] },
): number {
  const longest = ({ patterns }: typeof left) =>
    Math.max(...patterns.map(({ length }) => length));
  return longest(right) - longest(left);
}

/** A wildcard of either side may cover the other. */
function meansHost(pattern: string, host: string): boolean {
  return (
    matchesHost(pattern, host) ||
    (host.startsWith('*') && matchesHost(host, pattern))
  );
}

/** A name without a wildcard is a host of its own, also where a wildcard of the registry covers it. */
function meansHttpHost(pattern: string, host: string): boolean {
  return pattern.startsWith('*') ? meansHost(pattern, host) : pattern === host;
}

function rulesOf(
  { spec }: VirtualService,
  routes: Routes,
  port: number,
): readonly Rule[] {
  const rules = (spec?.[routes] ?? []).filter(
    ({ match = [], ...rule }) =>
      match.length === 0 || matchesFor({ match, ...rule }, port).length > 0,
  );
  // After one that takes everything none is asked.
  const last = rules.findIndex(rule => takesEverything(rule, port));
  return last < 0 ? rules : rules.slice(0, last + 1);
}

type Match = NonNullable<Rule['match']>[number];

/** Those that sidecars hear of, for a port. */
function matchesFor({ match = [] }: Rule, port: number): Match[] {
  return match.filter(
    one =>
      (one.gateways ?? [MESH]).includes(MESH) && (one.port ?? port) === port,
  );
}

/** Nothing of the request or of the connection is asked for. */
function takesEverything(rule: Rule, port: number): boolean {
  return (
    (rule.match ?? []).length === 0 ||
    matchesFor(rule, port).some(one =>
      Object.keys(one).every(key => key === 'gateways' || key === 'port'),
    )
  );
}

function noLists(): WeakMap<EgressListener, readonly VirtualService[]> {
  return new WeakMap();
}

/** Those that proxies of the scope follow; the oldest first. */
function followed(
  scope: EgressScope,
  listener: EgressListener,
  snapshot: ClusterSnapshot,
): readonly VirtualService[] {
  const lists = snapshot.derive(noLists);
  let list = lists.get(listener);
  if (!list) {
    list = findFollowed(scope, listener, snapshot);
    lists.set(listener, list);
  }
  return list;
}

type Rule = NonNullable<NonNullable<VirtualService['spec']>['http']>[number];

function findFollowed(
  scope: EgressScope,
  listener: EgressListener,
  snapshot: ClusterSnapshot,
): VirtualService[] {
  return [...snapshot.all('VirtualService')]
    .filter(({ metadata: { namespace = 'default' }, spec = {} }) => {
      const { gateways = [], exportTo } = spec;
      return (
        (gateways.length === 0 || gateways.includes(MESH)) &&
        isVisibleTo(exportSet(exportTo, []), namespace, scope.namespace)
      );
    })
    .filter(virtualService =>
      hostsOf(virtualService).some(host =>
        listener.imports.importsRoutes(
          virtualService.metadata.namespace ?? 'default',
          host,
        ),
      ),
    )
    .sort(compareAge);
}

function hostsOf({ metadata, spec }: VirtualService): string[] {
  return (spec?.hosts ?? []).map(host =>
    resolveHost(host, metadata.namespace ?? 'default').toLowerCase(),
  );
}

function diversionBy(
  virtualService: VirtualService,
  rules: readonly Rule[],
  host: string,
): Diversion | undefined {
  const { namespace = 'default' } = virtualService.metadata;
  const by = referenceTo(virtualService);
  const destinations = new Map<string, { host: string; port?: number }>();
  for (const { route = [], delegate } of rules) {
    if (delegate || route.length === 0) {
      return {
        by,
        reason: `${describeObject(
          by,
        )} answers or hands on some of it in ways that are not decided here`,
      };
    }
    for (const { destination } of route) {
      const to = resolveHost(destination?.host ?? '', namespace).toLowerCase();
      const port = destination?.port?.number;
      destinations.set(`${to} ${port}`, {
        host: to,
        ...(port === undefined ? {} : { port }),
      });
    }
  }
  const [only, ...others] = [...destinations.values()];
  if (others.length > 0) {
    return {
      by,
      reason: `${describeObject(by)} sends it to ${[
        ...new Set([...destinations.values()].map(to => to.host)),
      ].join(' or ')}, depending on what is sent`,
    };
  }
  return only.host === host && only.port === undefined
    ? undefined
    : { by, ...only };
}
