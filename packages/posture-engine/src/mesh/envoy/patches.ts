/**
 * Whether a patch of an EnvoyFilter can change whom a proxy lets in. Patches
 * that only add a check, a count or a limit cannot, and those are the most;
 * everything that could is left as something that nobody can tell.
 */
import { EnvoyPatch, PatchedFields } from '../../snapshot/kinds';

/** The part of a proxy's configuration that decides about callers; clusters and bootstraps are others. */
const WHERE_CALLERS_COME: readonly string[] = [
  'LISTENER',
  'LISTENER_FILTER',
  'FILTER_CHAIN',
  'NETWORK_FILTER',
  'HTTP_FILTER',
  'ROUTE_CONFIGURATION',
  'VIRTUAL_HOST',
  'HTTP_ROUTE',
];

const HTTP_MANAGER = 'envoy.filters.network.http_connection_manager';

/** The one HTTP filter after which no other is asked. */
const ROUTER = /\.filters\.http\.router\./;

/** Network filters that hand on what they get, or refuse it; any other may be the end of its chain, before policies are asked. */
const PASSING_ON =
  /\.filters\.network\.(rbac|ext_authz|local_ratelimit|ratelimit|connection_limit|metadata_exchange|wasm|mysql_proxy|mongo_proxy|postgres_proxy|zookeeper_proxy)\.|stats\.PluginConfig|metadataexchange/;

/** What may be changed or taken out of a chain without a caller noticing. */
const HARMLESS_HTTP: ReadonlySet<string> = new Set([
  'envoy.filters.http.router',
  'envoy.filters.http.fault',
  'envoy.filters.http.cors',
  'envoy.filters.http.grpc_stats',
  'envoy.filters.http.compressor',
  'envoy.filters.http.local_ratelimit',
  'envoy.filters.http.ratelimit',
  'istio.alpn',
  'istio.metadata_exchange',
  'istio.stats',
]);

const HARMLESS_NETWORK: ReadonlySet<string> = new Set([
  'envoy.filters.network.tcp_proxy',
  'envoy.filters.network.metadata_exchange',
  'istio.metadata_exchange',
  'istio.stats',
]);

const HARMLESS_OF_HTTP_MANAGER: ReadonlySet<string> = new Set([
  'access_log',
  'access_log_options',
  'common_http_protocol_options',
  'delayed_close_timeout',
  'drain_timeout',
  'generate_request_id',
  'http2_protocol_options',
  'http_protocol_options',
  'local_reply_config',
  'max_request_headers_kb',
  'preserve_external_request_id',
  'proxy_100_continue',
  'request_headers_timeout',
  'request_id_extension',
  'request_timeout',
  'server_header_transformation',
  'server_name',
  'stat_prefix',
  'stream_idle_timeout',
  'tracing',
  'via',
]);

const HARMLESS_OF_LISTENER: ReadonlySet<string> = new Set([
  'access_log',
  'connection_balance_config',
  'drain_type',
  'enable_reuse_port',
  'per_connection_buffer_limit_bytes',
  'stat_prefix',
  'tcp_backlog_size',
]);

const HARMLESS_OF_ROUTES: ReadonlySet<string> = new Set([
  'decorator',
  'request_headers_to_add',
  'response_headers_to_add',
  'response_headers_to_remove',
  'retry_policy',
  'stat_prefix',
  'tracing',
]);

export type Side = 'SIDECAR_INBOUND' | 'GATEWAY' | 'WAYPOINT';

export function canChangeAccess(patch: EnvoyPatch, side: Side): boolean {
  const { applyTo = '', match } = patch;
  const context = match?.context ?? 'ANY';
  return (
    (context === 'ANY' || context === side) &&
    WHERE_CALLERS_COME.includes(applyTo) &&
    !isHarmless(applyTo, patch)
  );
}

function isHarmless(applyTo: string, { match, patch }: EnvoyPatch): boolean {
  const { operation = '', value = {} } = patch ?? {};
  const filter = match?.listener?.filterChain?.filter;
  switch (applyTo) {
    case 'HTTP_FILTER':
      return isAddition(operation)
        ? !ROUTER.test(typeOf(value))
        : HARMLESS_HTTP.has(filter?.subFilter?.name ?? '');
    case 'NETWORK_FILTER':
      if (isAddition(operation)) {
        return PASSING_ON.test(typeOf(value));
      }
      return operation === 'MERGE' && filter?.name === HTTP_MANAGER
        ? setsOnly(settingsOf(value), HARMLESS_OF_HTTP_MANAGER)
        : HARMLESS_NETWORK.has(filter?.name ?? '');
    case 'LISTENER':
      return operation === 'MERGE' && setsOnly(value, HARMLESS_OF_LISTENER);
    case 'VIRTUAL_HOST':
    case 'HTTP_ROUTE':
    case 'ROUTE_CONFIGURATION':
      return operation === 'MERGE' && setsOnly(value, HARMLESS_OF_ROUTES);
    default:
      return false;
  }
}

function isAddition(operation: string): boolean {
  return operation === 'ADD' || operation.startsWith('INSERT_');
}

function settingsOf(value: PatchedFields): PatchedFields {
  const settings = value.typed_config;
  return typeof settings === 'object'
    ? Object.fromEntries(Object.keys(settings).map(key => [key, true]))
    : {};
}

/** The name of a filter is anybody's choice; its type is what it is. */
function typeOf(value: PatchedFields): string {
  const settings = value.typed_config;
  const type = typeof settings === 'object' ? settings['@type'] : undefined;
  return typeof type === 'string' ? type : '';
}

function setsOnly(value: PatchedFields, allowed: ReadonlySet<string>): boolean {
  const keys = Object.keys(value).filter(key => key !== '@type');
  return keys.length > 0 && keys.every(key => allowed.has(key));
}
