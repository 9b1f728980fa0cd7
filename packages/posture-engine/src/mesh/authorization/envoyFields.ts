/**
 * How Envoy reads each field of a rule, per istiod's
 * `pilot/pkg/security/authz/model`: a value becomes a predicate, or a problem
 * (it needs HTTP on a chain without, or cannot be read). What a problem does to
 * its rule depends on the action, and is decided in `envoyRules.ts`.
 */
import { Mesh } from '../mesh';
import { blockOf, isWithin } from './addresses';
import {
  Facts,
  addressTest,
  remoteAddressOf,
  requestTest,
  valueTest,
} from './facts';
import { Formula, NEVER, any, truth, unknown } from './formula';
import { claimTest, requestPrincipalTest } from './claims';
import { Pattern, matchesPattern, pathPatternOf, patternOf } from './patterns';
import {
  PrincipalTest,
  namespaceTest,
  principalTest,
  serviceAccountTest,
  trustDomainTest,
} from './principals';
import { Predicate } from './rules';

/** Where a policy is enforced: what its fields depend on beside the request. */
export interface Place {
  mesh: Mesh;
  policyNamespace: string;
  /** Whether the chain reads HTTP. */
  http: boolean;
}

/** Undefined where the proxy cannot use the values; `values` is never empty. */
export type Field = (
  values: readonly string[],
  place: Place,
) => Predicate | undefined;

/** Fields that are one predicate for a whole list, and exist only in HTTP. */
function httpField(
  read: (values: readonly string[]) => (facts: Facts) => Formula,
): Field {
  return (values, { http }) => (http ? read(values) : undefined);
}

function identityField(
  testOf: (written: string, place: Place) => PrincipalTest,
): Field {
  return (values, place) => {
    const tests = values.map(value => testOf(value, place));
    return ({ principal }) =>
      principal === undefined
        ? NEVER
        : truth(tests.some(test => test(principal)));
  };
}

function addressField(
  whose: string,
  placeOf: (facts: Facts) => bigint | undefined | 'any',
): Field {
  return values => {
    const blocks = values.flatMap(value => blockOf(value) ?? []);
    if (blocks.length < values.length) {
      return undefined;
    }
    const patterns: Pattern[] = values.map(written => ({
      kind: 'opaque',
      written,
    }));
    return facts => {
      const place = placeOf(facts);
      return place === 'any'
        ? requestTest(whose, patterns, true)
        : addressTest(
            place,
            asked => blocks.some(block => isWithin(asked, block)),
            whose,
          );
    };
  };
}

/** A header that is there is present, also where it is empty. */
function matchesHeader(
  patterns: readonly Pattern[],
  value: string | undefined,
): boolean {
  return (
    value !== undefined &&
    patterns.some(
      pattern => pattern.kind === 'present' || matchesPattern(pattern, value),
    )
  );
}

function headerField(name: string): Field {
  const header = name.toLowerCase();
  return httpField(values => {
    const patterns = values.map(patternOf);
    return ({ http }) => {
      switch (header) {
        case ':method':
          return valueTest('method', patterns, http?.method);
        case ':authority':
        case 'host':
          return valueTest('host', patterns, http?.host);
        case ':path':
          return valueTest('path', patterns, http?.rawPath);
        default:
          return http?.headers
            ? truth(matchesHeader(patterns, http.headers.get(header)))
            : valueTest(`header ${header}`, patterns, undefined);
      }
    };
  });
}

const methods = httpField(values => {
  const patterns = values.map(patternOf);
  return ({ http }) => valueTest('method', patterns, http?.method);
});

const hosts = httpField(values => {
  const patterns = values.map(value => patternOf(value.toLowerCase()));
  return ({ http }) => valueTest('host', patterns, http?.host);
});

const paths = httpField(values => {
  const patterns = values.map(pathPatternOf);
  return ({ http }) => valueTest('path', patterns, http?.path);
});

const ports: Field = values => {
  const numbers = values.map(portOf);
  return numbers.includes(undefined)
    ? undefined
    : ({ port }) => truth(numbers.includes(port));
};

/** istiod takes 0 to 65535, in digits alone. */
export function portOf(written: string): number | undefined {
  const port = /^[0-9]{1,9}$/.test(written) ? Number(written) : undefined;
  return port === undefined || port > 65_535 ? undefined : port;
}

const requestPrincipals = httpField(values => {
  const tests = values.map(requestPrincipalTest);
  return ({ http }) => any(tests.map(test => test(http?.claims ?? 'none')));
});

function claimField(attribute: string, path: readonly string[]): Field {
  return httpField(values => {
    const patterns = values.map(patternOf);
    return ({ http }) =>
      claimTest(attribute, path, patterns, http?.claims ?? 'none');
  });
}

const sourceAddresses = addressField('the caller', ({ source }) => source);
const remoteAddresses = addressField('the original client', remoteAddressOf);

export const SOURCE_FIELDS: Readonly<Record<string, Field>> = {
  principals: identityField((value, { mesh }) => principalTest(value, mesh)),
  requestPrincipals,
  namespaces: identityField(namespaceTest),
  serviceAccounts: identityField((value, { policyNamespace }) =>
    serviceAccountTest(value, policyNamespace),
  ),
  trustDomains: identityField((value, { mesh }) =>
    trustDomainTest(value, mesh),
  ),
  ipBlocks: sourceAddresses,
  remoteIpBlocks: remoteAddresses,
};

export const OPERATION_FIELDS: Readonly<Record<string, Field>> = {
  hosts,
  ports,
  methods,
  paths,
};

const CONDITIONS: ReadonlyMap<string, Field> = new Map([
  ['source.ip', sourceAddresses],
  ['remote.ip', remoteAddresses],
  ['source.namespace', SOURCE_FIELDS.namespaces],
  ['source.principal', SOURCE_FIELDS.principals],
  ['source.serviceAccount', SOURCE_FIELDS.serviceAccounts],
  ['source.trustDomain', SOURCE_FIELDS.trustDomains],
  ['request.auth.principal', requestPrincipals],
  ['request.auth.audiences', claimField('token audience', ['aud'])],
  ['request.auth.presenter', claimField('token presenter', ['azp'])],
  [
    'destination.ip',
    addressField('the destination', ({ destination }) => destination),
  ],
  ['destination.port', ports],
  [
    'connection.sni',
    () => () =>
      unknown(
        'a rule asks for the server name of the TLS handshake, which nothing here shows',
      ),
  ],
]);

const HEADERS = 'request.headers';
const INLINE_HEADERS = 'request.experimental.inline.headers';
const CLAIMS = 'request.auth.claims';
const FILTER_STATE = 'experimental.envoy.filters.';

/** What a key of `when` asks for; undefined for a key that Istio does not know, whose rule it drops. */
export function conditionField(key: string): Field | undefined {
  const known = CONDITIONS.get(key);
  if (known) {
    return known;
  }
  if (key.startsWith(FILTER_STATE)) {
    return () => () =>
      unknown(`a rule asks for ${key}, which only a filter of Envoy knows`);
  }
  for (const prefix of [HEADERS, INLINE_HEADERS]) {
    if (key.startsWith(prefix)) {
      const name = /^\[([^[\]]+)\]$/.exec(key.slice(prefix.length))?.[1];
      return name === undefined ? () => undefined : headerField(name);
    }
  }
  if (key.startsWith(CLAIMS)) {
    const rest = key.slice(CLAIMS.length);
    return /^(?:\[[^[\]]+\])+$/.test(rest)
      ? claimField(`claim ${rest}`, rest.slice(1, -1).split(']['))
      : () => undefined;
  }
  return undefined;
}
