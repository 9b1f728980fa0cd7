/**
 * What a filter of `envoy.extensions.filters.{http,network}.rbac.v3.RBAC` does
 * with a request or a connection, as its API describes it.
 */
import {
  Message,
  listOf,
  messageOf,
  messagesOf,
  oneOf,
  textOf,
  unknownField,
} from './json';
import {
  DynamicMetadata,
  isInRange,
  matchesHeader,
  matchesMetadata,
  matchesString,
  matchesTemplate,
} from './matchers';

/** What a filter sees. On a TCP chain there are no headers, no path and no metadata. */
export interface Seen {
  /** `spiffe://…` of the client's certificate, if it presented one. */
  peer: string | undefined;
  sourceAddress: string;
  /** The source, as HTTP headers of trusted proxies tell it. */
  remoteAddress: string;
  destinationAddress: string;
  destinationPort: number;
  headers: ReadonlyMap<string, string>;
  /** Normalised, without query. */
  path: string;
  metadata: DynamicMetadata;
}

/** The filter's own verdict, and the names of the rules of its shadow that match. */
export interface RbacOutcome {
  passes: boolean;
  shadow: readonly string[];
}

export function rbacOutcome(config: Message, seen: Seen): RbacOutcome {
  const {
    '@type': _type,
    rules,
    shadowRules,
    shadowRulesStatPrefix,
    statPrefix: _statPrefix,
    ...rest
  } = config;
  if (Object.keys(rest).length > 0) {
    throw unknownField('a field of an RBAC filter', rest);
  }
  return {
    passes: rules === undefined || enforced(messageOf(rules), seen),
    shadow:
      shadowRules === undefined || textOf(shadowRulesStatPrefix) === ''
        ? []
        : matchingPolicies(messageOf(shadowRules), seen),
  };
}

function enforced(rules: Message, seen: Seen): boolean {
  const matching = matchingPolicies(rules, seen).length > 0;
  // ALLOW is zero, and so is left out.
  switch (rules.action ?? 'ALLOW') {
    case 'ALLOW':
      return matching;
    case 'DENY':
      return !matching;
    case 'LOG':
      return true;
    default:
      throw unknownField('an action', rules.action);
  }
}

function matchingPolicies({ policies = {} }: Message, seen: Seen): string[] {
  return Object.entries(messageOf(policies))
    .filter(([, policy]) => {
      const { permissions, principals, ...rest } = messageOf(policy);
      if (Object.keys(rest).length > 0) {
        throw unknownField('a field of a policy', rest);
      }
      return (
        messagesOf(permissions).some(each => permits(each, seen)) &&
        messagesOf(principals).some(each => identifies(each, seen))
      );
    })
    .map(([name]) => name);
}

/** `envoy.config.rbac.v3.Permission` */
function permits(permission: Message, seen: Seen): boolean {
  const [kind, value] = oneOf(permission);
  switch (kind) {
    case 'any':
      return value === true;
    case 'andRules':
      return setOf(value, 'rules').every(each => permits(each, seen));
    case 'orRules':
      return setOf(value, 'rules').some(each => permits(each, seen));
    case 'notRule':
      return !permits(messageOf(value), seen);
    case 'header':
      return matchesHeader(messageOf(value), seen.headers);
    case 'urlPath':
      return matchesString(messageOf(messageOf(value).path), seen.path);
    case 'uriTemplate':
      return matchesTemplate(
        messageOf(messageOf(value).typedConfig),
        seen.path,
      );
    case 'destinationIp':
      return isInRange(messageOf(value), seen.destinationAddress);
    case 'destinationPort':
      return Number(value) === seen.destinationPort;
    case 'metadata':
      return matchesMetadata(messageOf(value), seen.metadata);
    default:
      throw unknownField('a permission', permission);
  }
}

/** `envoy.config.rbac.v3.Principal` */
function identifies(principal: Message, seen: Seen): boolean {
  const [kind, value] = oneOf(principal);
  switch (kind) {
    case 'any':
      return value === true;
    case 'andIds':
      return setOf(value, 'ids').every(each => identifies(each, seen));
    case 'orIds':
      return setOf(value, 'ids').some(each => identifies(each, seen));
    case 'notId':
      return !identifies(messageOf(value), seen);
    case 'authenticated':
      return matchesPeer(messageOf(value).principalName, seen.peer);
    case 'filterState': {
      // A waypoint's listener in front passes the identity on by this key.
      const { key, stringMatch } = messageOf(value);
      if (key !== 'io.istio.peer_principal') {
        throw unknownField('filter state', value);
      }
      return matchesPeer(stringMatch, seen.peer);
    }
    case 'directRemoteIp':
      return isInRange(messageOf(value), seen.sourceAddress);
    case 'remoteIp':
      return isInRange(messageOf(value), seen.remoteAddress);
    case 'header':
      return matchesHeader(messageOf(value), seen.headers);
    case 'metadata':
      return matchesMetadata(messageOf(value), seen.metadata);
    default:
      throw unknownField('a principal', principal);
  }
}

function matchesPeer(matcher: unknown, peer: string | undefined): boolean {
  return peer !== undefined && matchesString(messageOf(matcher), peer);
}

function setOf(value: unknown, field: 'rules' | 'ids'): Message[] {
  return listOf(messageOf(value)[field]).map(messageOf);
}
