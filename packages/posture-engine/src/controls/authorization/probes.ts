/**
 * Requests that a policy's rules name, and requests that they do not, made up
 * from the rules: asked of a proxy, they show what the policy does there.
 */
import { AuthorizationPolicy, AuthorizationRule } from '../../snapshot/kinds';
import { Caller, HttpRequest, Token } from '../../mesh/authorization';
import { Mesh } from '../../mesh/mesh';
import { methodOf, pathOf, principalOf, sampleOf, splitLast } from './samples';

const ELSEWHERE = {
  method: 'PATCH',
  path: '/nowhere-named',
  host: 'nowhere.example',
};

export interface Probe {
  caller: Caller;
  /** Who calls, in words. */
  who: string;
  /** Whether that may be any workload of the mesh. */
  anybody: boolean;
  request: HttpRequest;
  /** The request, in words that follow "may send". */
  what: string;
  /** Where the rule names one. */
  port?: number;
}

/** Of the items of a rule that many are tried; more say the same again. */
const MOST_ITEMS = 16;
/** An address of the documentation's range, which no policy means. */
const STRANGE_ADDRESS = '192.0.2.1';
export const STRANGER = 'any workload in the mesh';

/** An identity that nobody named. */
export function strangerOf({ trustDomain }: Mesh): Caller {
  return {
    principal: `${trustDomain}/ns/nobody-named-it/sa/stranger`,
    address: STRANGE_ADDRESS,
  };
}

type Source = NonNullable<
  NonNullable<AuthorizationRule['from']>[number]['source']
>;
type Operation = NonNullable<
  NonNullable<AuthorizationRule['to']>[number]['operation']
>;

/** The callers and requests of each rule in all pairs, with a stranger and with another request beside them. */
export function probesOf(policy: AuthorizationPolicy, mesh: Mesh): Probe[] {
  const rules = policy.spec?.rules ?? [];
  if (rules.length === 0) {
    return [strangerProbe(mesh)];
  }
  return rules.flatMap(rule => probesOfRule(rule, policy, mesh));
}

/** Anybody, asking for something that no rule names. */
export function strangerProbe(mesh: Mesh): Probe {
  return {
    caller: strangerOf(mesh),
    who: STRANGER,
    anybody: true,
    request: { ...ELSEWHERE, headers: {}, token: null },
    what: 'requests',
  };
}

/** The callers and requests of one rule. */
export function probesOfRule(
  { from = [], to = [], when = [] }: AuthorizationRule,
  policy: AuthorizationPolicy,
  mesh: Mesh,
): Probe[] {
  const conditions = conditionsOf(when);
  const sources = (from.length > 0 ? from : [{}]).slice(0, MOST_ITEMS);
  const operations = (to.length > 0 ? to : [{}]).slice(0, MOST_ITEMS);
  return sources.flatMap(({ source = {} }) => {
    const callers = callersOf(
      { ...source, ...conditions.source },
      policy.metadata.namespace ?? 'default',
      mesh,
    );
    return operations.flatMap(({ operation = {} }) =>
      requestsOf({ ...operation, ...conditions.operation }).flatMap(
        ({ request, what, port }) =>
          callers.map(({ headers, token, ...caller }) => ({
            ...caller,
            what,
            request: {
              ...request,
              headers: { ...conditions.headers, ...headers },
              token: tokenOf(conditions.claims, token),
            },
            ...(port === undefined ? {} : { port }),
          })),
      ),
    );
  });
}

interface Conditions {
  source: Source;
  operation: Operation;
  headers: Record<string, string>;
  claims: Record<string, string>;
}

const SOURCE_KEYS: Readonly<Record<string, keyof Source>> = {
  'source.ip': 'ipBlocks',
  'remote.ip': 'remoteIpBlocks',
  'source.namespace': 'namespaces',
  'source.principal': 'principals',
  'source.serviceAccount': 'serviceAccounts',
  'source.trustDomain': 'trustDomains',
  'request.auth.principal': 'requestPrincipals',
};

function conditionsOf(
  when: NonNullable<AuthorizationRule['when']>,
): Conditions {
  const found: Conditions = {
    source: {},
    operation: {},
    headers: {},
    claims: {},
  };
  for (const { key, values = [] } of when) {
    const [, kind, name] =
      /^request\.(headers|auth\.claims)\[([^[\]]+)\]$/.exec(key) ?? [key];
    const [value] = values;
    if (value === undefined) {
      continue;
    }
    if (Object.hasOwn(SOURCE_KEYS, key)) {
      found.source[SOURCE_KEYS[key]] = [...values];
    } else if (key === 'destination.port') {
      found.operation.ports = [...values];
    } else if (kind === 'headers') {
      found.headers[name] = sampleOf(value);
    } else if (kind !== undefined) {
      found.claims[name] = sampleOf(value);
    }
  }
  return found;
}

