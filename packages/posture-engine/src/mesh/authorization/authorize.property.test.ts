/** Properties of the evaluator over random policies and requests, held to the reference. */
import fc from 'fast-check';
import { ClusterSnapshot, KubernetesObject } from '../../snapshot';
import { AuthorizationPolicy } from '../../snapshot/kinds';
import {
  REFERENCE_DOMAINS,
  ReferencePlace,
  ReferenceRequest,
  referenceVerdict,
} from '../../testing/reference/referenceAuthorization';
import { AuthorizationAnswer } from './answer';
import { AuthorizationQuestion, authorize } from './authorize';
import { RequestTest } from './formula';
import { matchesPattern } from './patterns';

const some = (...values: string[]) =>
  fc.subarray(values, { minLength: 0, maxLength: 2 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.option(arbitrary, { nil: undefined, freq: 4 });

const principals = some(
  '*',
  'prod.example/ns/b/sa/web',
  'old.example/ns/b/sa/web',
  'cluster.local/ns/c/sa/web',
  'prod.example/*',
  '*/sa/web',
);
const namespaces = some('b', 'c', '*');
const ipBlocks = some('10.0.1.0/24', '10.0.2.0/24', '0.0.0.0/0');
const requestPrincipals = some('*', 'https://id.example/u1');
const ports = some('8080', '9000', 'http');
const paths = some('/a', '/a/*', '*/x', '/a/{*}', '/{**}', '*');
const methods = some('GET', 'POST', '*');

const source = fc.record(
  {
    principals,
    notPrincipals: principals,
    namespaces,
    notNamespaces: namespaces,
    serviceAccounts: some('b/web', 'c/web'),
    ipBlocks,
    notIpBlocks: ipBlocks,
    requestPrincipals,
    notRequestPrincipals: requestPrincipals,
  },
  { requiredKeys: [] },
);

const operation = fc.record(
  {
    ports,
    notPorts: ports,
    methods,
    notMethods: methods,
    paths,
    notPaths: paths,
    hosts: some('orders.shop', '*.shop', 'ORDERS.*'),
  },
  { requiredKeys: [] },
);

const condition = fc.oneof(
  fc.record(
    {
      key: fc.constantFrom('source.namespace'),
      values: namespaces,
      notValues: namespaces,
    },
    { requiredKeys: ['key'] },
  ),
  fc.record(
    {
      key: fc.constantFrom(
        'request.headers[x-team]',
        'request.auth.claims[groups]',
        'no.such.key',
      ),
      values: some('blue', 'b*', 'red'),
      notValues: some('blue', '*'),
    },
    { requiredKeys: ['key'] },
  ),
);

const rule = fc.record(
  {
    from: fc.array(fc.record({ source }), { maxLength: 2 }),
    to: fc.array(fc.record({ operation }), { maxLength: 2 }),
    when: fc.array(condition, { maxLength: 1 }),
  },
  { requiredKeys: [] },
);

const policies: fc.Arbitrary<AuthorizationPolicy[]> = fc
  .array(
    fc.record({
      action: fc.constantFrom('ALLOW', 'ALLOW', 'DENY'),
      rules: maybe(fc.array(rule, { maxLength: 2 })),
    }),
    { maxLength: 3 },
  )
  .map(specs =>
    specs.map((spec, index) => ({
      apiVersion: 'security.istio.io/v1',
      kind: 'AuthorizationPolicy',
      metadata: { name: `p${index}`, namespace: 'a' },
      spec,
    })),
  );

const requests: fc.Arbitrary<ReferenceRequest> = fc.record({
  principal: maybe(
    fc.constantFrom(
      'prod.example/ns/b/sa/web',
      'prod.example/ns/c/sa/web',
      'prod.example/ns/a/sa/other',
    ),
  ),
  source: fc.constantFrom('10.0.1.5', '10.0.2.5', '192.0.2.1'),
  port: fc.constantFrom(8080, 9000),
  method: fc.constantFrom('GET', 'POST', 'PUT'),
  path: fc.constantFrom('/', '/a', '/a/', '/a/b', '/b/x'),
  host: fc.constantFrom('orders.shop', 'Orders.shop', 'web'),
  headers: fc.constantFrom<Record<string, string>>(
    {},
    { 'x-team': 'blue' },
    { 'x-team': 'red' },
  ),
  claims: maybe(
    fc.record({
      iss: fc.constantFrom('https://id.example', 'https://two.example'),
      sub: fc.constantFrom('u1', 'u2'),
      groups: fc.constantFrom<string[]>([], ['blue'], ['red', 'bold']),
    }),
  ),
});

const places = fc.constantFrom<ReferencePlace>(
  'envoy http',
  'envoy tcp',
  'ztunnel',
);

const ISSUERS: KubernetesObject = {
  apiVersion: 'security.istio.io/v1',
  kind: 'RequestAuthentication',
  metadata: { name: 'tokens', namespace: 'a' },
  spec: {
    jwtRules: [
      { issuer: 'https://id.example' },
      { issuer: 'https://two.example' },
    ],
  },
};

function snapshotOf(objects: readonly AuthorizationPolicy[]): ClusterSnapshot {
  const [trustDomain, ...trustDomainAliases] = REFERENCE_DOMAINS;
  return ClusterSnapshot.create({
    cluster: 'random',
    objects: [
      ...objects,
      ISSUERS,
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'server', namespace: 'a' },
        spec: { containers: [{ name: 'app' }] },
      },
    ],
    settings: { meshConfig: { trustDomain, trustDomainAliases } },
  });
}

