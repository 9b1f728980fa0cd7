/**
 * AuthorizationPolicy said as shortly as possible, for whole requests only and
 * without care for speed: the judge of the engine's own evaluator, which also
 * answers about requests that are not known yet.
 */
import { AuthorizationPolicy, AuthorizationRule } from '../../snapshot/kinds';

export interface ReferenceRequest {
  /** `td/ns/<namespace>/sa/<account>`; undefined over plaintext. */
  principal: string | undefined;
  /** IPv4. */
  source: string;
  port: number;
  method: string;
  path: string;
  host: string;
  headers: Record<string, string>;
  /** Claims of an accepted token. */
  claims: { iss: string; sub: string; groups: string[] } | undefined;
}

export type ReferencePlace = 'envoy http' | 'envoy tcp' | 'ztunnel';

export const REFERENCE_DOMAINS = ['prod.example', 'old.example'];

const KNOWN_KEYS: Record<string, string> = {
  'source.ip': 'ipBlocks',
  'source.namespace': 'namespaces',
  'source.principal': 'principals',
  'destination.port': 'ports',
  'request.auth.principal': 'requestPrincipals',
  'request.headers[x-team]': 'x-team',
  'request.auth.claims[groups]': 'groups',
};
const HTTP_FIELDS = [
  'methods',
  'paths',
  'hosts',
  'requestPrincipals',
  'x-team',
  'groups',
];
const ZTUNNEL_KEYS = [
  'source.ip',
  'source.namespace',
  'source.principal',
  'destination.port',
];

export function referenceVerdict(
  policies: readonly AuthorizationPolicy[],
  request: ReferenceRequest,
  place: ReferencePlace,
): 'allow' | 'deny' {
  const matching = (action: string) =>
    policies.filter(
      ({ spec }) =>
        (spec?.action ?? 'ALLOW') === action &&
        (spec?.rules ?? []).some(rule =>
          matches(rule, request, place, action === 'ALLOW'),
        ),
    );
  const allows = policies.filter(
    ({ spec }) => (spec?.action ?? 'ALLOW') === 'ALLOW',
  );
  return matching('DENY').length === 0 &&
    (allows.length === 0 || matching('ALLOW').length > 0)
    ? 'allow'
    : 'deny';
}

interface Wanted {
  field: string;
  values: readonly string[];
  negated: boolean;
}

function matches(
  { from = [], to = [], when = [] }: AuthorizationRule,
  request: ReferenceRequest,
  place: ReferencePlace,
  allow: boolean,
): boolean {
  const sources = from.map(({ source = {} }) => wantedOf(source));
  const operations = to.map(({ operation = {} }) => wantedOf(operation));
  const conditions = when.map(({ key, values = [], notValues = [] }) => [
    ...wanted(KNOWN_KEYS[key], values, false),
    ...wanted(KNOWN_KEYS[key], notValues, true),
  ]);
  if (when.some(({ key }) => !(key in KNOWN_KEYS))) {
    return false;
  }
  const everything = [...sources, ...operations, ...conditions].flat();
  const usable = ({ field, values }: Wanted): string[] =>
    values.filter(value => isUsable(field, value, place));
  if (
    allow &&
    everything.some(
      one =>
        (place !== 'ztunnel' || HTTP_FIELDS.includes(one.field)) &&
        usable(one).length < one.values.length,
    )
  ) {
    return false;
  }
  const isEmptyAtZtunnel = (item: readonly Wanted[]) =>
    place === 'ztunnel' && !item.some(one => usable(one).length > 0);
  const holds = (item: readonly Wanted[]) =>
    !isEmptyAtZtunnel(item) &&
    item.every(one => {
      const values = usable(one);
      return (
        values.length === 0 ||
        values.some(value => test(one.field, value, request, place)) !==
          one.negated
      );
    });
  const unreadable =
    place === 'ztunnel' && when.some(({ key }) => !ZTUNNEL_KEYS.includes(key));
  return (
    !unreadable &&
    (sources.length === 0 || sources.some(holds)) &&
    (operations.length === 0 || operations.some(holds)) &&
    conditions.every(holds)
  );
}

function wantedOf(
  fields: Readonly<Record<string, readonly string[] | undefined>>,
): Wanted[] {
  return Object.entries(fields).flatMap(([name, values = []]) =>
    name.startsWith('not')
      ? wanted(name[3].toLowerCase() + name.slice(4), values, true)
      : wanted(name, values, false),
  );
}

function wanted(
  field: string,
  values: readonly string[],
  negated: boolean,
): Wanted[] {
  return values.length > 0 ? [{ field, values, negated }] : [];
}

function isUsable(field: string, value: string, place: ReferencePlace) {
  if (HTTP_FIELDS.includes(field)) {
    return place === 'envoy http';
  }
  return field !== 'ports' || /^\d+$/.test(value);
}

function test(
  field: string,
  value: string,
  request: ReferenceRequest,
  place: ReferencePlace,
): boolean {
  const [domain = '', , namespace = '', , account = ''] =
    request.principal?.split('/') ?? [];
  const known = request.principal !== undefined;
  switch (field) {
    case 'principals':
      return (
        known &&
        aliases(value, place).some(one =>
          glob(one).test(request.principal ?? ''),
        )
      );
    case 'namespaces':
      return known && glob(value).test(namespace);
    case 'serviceAccounts':
      return known && value === `${namespace}/${account}`;
    case 'trustDomains':
      return known && glob(value).test(domain);
    case 'ipBlocks':
      return (
        value === '0.0.0.0/0' ||
        request.source.startsWith(value.replace(/\.0\/24$/, '.'))
      );
    case 'ports':
      return Number(value) === request.port;
    case 'methods':
      return glob(value).test(request.method);
    case 'paths':
      return glob(value).test(request.path);
    case 'hosts':
      return glob(value.toLowerCase()).test(request.host.toLowerCase());
    case 'x-team':
      return glob(value).test(request.headers['x-team'] ?? '');
    case 'groups':
      return (request.claims?.groups ?? []).some(group =>
        glob(value).test(group),
      );
    default:
      return (
        request.claims !== undefined &&
        glob(value).test(`${request.claims.iss}/${request.claims.sub}`)
      );
  }
}

function aliases(value: string, place: ReferencePlace): string[] {
  const [domain, ...rest] = value.split('/');
  return place !== 'ztunnel' &&
    rest.length === 4 &&
    (REFERENCE_DOMAINS.includes(domain) || domain === 'cluster.local')
    ? REFERENCE_DOMAINS.map(own => [own, ...rest].join('/'))
    : [value];
}

/** `*` alone asks for something, at an end for anything; templates for segments. */
function glob(written: string): RegExp {
  if (written === '*') {
    return /^.+$/;
  }
  const escaped = written
    .replace(/[.?+^$()|[\]\\]/g, '\\$&')
    .replace(/\{\*\*\}/g, '.<any>')
    .replace(/\{\*\}/g, '[^/]+')
    .replace(/^\*|\*$/g, '.<any>')
    .replace(/<any>/g, '*');
  return new RegExp(`^${escaped}$`);
}
