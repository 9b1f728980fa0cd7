/** Random AuthorizationPolicies and RequestAuthentications. */
import fc from 'fast-check';
import { targetRefs } from './randomWaypoint';
import {
  ALIASES,
  AUDIENCES,
  HOSTS,
  ISSUERS,
  METHODS,
  NAMESPACES,
  PATHS,
  PORTS,
  SUBJECTS,
  TRUST_DOMAINS,
  labels,
  rarely,
  some,
  word,
  written,
} from './words';

const ACCOUNTS = ['web', 'api'];
const DOMAINS = [...TRUST_DOMAINS, ...ALIASES, 'foreign.example'];

const principal = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(
        word([...DOMAINS, '*']),
        word([...NAMESPACES, '*']),
        word([...ACCOUNTS, '*']),
      )
      .map(([domain, namespace, account]) =>
        `${domain}/ns/${namespace}/sa/${account}`.replace(
          /^\*\/ns\/\*\/sa\/\*$/,
          '*',
        ),
      ),
  },
  {
    weight: 3,
    arbitrary: word([
      ...['*', '*/ns/a/sa/web', '*/sa/api', '*example/ns/b/sa/web'],
      ...['cluster.local/*', 'prod.example/ns/a/*', 'old.example/ns/*'],
      ...['spiffe://prod.example/ns/a/sa/web', '*.example/ns/a/sa/api', 'web'],
    ]),
  },
);

const namespace = word([
  ...NAMESPACES,
  ...NAMESPACES,
  '*',
  'a*',
  '*a',
  '*c',
  'mesh-root',
]);
const account = word([...ACCOUNTS, 'a/web', 'b/api', 'c/web', 'b/*', '*']);
const trustDomain = word([...DOMAINS, 'prod*', '*.example', '*']);
const block = word([
  ...['10.9.0.0/16', '10.9.1.0/24', '203.0.113.0/24', '198.51.100.9'],
  ...['0.0.0.0/0', '10.9.0.1', '1.2.3', '2001:db8::/32'],
]);
const requestPrincipal = fc.oneof(
  fc
    .tuple(word(ISSUERS), word([...SUBJECTS, '*']))
    .map(([issuer, subject]) => `${issuer}/${subject}`),
  word(['*', 'https://id*', '*/ann', '*ann', 'ann']),
);
const port = word([...PORTS, ...PORTS, 80, 1]).map(String);
const host = word([...HOSTS, 's1*', '*.example', '*', 'SHOP.example']);
const method = word([...METHODS, 'G*', '*T', '*']);
const path = word([
  ...PATHS,
  ...['/api*', '*/items', '*', '/api/*', '/a*b', '/{*}', '/api/{*}'],
  ...['/api/{**}', '/{*}/v1/{**}', '/{**}'],
]);

/** A field and its opposite, each there only sometimes. */
function withOpposite(
  name: string,
  value: fc.Arbitrary<string>,
  once: number,
): fc.Arbitrary<Record<string, string[] | undefined>> {
  const values = fc.oneof(
    {
      weight: 12,
      arbitrary: fc.uniqueArray(value, { minLength: 1, maxLength: 3 }),
    },
    { weight: 1, arbitrary: fc.constant<string[]>([]) },
  );
  const opposite = `not${name[0].toUpperCase()}${name.slice(1)}`;
  return fc
    .tuple(rarely(values, once), rarely(values, once * 3))
    .map(([positive, negative]) => ({
      [name]: positive,
      [opposite]: negative,
    }));
}

const fields = (...all: fc.Arbitrary<object>[]) =>
  fc.tuple(...all).map(parts => written(Object.assign({}, ...parts)));

const source = fields(
  withOpposite('principals', principal, 3),
  withOpposite('namespaces', namespace, 4),
  withOpposite('ipBlocks', block, 6),
  withOpposite('remoteIpBlocks', block, 9),
  withOpposite('requestPrincipals', requestPrincipal, 6),
  withOpposite('trustDomains', trustDomain, 8),
);
/** The API takes accounts only without principals and namespaces. */
const sourceOfAccounts = fields(
  withOpposite('serviceAccounts', account, 1),
  withOpposite('ipBlocks', block, 6),
);
const operation = fields(
  withOpposite('ports', port, 3),
  withOpposite('methods', method, 4),
  withOpposite('paths', path, 3),
  withOpposite('hosts', host, 6),
);

