/** Envoy's matchers of text, values, headers and addresses (`envoy.type.matcher.v3` and `envoy.config.route.v3`). */
import { BlockList, isIPv6 } from 'node:net';
import {
  Message,
  listOf,
  messageOf,
  messagesOf,
  oneOf,
  textOf,
  unknownField,
} from './json';

/** `StringMatcher` */
export function matchesString(matcher: Message, text: string): boolean {
  const { ignoreCase, ...pattern } = matcher;
  const fold = (value: unknown) =>
    ignoreCase === true ? textOf(value).toLowerCase() : textOf(value);
  const [kind, value] = oneOf(pattern);
  switch (kind) {
    case 'exact':
      return fold(text) === fold(value);
    case 'prefix':
      return fold(text).startsWith(fold(value));
    case 'suffix':
      return fold(text).endsWith(fold(value));
    case 'contains':
      return fold(text).includes(fold(value));
    case 'safeRegex':
      return matchesRegex(messageOf(value), text);
    default:
      throw unknownField('a string matcher', matcher);
  }
}

/** RE2, always against the whole text. */
function matchesRegex({ regex }: Message, text: string): boolean {
  return new RegExp(`^(?:${textOf(regex)})$`, 's').test(text);
}

/** `ValueMatcher`; undefined is a value that is not there, which nothing matches. */
export function matchesValue(matcher: Message, value: unknown): boolean {
  const [kind, pattern] = oneOf(matcher);
  switch (kind) {
    case 'stringMatch':
      return (
        typeof value === 'string' && matchesString(messageOf(pattern), value)
      );
    case 'listMatch': {
      const [how, item] = oneOf(messageOf(pattern));
      if (how !== 'oneOf') {
        throw unknownField('a list matcher', matcher);
      }
      return (
        Array.isArray(value) &&
        value.some(entry => matchesValue(messageOf(item), entry))
      );
    }
    case 'orMatch':
      return messagesOf(messageOf(pattern).valueMatchers).some(part =>
        matchesValue(part, value),
      );
    default:
      throw unknownField('a value matcher', matcher);
  }
}

/** What filters before this one left behind, by their names. */
export type DynamicMetadata = Readonly<Record<string, unknown>>;

/** `MetadataMatcher` */
export function matchesMetadata(
  matcher: Message,
  metadata: DynamicMetadata,
): boolean {
  const { filter, path, value, invert, ...rest } = matcher;
  if (Object.keys(rest).length > 0 || invert === true) {
    throw unknownField('a metadata matcher', matcher);
  }
  let found: unknown = metadata[textOf(filter)];
  for (const segment of listOf(path)) {
    const key = textOf(messageOf(segment).key);
    found =
      typeof found === 'object' && found !== null && !Array.isArray(found)
        ? Object.getOwnPropertyDescriptor(found, key)?.value
        : undefined;
  }
  return matchesValue(messageOf(value), found);
}

/** `HeaderMatcher`, of headers by names in lower case. */
export function matchesHeader(
  matcher: Message,
  headers: ReadonlyMap<string, string>,
): boolean {
  const { name, ...pattern } = matcher;
  const value = headers.get(textOf(name).toLowerCase());
  const [kind, expected] = oneOf(pattern);
  switch (kind) {
    case 'presentMatch':
      return expected === (value !== undefined);
    case 'stringMatch':
      return value !== undefined && matchesString(messageOf(expected), value);
    default:
      throw unknownField('a header matcher', matcher);
  }
}

/** `CidrRange` */
export function isInRange(range: Message, address: string): boolean {
  const { addressPrefix, prefixLen } = range;
  const prefix = textOf(addressPrefix);
  const family = isIPv6(prefix) ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(prefix, Number(prefixLen ?? 0), family);
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** `UriTemplateMatchConfig`, as Envoy's `uri_template_internal.cc` turns it into an expression. */
export function matchesTemplate(matcher: Message, path: string): boolean {
  const segment = "[a-zA-Z0-9-._~%!$&'()+,;:@=]";
  const written = textOf(matcher.pathTemplate);
  const expression = written
    .split('/')
    .map(part => {
      switch (part) {
        case '*':
          return `${segment}+`;
        case '**':
          return `(?:${segment}|/)*`;
        default:
          return part.replace(/[^a-zA-Z0-9_]/g, '\\$&');
      }
    })
    .join('/');
  return new RegExp(`^${expression}$`).test(path);
}
