/** Rules that look into connections, in words: `HTTP GET /orders`, `DNS name shop.example`. */
import type { Condition } from '../../decisions';
import type { CiliumDomainName, CiliumPortRule } from '../../snapshot';
import { HttpRule, anyHttpTest, httpTest } from './httpTest';
import type { Layer7 } from './policySpec';

export const HTTP = 'HTTP request';

type Rules = NonNullable<CiliumPortRule['rules']>;

/** Undefined where a port rule looks into nothing; an empty list of rules does not. */
export function layer7Of({
  rules,
  serverNames,
  listener,
}: CiliumPortRule): Layer7 | undefined {
  if (rules && hasLayer7(rules)) {
    return layer7OfRules(rules);
  }
  if (listener) {
    return {
      proxied: 'connection',
      conditions: [`what the Envoy listener ${listener.name} lets through`],
    };
  }
  return serverNames?.length
    ? {
        proxied: 'TLS connection',
        conditions: serverNames.map(name => `TLS server name ${name}`),
      }
    : undefined;
}

export function hasLayer7({ http, kafka, dns, l7proto }: Rules): boolean {
  return Boolean(http?.length || kafka?.length || dns?.length || l7proto);
}

function layer7OfRules({ http, kafka, dns, l7proto, l7 }: Rules): Layer7 {
  if (http?.length) {
    return httpLayer(http);
  }
  if (kafka?.length) {
    return {
      proxied: 'Kafka request',
      conditions: alternatives(kafka, ({ role, apiKey, topic, clientID }) =>
        words('Kafka', role ?? apiKey, [
          ['topic', topic],
          ['client', clientID],
        ]),
      ),
    };
  }
  if (dns?.length) {
    return {
      proxied: 'DNS query',
      conditions: alternatives(dns, name =>
        domainOf(name) === '*' ? undefined : `DNS name ${domainOf(name)}`,
      ),
    };
  }
  return {
    proxied: `${l7proto} request`,
    conditions: alternatives(l7 ?? [], rule =>
      words(
        l7proto ?? '',
        undefined,
        Object.entries(rule).sort(([left], [right]) => (left < right ? -1 : 1)),
      ),
    ),
  };
}

function httpLayer(rules: readonly HttpRule[]): Layer7 {
  const conditions = alternatives(rules, inHttp);
  return {
    proxied: HTTP,
    conditions,
    requests:
      conditions.length === 0
        ? [anyHttpTest(anyOf(HTTP))]
        : rules.map((rule, index) => httpTest(rule, conditions[index])),
  };
}

/** One rule that asks for nothing makes the others void. */
function alternatives<T>(
  rules: readonly T[],
  inWords: (rule: T) => Condition | undefined,
): Condition[] {
  const conditions = rules.map(inWords);
  return conditions.includes(undefined)
    ? []
    : conditions.flatMap(condition => condition ?? []);
}

function inHttp({
  method,
  path,
  host,
  headers,
  headerMatches,
}: HttpRule): Condition | undefined {
  const request = [method, path].filter(Boolean).join(' ');
  return words('HTTP', request || undefined, [
    ['host', host],
    ...(headers ?? []).map((header): [string, string] => ['header', header]),
    ...(headerMatches ?? [])
      // What only changes or logs a header refuses nothing.
      .filter(({ mismatch }) => mismatch === undefined)
      .map(({ name, value }): [string, string] => [
        'header',
        value === undefined ? name : `${name}: ${value}`,
      ]),
  ]);
}

/** What a proxy takes whatever it is, as long as it understands it. */
export function anyOf(proxied: string): Condition {
  return `any ${proxied}`;
}

function words(
  protocol: string,
  first: string | undefined,
  others: readonly (readonly [string, string | undefined])[],
): Condition | undefined {
  const parts = [
    ...(first ? [first] : []),
    ...others.flatMap(([name, value]) => (value ? `${name} ${value}` : [])),
  ];
  return parts.length > 0 ? `${protocol} ${parts.join(', ')}` : undefined;
}

export function domainOf({ matchName, matchPattern }: CiliumDomainName) {
  return matchName ?? matchPattern ?? '';
}
