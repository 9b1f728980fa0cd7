/** What the HTTP filters of a chain do with one request. */
import {
  Connection,
  HttpSent,
  Outcome,
  asksProvider,
  seenBy,
} from './connection';
import { Message, messageOf, messagesOf, textOf, unknownField } from './json';
import { jwtOutcome } from './jwt';
import { Seen, rbacOutcome } from './rbac';

/** HTTP filters that say nothing about who may pass. */
const SILENT: ReadonlySet<string> = new Set([
  'istio.metadata_exchange',
  'istio.alpn',
  'istio.stats',
  'envoy.filters.http.cors',
  'envoy.filters.http.fault',
  'envoy.filters.http.grpc_stats',
  'envoy.filters.http.ext_authz',
  'waypoint_upstream_peer_metadata',
]);

export function requestOutcome(
  manager: Message,
  connection: Connection,
  request: HttpSent,
): Outcome {
  const headers = headersOf(request);
  const path = normalizedPath(request.path, manager);
  let metadata: Seen['metadata'] = {};
  let passed: Outcome = 'allow';
  for (const { name, typedConfig } of messagesOf(manager.httpFilters)) {
    const filter = textOf(name);
    if (filter === 'envoy.filters.http.router') {
      return passed;
    }
    if (filter === 'envoy.filters.http.jwt_authn') {
      const outcome = jwtOutcome(messageOf(typedConfig), request.token);
      if (!outcome) {
        return 'deny';
      }
      metadata = { ...metadata, [filter]: outcome };
    } else if (filter === 'envoy.filters.http.rbac') {
      const { passes, shadow } = rbacOutcome(messageOf(typedConfig), {
        ...seenBy(connection),
        remoteAddress: remoteAddressOf(headers, connection, manager),
        headers,
        path,
        metadata,
      });
      if (!passes) {
        return 'deny';
      }
      if (asksProvider(manager, shadow, 'envoy.filters.http.ext_authz')) {
        passed = 'unknown';
      }
    } else if (!SILENT.has(filter)) {
      throw unknownField('an HTTP filter', filter);
    }
  }
  throw unknownField('a list of HTTP filters without an end', manager);
}

function headersOf({
  method,
  path,
  host,
  headers,
}: HttpSent): ReadonlyMap<string, string> {
  return new Map([
    ...Object.entries(headers).map(
      ([name, value]) => [name.toLowerCase(), value] as const,
    ),
    [':method', method],
    [':path', path],
    [':authority', host],
  ]);
}

/** A proxy that is told not to trust the connection's address takes the last one that was forwarded. */
function remoteAddressOf(
  headers: ReadonlyMap<string, string>,
  { sourceAddress }: Connection,
  { useRemoteAddress, xffNumTrustedHops }: Message,
): string {
  if (useRemoteAddress === true || xffNumTrustedHops !== undefined) {
    throw unknownField('how the remote address is found', {
      useRemoteAddress,
      xffNumTrustedHops,
    });
  }
  const forwarded = headers.get('x-forwarded-for')?.split(',') ?? [];
  return forwarded.pop()?.trim() ?? sourceAddress;
}

/** RFC 3986 as `normalize_path` has it; the URL parser does the same with dots and backslashes. */
function normalizedPath(path: string, manager: Message): string {
  const { normalizePath, mergeSlashes, pathWithEscapedSlashesAction } = manager;
  let [normalized] = path.split(/[?#]/, 1);
  switch (textOf(pathWithEscapedSlashesAction)) {
    case '':
    case 'KEEP_UNCHANGED':
      break;
    case 'UNESCAPE_AND_FORWARD':
      normalized = normalized.replace(/%2f|%5c/gi, '/');
      break;
    default:
      throw unknownField('an action for escaped slashes', manager);
  }
  if (normalizePath === true) {
    normalized = new URL(normalized, 'http://host').pathname;
  }
  return mergeSlashes === true
    ? normalized.replace(/\/{2,}/g, '/')
    : normalized;
}
