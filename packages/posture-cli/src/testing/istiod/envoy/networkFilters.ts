/** What the network filters of a chain do with a connection. */
import { Connection, Outcome, asksProvider, seenBy } from './connection';
import { requestOutcome } from './httpFilters';
import { Message, messageOf, messagesOf, textOf, unknownField } from './json';
import { rbacOutcome } from './rbac';

const HTTP_MANAGER = 'envoy.filters.network.http_connection_manager';

/** Filters that say nothing about who may pass. */
const SILENT: ReadonlySet<string> = new Set([
  'connect_authority',
  'istio.metadata_exchange',
  'envoy.filters.network.ext_authz',
]);

export function isHttp(chain: Message): boolean {
  return messagesOf(chain.filters).some(({ name }) => name === HTTP_MANAGER);
}

export function filtersOutcome(
  chain: Message,
  connection: Connection,
): Outcome {
  let passed: Outcome = 'allow';
  for (const { name, typedConfig } of messagesOf(chain.filters)) {
    const filter = textOf(name);
    const config = messageOf(typedConfig);
    if (filter === 'envoy.filters.network.tcp_proxy') {
      return passed;
    }
    if (filter === HTTP_MANAGER) {
      return connection.request
        ? requestOutcome(config, connection, connection.request)
        : 'deny';
    }
    if (filter === 'envoy.filters.network.rbac') {
      const { passes, shadow } = rbacOutcome(config, seenBy(connection));
      if (!passes) {
        return 'deny';
      }
      if (asksProvider(chain, shadow, 'envoy.filters.network.ext_authz')) {
        passed = 'unknown';
      }
    } else if (!SILENT.has(filter)) {
      throw unknownField('a network filter', filter);
    }
  }
  throw unknownField('a chain without an end', chain);
}