/** Keys of `when`, with values that fit them. */
const CONDITIONS: [string, fc.Arbitrary<string>][] = [
  ['source.ip', block],
  ['remote.ip', block],
  ['source.namespace', namespace],
  ['source.principal', principal],
  ['source.serviceAccount', account],
  ['source.trustDomain', trustDomain],
  ['request.auth.principal', requestPrincipal],
  ['request.auth.audiences', word([...AUDIENCES, 'sh*'])],
  ['request.auth.presenter', word(['app', 'ap*'])],
  ['request.auth.claims[groups]', word(['dev', 'ops', 'd*'])],
  ['request.auth.claims[scope]', word(['read', 'write', 're*'])],
  ['request.auth.claims[realm][role]', word(['admin', '*'])],
  ['request.headers[x-team]', word(['blue', 'b*', '*'])],
  ['request.headers[X-Team', word(['blue'])],
  ['destination.ip', block],
  ['destination.port', port],
  ['foo.bar', word(['x'])],
];
const condition = word(CONDITIONS).chain(([key, value]) =>
  fc
    .record({
      values: fc.uniqueArray(value, { minLength: 1, maxLength: 2 }),
      notValues: fc.uniqueArray(value, { minLength: 1, maxLength: 2 }),
      which: word(['values', 'values', 'notValues', 'both']),
    })
    .map(({ values, notValues, which }) => ({
      key,
      ...(which === 'notValues' ? {} : { values }),
      ...(which === 'values' ? {} : { notValues }),
    })),
);

/** Without `empty`, an item always says what it is: one that does not ends an istiod with ztunnels, whose webhook refuses it. */
const items = (name: string, each: fc.Arbitrary<object>, empty: boolean) =>
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.array(
        each.map(item => ({ [name]: item })),
        { minLength: 1, maxLength: 3 },
      ),
    },
    {
      weight: 1,
      arbitrary: word<object[]>(empty ? [[], [{}]] : [[], [{ [name]: {} }]]),
    },
  );
const rule = (empty: boolean) =>
  fields(
    rarely(
      items(
        'source',
        fc.oneof(
          { weight: 4, arbitrary: source },
          { weight: 1, arbitrary: sourceOfAccounts },
        ),
        empty,
      ),
      2,
    ).map(from => ({ from })),
    rarely(items('operation', operation, empty), 2).map(to => ({ to })),
    rarely(fc.array(condition, { minLength: 1, maxLength: 2 }), 3).map(
      when => ({ when }),
    ),
  );

const selector = fc.oneof(
  { weight: 5, arbitrary: labels.map(matchLabels => ({ matchLabels })) },
  { weight: 5, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: word([{}, { matchLabels: {} }]) },
);

/** What CUSTOM policies may ask; the last one is in no MeshConfig. */
export const PROVIDERS = ['grpc', 'http', 'nobody'] as const;

export const authorizationPolicy = (ambient: boolean) =>
  fc
    .record({
      selector,
      action: word([
        ...(['ALLOW', 'ALLOW', 'ALLOW', 'DENY', 'DENY', undefined] as const),
        ...(['ALLOW', 'ALLOW', 'ALLOW', 'DENY', 'AUDIT', 'CUSTOM'] as const),
      ]),
      rules: fc.oneof(
        {
          weight: 10,
          arbitrary: fc.array(rule(!ambient), { minLength: 1, maxLength: 3 }),
        },
        { weight: 1, arbitrary: word([undefined, [], [{}]]) },
      ),
      provider: word(PROVIDERS),
      dryRun: rarely(word(['true', 'false', 'yes', 'T']), 10),
      targetRefs: ambient
        ? rarely(targetRefs, 2)
        : rarely(word([[], [{ kind: 'Service', name: 's1' }]]), 15),
    })
    .map(({ provider, dryRun, targetRefs: targets, ...spec }) => ({
      apiVersion: 'security.istio.io/v1',
      kind: 'AuthorizationPolicy',
      annotations: written({ 'istio.io/dry-run': dryRun }),
      spec: written({
        ...spec,
        ...(spec.action === 'CUSTOM' ? { provider: { name: provider } } : {}),
        ...(targets === undefined
          ? {}
          : { targetRefs: targets, selector: undefined }),
      }),
    }));

const jwtRule = fc
  .record({
    issuer: word(ISSUERS),
    audiences: rarely(some(AUDIENCES), 3),
    fromHeaders: rarely(
      word([
        [{ name: 'x-token' }],
        [{ name: 'Authorization', prefix: 'Bearer ' }],
      ]),
      4,
    ),
    spaceDelimitedClaims: rarely(fc.constant(['groups']), 4),
  })
  .map(each => written({ ...each, jwks: '{"keys":[]}' }));

export const requestAuthentication = (ambient: boolean) =>
  fc
    .record({
      selector,
      targetRefs: ambient ? rarely(targetRefs, 2) : fc.constant(undefined),
      jwtRules: fc.oneof(
        {
          weight: 8,
          arbitrary: fc.array(jwtRule, { minLength: 1, maxLength: 2 }),
        },
        { weight: 1, arbitrary: word([undefined, []]) },
      ),
    })
    .map(({ targetRefs: targets, ...spec }) => ({
      apiVersion: 'security.istio.io/v1',
      kind: 'RequestAuthentication',
      annotations: {},
      spec: written({
        ...spec,
        ...(targets === undefined
          ? {}
          : { targetRefs: targets, selector: undefined }),
      }),
    }));
