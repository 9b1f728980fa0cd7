/** A connection to a proxy, what may come of it, and how filters see it. */
import type { Claims } from './jwt';
import { Message, messageOf, messagesOf } from './json';
import { matchesString } from './matchers';
import type { Seen } from './rbac';

export interface Connection {
  /** The port of the pod. */
  port: number;
  sourceAddress: string;
  destinationAddress: string;
  /** `td/ns/…/sa/…` of the client's certificate; undefined for plaintext. */
  principal: string | undefined;
  /** Undefined for a connection that sends no HTTP. */
  request: HttpSent | undefined;
}

export interface HttpSent {
  method: string;
  path: string;
  host: string;
  headers: Readonly<Record<string, string>>;
  token: Claims | undefined;
}

/** `unknown`: somebody else decides, be it the application or a provider. */
export type Outcome = 'allow' | 'deny' | 'unknown';

/** A CUSTOM policy's rules stand in the shadow of a filter, and another asks the provider where one of them matches. */
export function asksProvider(
  chain: Message,
  shadow: readonly string[],
  asking: string,
): boolean {
  const filters = messagesOf(chain.httpFilters ?? chain.filters);
  return filters
    .filter(({ name }) => name === asking)
    .some(({ typedConfig }) => {
      const { filterEnabledMetadata } = messageOf(typedConfig);
      const { value } = messageOf(filterEnabledMetadata);
      return shadow.some(policy =>
        matchesString(messageOf(messageOf(value).stringMatch), policy),
      );
    });
}

export function seenBy({
  principal,
  sourceAddress,
  destinationAddress,
  port,
}: Connection): Seen {
  return {
    peer: principal === undefined ? undefined : `spiffe://${principal}`,
    sourceAddress,
    remoteAddress: sourceAddress,
    destinationAddress,
    destinationPort: port,
    headers: new Map(),
    path: '',
    metadata: {},
  };
}