type Called = Pick<Probe, 'caller' | 'who' | 'anybody'> & {
  headers: Record<string, string>;
  token?: Token;
};

/** Whom a source names, and a stranger who has all that a caller can choose himself. */
function callersOf(
  {
    remoteIpBlocks = [],
    requestPrincipals = [],
    ipBlocks = [],
    ...source
  }: Source,
  namespace: string,
  mesh: Mesh,
): Called[] {
  const forwarded = remoteIpBlocks[0]?.split('/', 1)[0];
  const [issuer, subject] = splitLast(requestPrincipals[0]);
  const chosen = {
    headers: {
      ...(forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }),
    },
    ...(issuer === undefined ? {} : { token: { iss: issuer, sub: subject } }),
  };
  const identities = principalsIn(source, namespace, mesh).slice(0, MOST_ITEMS);
  const address = ipBlocks[0]?.split('/', 1)[0];
  const stranger: Called = {
    caller: strangerOf(mesh),
    who: STRANGER,
    anybody: true,
    ...chosen,
  };
  if (identities.length === 0 && address === undefined) {
    return [
      issuer === undefined
        ? stranger
        : {
            ...stranger,
            who: `whoever has a token of ${issuer}`,
            anybody: false,
          },
    ];
  }
  const named = identities.length > 0 ? identities : [undefined];
  return [
    stranger,
    ...named.map(principal => ({
      caller: {
        principal: principal ?? strangerOf(mesh).principal,
        address: address ?? STRANGE_ADDRESS,
      },
      who: principal ?? `a caller from ${ipBlocks[0]}`,
      anybody: false,
      ...chosen,
    })),
  ];
}

/** Identities that a source names; none where it asks for none. */
function principalsIn(
  { principals, serviceAccounts, namespaces, trustDomains }: Source,
  namespace: string,
  { trustDomain }: Mesh,
): string[] {
  if (principals?.length) {
    return principals.map(value => principalOf(value, trustDomain));
  }
  if (serviceAccounts?.length) {
    return serviceAccounts.map(value => {
      const [where, account] = value.includes('/')
        ? value.split('/', 2)
        : [namespace, value];
      return `${trustDomain}/ns/${where}/sa/${sampleOf(account)}`;
    });
  }
  return namespaces?.length
    ? namespaces.map(value => `${trustDomain}/ns/${sampleOf(value)}/sa/default`)
    : (trustDomains ?? []).map(
        value => `${sampleOf(value)}/ns/some/sa/default`,
      );
}

function tokenOf(
  claims: Record<string, string>,
  token: Token | undefined,
): Token | null {
  return token || Object.keys(claims).length > 0 ? { ...token, claims } : null;
}

type Requested = Pick<Probe, 'request' | 'what' | 'port'>;

/** What an operation names, and something else at the same port. */
function requestsOf({
  methods = [],
  paths = [],
  hosts = [],
  ports = [],
}: Operation): Requested[] {
  const port = ports.map(Number).find(Number.isInteger);
  const at = port === undefined ? {} : { port };
  const named = {
    method: methods.length > 0 ? methodOf(methods[0]) : 'GET',
    path: paths.length > 0 ? pathOf(paths[0]) : '/',
    host: hosts.length > 0 ? sampleOf(hosts[0]) : 'some.example',
  };
  const isNamed = methods.length + paths.length + hosts.length > 0;
  return [
    {
      request: named,
      what: isNamed ? wordsOf(named, methods, paths, hosts) : 'requests',
      ...at,
    },
    {
      request: ELSEWHERE,
      what: isNamed ? 'requests that no rule names' : 'requests',
      ...at,
    },
  ];
}

function wordsOf(
  named: { method: string; path: string; host: string },
  methods: readonly string[],
  paths: readonly string[],
  hosts: readonly string[],
): string {
  return [
    methods.length > 0 || paths.length > 0 ? named.method : 'requests',
    ...(paths.length > 0 ? [named.path] : []),
    ...(hosts.length > 0 ? [`for host ${named.host}`] : []),
  ].join(' ');
}
