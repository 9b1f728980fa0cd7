/**
 * What a waypoint does with a connection to a Service: the certificate is
 * checked where HBONE ends, and behind that a tree of matchers finds the chain
 * by the Service's address, its port, and what is spoken.
 */
import { ConfigDump } from './ConfigDump';
import { Connection, Outcome } from './connection';
import { acceptsCertificate } from './inbound';
import {
  Message,
  messageOf,
  messagesOf,
  oneOf,
  textOf,
  unknownField,
} from './json';
import { isInRange } from './matchers';
import { filtersOutcome } from './networkFilters';

/** `destinationAddress` and `port` are the Service's. */
export function waypointOutcome(
  { listeners }: ConfigDump,
  connection: Connection,
): Outcome {
  const outer = messageOf(listeners.get('connect_terminate'));
  const [{ transportSocket }] = messagesOf(outer.filterChains);
  if (!acceptsCertificate(messageOf(transportSocket), connection)) {
    return 'deny';
  }
  const inner = messageOf(listeners.get('main_internal'));
  const name = chosenBy(messageOf(inner.filterChainMatcher), connection);
  const chain = messagesOf(inner.filterChains).find(
    candidate => candidate.name === name,
  );
  if (!chain) {
    throw unknownField(`a chain for ${connection.destinationAddress}`, name);
  }
  return filtersOutcome(chain, connection);
}

/** `xds.type.matcher.v3.Matcher` over what a connection is; the outcome is the name of a chain. */
function chosenBy(
  matcher: Message,
  connection: Connection,
): string | undefined {
  const { matcherTree, onNoMatch } = matcher;
  const next =
    matcherTree === undefined
      ? undefined
      : branchOf(messageOf(matcherTree), connection);
  const chosen = next ?? onNoMatch;
  if (chosen === undefined) {
    return undefined;
  }
  const [kind, value] = oneOf(messageOf(chosen));
  return kind === 'matcher'
    ? chosenBy(messageOf(value), connection)
    : textOf(messageOf(value).name);
}

function branchOf(tree: Message, connection: Connection): unknown {
  const { input, exactMatchMap, customMatch } = tree;
  const { name } = messageOf(input);
  switch (name) {
    case 'ip':
      return messagesOf(
        messageOf(messageOf(customMatch).typedConfig).rangeMatchers,
      ).find(({ ranges }) =>
        messagesOf(ranges).some(range =>
          isInRange(range, connection.destinationAddress),
        ),
      )?.onMatch;
    case 'port':
      return messageOf(messageOf(exactMatchMap).map)[`${connection.port}`];
    case 'application-protocol':
      return connection.request
        ? messageOf(messageOf(exactMatchMap).map)["'http/1.1'"]
        : undefined;
    default:
      throw unknownField('an input of a matcher', input);
  }
}
