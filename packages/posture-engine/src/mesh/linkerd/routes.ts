/**
 * The routes of Servers in one namespace (`inbound/routes.rs`,
 * `inbound/index/http.rs`, `grpc.rs`). One part that Linkerd's policy
 * controller cannot take makes it ignore the whole route; a Server without any
 * is then as open as its own authorizations say.
 */
import {
  ClusterSnapshot,
  ObjectReference,
  compare,
  groupOf,
  referenceTo,
} from '../../snapshot';
import { GrpcRoute, HttpRoute } from '../../snapshot/kinds';
import { compareAge } from '../precedence';
import { ClientAuthorization } from './clientAuthorization';
import { authorizationsOfRoute } from './authorizations';
import { LINKERD_GROUP, refersTo } from './references';
import { grpcMatch } from './grpcMatch';
import {
  RequestMatch,
  anyRequest,
  hostMatches,
  httpMatch,
} from './requestMatch';

/** A route of a Server, ready to be asked. */
export interface InboundRoute {
  /** Undefined for those that Linkerd makes up itself. */
  object?: ObjectReference;
  matches: readonly (RequestMatch & {
    /** The proxy answers itself, with a redirect. */
    redirects: boolean;
  })[];
  /** Beside those of its Server. */
  authorizations: readonly ClientAuthorization[];
}

/** A route that counts for nothing, and why: a clause. */
export interface IgnoredRoute {
  route: HttpRoute | GrpcRoute;
  reason: string;
}

export interface RoutesOfServers {
  http: ReadonlyMap<string, readonly InboundRoute[]>;
  grpc: ReadonlyMap<string, readonly InboundRoute[]>;
  ignored: readonly IgnoredRoute[];
}

const HTTP_KINDS = ['HTTPRoute', 'HTTPRoute.policy.linkerd.io'] as const;

/** Use as `snapshot.deriveIn(namespace, serverRoutesIn)`; the routes of a Server are oldest first. */
export function serverRoutesIn(
  snapshot: ClusterSnapshot,
  namespace: string,
): RoutesOfServers {
  const ignored: IgnoredRoute[] = [];
  return {
    http: byServer(
      HTTP_KINDS.flatMap(kind => snapshot.inNamespace(kind, namespace)),
      httpMatchesOf,
      snapshot,
      ignored,
    ),
    grpc: byServer(
      snapshot.inNamespace('GRPCRoute', namespace),
      grpcMatchesOf,
      snapshot,
      ignored,
    ),
    ignored,
  };
}

type Matches = InboundRoute['matches'] | string;

function byServer<R extends HttpRoute | GrpcRoute>(
  routes: readonly R[],
  matchesOf: (route: R) => Matches,
  snapshot: ClusterSnapshot,
  ignored: IgnoredRoute[],
): ReadonlyMap<string, readonly InboundRoute[]> {
  const found = new Map<string, InboundRoute[]>();
  for (const route of [...routes].sort(compareRoutes)) {
    const parents = serversOf(route);
    if (typeof parents === 'string') {
      ignored.push({ route, reason: parents });
    } else if (parents.length > 0) {
      const matches = matchesOf(route);
      if (typeof matches === 'string') {
        ignored.push({ route, reason: matches });
        continue;
      }
      const { name, namespace = 'default' } = route.metadata;
      const { apiVersion, kind } = route;
      const inbound: InboundRoute = {
        object: referenceTo(route),
        matches,
        authorizations: authorizationsOfRoute(
          { apiVersion, kind, name, namespace },
          snapshot,
        ),
      };
      for (const server of new Set(parents)) {
        const list = found.get(server) ?? [];
        list.push(inbound);
        found.set(server, list);
      }
    }
  }
  return found;
}

/** The oldest comes first; where none is, the group decides, then the name (`to_route_list`). */
function compareRoutes(
  left: HttpRoute | GrpcRoute,
  right: HttpRoute | GrpcRoute,
): number {
  const unnamed = ({ metadata }: HttpRoute | GrpcRoute) => ({
    metadata: { ...metadata, name: '' },
  });
  return (
    compareAge(unnamed(left), unnamed(right)) ||
    compare(groupOf(left.apiVersion), groupOf(right.apiVersion)) ||
    compare(left.metadata.name, right.metadata.name)
  );
}

/** The Servers that a route is for; a text says why it is ignored. Other parents are no concern of servers. */
function serversOf({
  metadata: { namespace = 'default' },
  spec,
}: HttpRoute | GrpcRoute): string[] | string {
  const servers: string[] = [];
  for (const parent of spec?.parentRefs ?? []) {
    if (!refersTo(parent, LINKERD_GROUP, 'Server') || parent.name === '') {
      continue;
    }
    if (parent.namespace !== undefined && parent.namespace !== namespace) {
      return 'it names a Server of another namespace';
    }
    if (parent.port !== undefined || parent.sectionName !== undefined) {
      return `it names ${
        parent.port === undefined ? 'a section' : 'a port'
      } of a Server, which Linkerd does not take`;
    }
    servers.push(parent.name);
  }
  return servers;
}

function httpMatchesOf({ spec }: HttpRoute): Matches {
  const hosts = hostMatches(spec?.hostnames ?? []);
  const found: InboundRoute['matches'][number][] = [];
  for (const { matches = [], filters = [] } of spec?.rules ?? [{}]) {
    const unsupported = filters.find(filter => !isSupported(filter));
    if (unsupported) {
      return `Linkerd does not take its filter ${filterType(unsupported)}`;
    }
    const redirects = filters.some(
      filter => filterType(filter) === 'RequestRedirect',
    );
    for (const host of hosts) {
      for (const match of matches) {
        const read = httpMatch(host, match);
        if (typeof read === 'string') {
          return read;
        }
        found.push({ ...read, redirects });
      }
      if (matches.length === 0) {
        found.push({ ...anyRequest(host, 'http'), redirects });
      }
    }
  }
  return found;
}

type Filter = NonNullable<
  NonNullable<NonNullable<HttpRoute['spec']>['rules']>[number]['filters']
>[number];

function filterType({
  type,
  requestMirror,
  requestRedirect,
  urlRewrite,
}: Filter): string | undefined {
  return (
    type ??
    (requestMirror && 'RequestMirror') ??
    (requestRedirect && 'RequestRedirect') ??
    (urlRewrite && 'URLRewrite')
  );
}

function isSupported(filter: Filter): boolean {
  const type = filterType(filter);
  return (
    type === undefined ||
    [
      'RequestHeaderModifier',
      'ResponseHeaderModifier',
      'RequestRedirect',
    ].includes(type)
  );
}

function grpcMatchesOf({ spec }: GrpcRoute): Matches {
  const hosts = hostMatches(spec?.hostnames ?? []);
  const found: InboundRoute['matches'][number][] = [];
  for (const { matches = [] } of spec?.rules ?? [{}]) {
    for (const host of hosts) {
      for (const match of matches) {
        const read = grpcMatch(host, match);
        if (typeof read === 'string') {
          return read;
        }
        found.push({ ...read, redirects: false });
      }
      if (matches.length === 0) {
        found.push({ ...anyRequest(host, 'grpc'), redirects: false });
      }
    }
  }
  return found;
}