function ask(
  snapshot: ClusterSnapshot,
  request: ReferenceRequest,
  place: ReferencePlace,
  known = true,
): AuthorizationAnswer {
  const { principal, source: address, port, claims, ...http } = request;
  const question: AuthorizationQuestion = {
    pod: snapshot.workloads[0].pods[0],
    port,
    enforcer: place === 'ztunnel' ? 'ztunnel' : 'sidecar',
    chain: place === 'envoy http' ? 'http' : 'tcp',
    caller: { address, ...(principal === undefined ? {} : { principal }) },
    ...(known
      ? {
          request: {
            ...http,
            token: claims
              ? {
                  iss: claims.iss,
                  sub: claims.sub,
                  claims: { groups: claims.groups },
                }
              : null,
          },
        }
      : {}),
  };
  return authorize(question, snapshot);
}

/** Whether a request satisfies one condition of an answer. */
function holds(
  { attribute, patterns, negated }: RequestTest,
  { method, path, host, headers, claims }: ReferenceRequest,
): boolean {
  const values: Record<string, string[]> = {
    method: [method],
    path: [path],
    host: [host.toLowerCase()],
    'header x-team': [headers['x-team'] ?? ''],
    'claim [groups]': claims?.groups ?? [],
    'request principal': claims ? [`${claims.iss}/${claims.sub}`] : [],
  };
  const found = values[attribute].some(value =>
    patterns.some(pattern => matchesPattern(pattern, value)),
  );
  return found !== negated;
}

describe('the authorization of a request', () => {
  it('is what the reference says', () => {
    fc.assert(
      fc.property(policies, requests, places, (objects, request, place) => {
        expect(ask(snapshotOf(objects), request, place).verdict).toBe(
          referenceVerdict(objects, request, place),
        );
      }),
      { numRuns: 3000 },
    );
  });

  it('is known under conditions before the request is, and the conditions are neither too wide nor too narrow', () => {
    fc.assert(
      fc.property(policies, requests, (objects, request) => {
        const { verdict, conditions = [] } = ask(
          snapshotOf(objects),
          request,
          'envoy http',
          false,
        );
        expect(verdict).not.toBe('unknown');
        const passes =
          verdict === 'allow' ||
          conditions.some(tests => tests.every(test => holds(test, request)));
        expect(passes ? 'allow' : 'deny').toBe(
          referenceVerdict(objects, request, 'envoy http'),
        );
      }),
      { numRuns: 3000 },
    );
  });

  it('is never opened by one more DENY, nor closed by one more rule in an ALLOW', () => {
    fc.assert(
      fc.property(
        policies,
        rule,
        requests,
        places,
        (objects, added, request, place) => {
          const before = ask(snapshotOf(objects), request, place).verdict;
          const deny: AuthorizationPolicy = {
            apiVersion: 'security.istio.io/v1',
            kind: 'AuthorizationPolicy',
            metadata: { name: 'added', namespace: 'a' },
            spec: { action: 'DENY', rules: [added] },
          };
          const after = ask(snapshotOf([...objects, deny]), request, place);
          expect([before, after.verdict]).not.toEqual(['deny', 'allow']);
          const wider = objects.map(object =>
            object.spec?.action === 'ALLOW'
              ? {
                  ...object,
                  spec: {
                    ...object.spec,
                    rules: [...(object.spec.rules ?? []), added],
                  },
                }
              : object,
          );
          expect([
            before,
            ask(snapshotOf(wider), request, place).verdict,
          ]).not.toEqual(['allow', 'deny']);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
