/** What the lists of an AuthorizationPolicy may hold, per `pkg/config/security`: each function gives what is wrong, or undefined. */
import { wrongAddress, wrongBlock } from './values';

export type Values = readonly string[];
export type Wrong = (values: Values) => string | undefined;

const KEYED = [
  'request.headers',
  'request.auth.claims',
  'experimental.envoy.filters.',
];
const ANY_TEXT = [
  ...['source.namespace', 'source.principal', 'request.auth.principal'],
  ...['request.auth.audiences', 'request.auth.presenter', 'connection.sni'],
];
const OF_VALUES: Readonly<Record<string, Wrong>> = {
  'source.ip': wrongAddresses,
  'remote.ip': wrongAddresses,
  'destination.ip': wrongAddresses,
  'destination.port': wrongPorts,
  'source.serviceAccount': wrongServiceAccounts,
  'source.trustDomain': wrongWildcards,
};

export function isAboutKey(key: string): boolean {
  return !Object.hasOwn(OF_VALUES, key);
}

export function wrongAttribute(
  key: string,
  values: Values,
): string | undefined {
  if (KEYED.some(prefix => key.startsWith(prefix))) {
    const open = key.indexOf('[');
    return key.endsWith(']') && open > 0 && open < key.length - 2
      ? undefined
      : `${key} must have the form a[b]`;
  }
  if (Object.hasOwn(OF_VALUES, key)) {
    return OF_VALUES[key](values);
  }
  return ANY_TEXT.includes(key) ? undefined : `unknown attribute ${key}`;
}

export function wrongTexts(values: Values): string | undefined {
  return values.includes('') ? 'must not hold an empty value' : undefined;
}

export function wrongAddresses(values: Values): string | undefined {
  return firstWrong(values, value =>
    value.includes('/') ? wrongBlock(value) : wrongAddress(value),
  );
}

export function wrongPorts(values: Values): string | undefined {
  return firstWrong(values, value =>
    /^\d+$/.test(value) && Number(value) <= 65535
      ? undefined
      : `"${value}" is no port`,
  );
}

function wrongWildcards(values: Values): string | undefined {
  return (
    wrongTexts(values) ??
    firstWrong(values, value => {
      const [first, ...rest] = value.split('*');
      return rest.length > 1 ||
        (rest.length === 1 && first !== '' && rest[0] !== '')
        ? `"${value}" may have one wildcard, first or last`
        : undefined;
    })
  );
}

export function wrongTrustDomains(values: Values): string | undefined {
  return (
    wrongWildcards(values) ??
    firstWrong(values, value =>
      value.includes('/') ? `"${value}" must not contain /` : undefined,
    )
  );
}

const MOST_SERVICE_ACCOUNTS = 16;
const LONGEST_SERVICE_ACCOUNT = 320;

export function wrongServiceAccounts(values: Values): string | undefined {
  if (values.length > MOST_SERVICE_ACCOUNTS) {
    return `must have at most ${MOST_SERVICE_ACCOUNTS} items`;
  }
  return firstWrong(values, value => {
    const parts = value.split('/');
    return value.includes('*') ||
      value.length > LONGEST_SERVICE_ACCOUNT ||
      parts.length > 2 ||
      parts.includes('')
      ? `"${value}" is no service account: it must be a name, or a namespace, a slash and a name`
      : undefined;
  });
}

const LITERAL = /^[a-zA-Z0-9-._~%!$&'()+,;:@=]+$/;

/** `{*}` is one part of a path, `{**}` any number of them; nothing may be behind that but text. */
export function wrongPaths(values: Values): string | undefined {
  return wrongTexts(values) ?? firstWrong(values, wrongPath);
}

function wrongPath(path: string): string | undefined {
  const isTemplate = path.includes('{*}') || path.includes('{**}');
  let hasAny = false;
  for (const part of path.replace(/^\/+|\/+$/g, '').split('/')) {
    if (part === '{*}' || part === '{**}') {
      if (hasAny) {
        return `in "${path}", nothing like ${part} may come behind {**}`;
      }
      hasAny = part === '{**}';
    } else if (/[{}]/.test(part)) {
      return `in "${path}", "${part}" is neither {*} nor {**}`;
    } else if (isTemplate && !LITERAL.test(part)) {
      return `in "${path}", "${part}" is no text of a path`;
    }
  }
  return undefined;
}

function firstWrong(
  values: Values,
  wrong: (value: string) => string | undefined,
): string | undefined {
  for (const value of values) {
    const found = wrong(value);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}
