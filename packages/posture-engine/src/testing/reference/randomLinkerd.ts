/** Random policies of Linkerd for the pods of one service in namespace `shop`, some of which Linkerd itself would not take. */
import fc from 'fast-check';
import { KubernetesObject } from '../../snapshot';

const GROUP = 'policy.linkerd.io';
export const IDENTITY_SUFFIX = 'serviceaccount.identity.linkerd.cluster.local';

function object(
  kind: string,
  name: string,
  spec: Record<string, unknown>,
  metadata: Record<string, unknown> = {},
): KubernetesObject {
  const version =
    kind === 'Server' || kind === 'HTTPRoute' ? 'v1beta3' : 'v1alpha1';
  return {
    apiVersion: `${GROUP}/${
      kind === 'ServerAuthorization' ? 'v1beta1' : version
    }`,
    kind,
    metadata: { name, namespace: 'shop', ...metadata },
    spec,
  };
}

const names = <T>(count: number, make: (name: string) => fc.Arbitrary<T>) =>
  fc
    .subarray(Array.from({ length: count }, (_, index) => `${'abcdef'[index]}`))
    .chain(list => fc.tuple(...list.map(make)));

export const defaultPolicy = fc.constantFrom(
  'all-unauthenticated',
  'all-authenticated',
  'cluster-unauthenticated',
  'cluster-authenticated',
  'deny',
  'audit',
);
const pattern = fc.constantFrom(
  '*',
  `*.shop.${IDENTITY_SUFFIX}`,
  `web.shop.${IDENTITY_SUFFIX}`,
  '*.cluster.local',
  'nobody',
);
const network = fc.record(
  {
    cidr: fc.constantFrom(
      '0.0.0.0/0',
      '10.0.0.0/8',
      '10.1.0.0/16',
      '192.0.2.7',
    ),
    except: fc.subarray(['10.1.2.0/24', '10.1.2.3/32']),
  },
  { requiredKeys: ['cidr'] },
);

const servers = names(3, name =>
  fc
    .record({
      podSelector: fc.constantFrom(
        {},
        { matchLabels: { app: 'orders' } },
        { matchLabels: { app: 'cart' } },
      ),
      port: fc.constantFrom<number | string>(
        8080,
        9000,
        'http',
        'admin',
        'none',
      ),
      proxyProtocol: fc.constantFrom(
        'unknown',
        'HTTP/1',
        'HTTP/2',
        'opaque',
        'TLS',
      ),
      accessPolicy: fc.oneof(
        { weight: 3, arbitrary: fc.constant('deny') },
        defaultPolicy,
      ),
    })
    .chain(spec =>
      fc
        .constantFrom({}, { tier: 'front' })
        .map(labels => object('Server', name, spec, { labels })),
    ),
);

const reference = fc.oneof(
  fc.constantFrom('a', 'b', 'missing').map(name => ({
    group: GROUP,
    kind: 'MeshTLSAuthentication',
    name,
  })),
  fc.constantFrom('a', 'b', 'missing').map(name => ({
    group: GROUP,
    kind: 'NetworkAuthentication',
    name,
  })),
  fc.record({
    kind: fc.constant('ServiceAccount'),
    name: fc.constantFrom('web', 'cart'),
  }),
);

const policies = names(4, name =>
  fc
    .record({
      targetRef: fc.oneof(
        fc.constantFrom('a', 'b', 'c').map(server => ({
          group: GROUP,
          kind: 'Server',
          name: server,
        })),
        fc.constantFrom('a', 'b', 'c').map(route => ({
          group: GROUP,
          kind: 'HTTPRoute',
          name: route,
        })),
        fc.constant({ kind: 'Namespace', name: 'shop' }),
      ),
      requiredAuthenticationRefs: fc.array(reference, { maxLength: 3 }),
    })
    .map(spec => object('AuthorizationPolicy', name, spec)),
);

const serverAuthorizations = names(2, name =>
  fc
    .record({
      server: fc.constantFrom(
        { name: 'a' },
        { selector: { matchLabels: { tier: 'front' } } },
        { selector: {} },
      ),
      client: fc.oneof(
        fc.record({
          unauthenticated: fc.constant(true),
          networks: fc.array(network, { maxLength: 1 }),
        }),
        fc.record({
          meshTLS: fc.record({
            identities: fc.array(pattern, { maxLength: 2 }),
          }),
          networks: fc.array(network, { maxLength: 1 }),
        }),
        fc.constant({}),
      ),
    })
    .map(spec => object('ServerAuthorization', name, spec)),
);

const authentications = names(2, name =>
  fc.tuple(
    fc
      .array(pattern, { minLength: 1, maxLength: 2 })
      .map(identities => object('MeshTLSAuthentication', name, { identities })),
    fc
      .array(network, { minLength: 1, maxLength: 2 })
      .map(networks => object('NetworkAuthentication', name, { networks })),
  ),
);

function routeNamed(name: string) {
  return fc
    .record({
      parentRefs: fc
        .subarray(['a', 'b'], { minLength: 1 })
        .map(list =>
          list.map(server => ({ group: GROUP, kind: 'Server', name: server })),
        ),
      hostnames: fc.subarray(['orders.shop', '*.shop']),
      rules: fc.array(
        fc.record({
          matches: fc.array(
            fc.record(
              {
                path: fc.record({
                  type: fc.constantFrom('Exact', 'PathPrefix'),
                  value: fc.constantFrom('/', '/api', '/api/admin'),
                }),
                method: fc.constantFrom('GET', 'POST'),
              },
              { requiredKeys: ['path'] },
            ),
            { minLength: 1, maxLength: 2 },
          ),
        }),
        { minLength: 1, maxLength: 2 },
      ),
    })
    .chain(spec =>
      fc
        .option(
          fc.constantFrom('2026-05-01T00:00:00Z', '2026-05-02T00:00:00Z'),
          {
            nil: undefined,
          },
        )
        .map(creationTimestamp =>
          object('HTTPRoute', name, spec, { creationTimestamp }),
        ),
    );
}

const routes = names(3, routeNamed);

const anything = fc
  .tuple(servers, policies, serverAuthorizations, authentications, routes)
  .map(([first, second, third, fourth, fifth]) => [
    ...first,
    ...second,
    ...third,
    ...fourth.flat(),
    ...fifth,
  ]);

/** One Server, and routes of it that decide: random policies seldom come to that. */
const routed = fc
  .tuple(
    fc.tuple(...['a', 'b', 'c'].map(routeNamed)),
    fc.subarray(['a', 'b', 'c']),
    fc.constantFrom('unknown', 'HTTP/1'),
  )
  .map(([list, open, proxyProtocol]) => [
    object('Server', 'a', { podSelector: {}, port: 8080, proxyProtocol }),
    ...list,
    ...open.map(name =>
      object('AuthorizationPolicy', name, {
        targetRef: { group: GROUP, kind: 'HTTPRoute', name },
        requiredAuthenticationRefs: [],
      }),
    ),
  ]);

/** One Server, and whom it lets in by account, pattern or network. */
const named = fc
  .tuple(
    fc.constantFrom(
      'ServiceAccount',
      'MeshTLSAuthentication',
      'NetworkAuthentication',
    ),
    fc.constantFrom('web', 'a'),
    pattern,
    network,
  )
  .map(([kind, name, identity, from]) => [
    object('Server', 'a', { podSelector: {}, port: 8080 }),
    object('AuthorizationPolicy', 'a', {
      targetRef: { group: GROUP, kind: 'Server', name: 'a' },
      requiredAuthenticationRefs: [
        kind === 'ServiceAccount'
          ? { kind, name }
          : { group: GROUP, kind, name: 'a' },
      ],
    }),
    object('MeshTLSAuthentication', 'a', { identities: [identity] }),
    object('NetworkAuthentication', 'a', { networks: [from] }),
  ]);

export const linkerdPolicies = fc.oneof(anything, routed, named);

const settings = fc.record(
  {
    'config.linkerd.io/default-inbound-policy': defaultPolicy,
    'config.linkerd.io/skip-inbound-ports': fc.constantFrom(
      '8080',
      '8000-8100',
    ),
    'config.linkerd.io/skip-outbound-ports': fc.constantFrom(
      '9000',
      '8080,9000',
    ),
    'config.linkerd.io/opaque-ports': fc.constant('8080'),
    'config.linkerd.io/proxy-require-identity-inbound-ports':
      fc.constant('9000'),
  },
  { requiredKeys: [] },
);

/** Most pods say nothing themselves. */
const annotations = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: settings },
);

/** Pods of two namespaces, behind Linkerd or not, and Services in front of some. */
export const linkerdPods = fc
  .array(
    fc.record({
      namespace: fc.constantFrom('shop', 'shop', 'jobs'),
      app: fc.constantFrom('orders', 'cart'),
      account: fc.constantFrom('web', 'cart'),
      linkerd: fc.constantFrom(true, true, true, false),
      annotations,
      probe: fc.boolean(),
      ip: fc.constantFrom('10.1.2.3', '10.1.9.9', '192.0.2.7'),
    }),
    { minLength: 3, maxLength: 5 },
  )
  .chain(pods =>
    fc.subarray(['orders', 'cart']).map(services => [
      ...pods.map(toPod),
      ...services.map(app => ({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: app, namespace: 'shop' },
        spec: { selector: { app }, ports: [{ port: 9000, targetPort: 8080 }] },
      })),
    ]),
  );

function toPod(
  {
    namespace,
    app,
    account,
    linkerd,
    annotations: written,
    probe,
    ip,
  }: {
    namespace: string;
    app: string;
    account: string;
    linkerd: boolean;
    annotations: Record<string, string>;
    probe: boolean;
    ip: string;
  },
  index: number,
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `pod-${index}`,
      namespace,
      labels: { app, tier: 'back' },
      annotations: written,
      creationTimestamp: '2026-05-01T00:00:00Z',
    },
    spec: {
      serviceAccountName: account,
      containers: [
        {
          name: 'app',
          ports: [
            { name: 'http', containerPort: 8080 },
            { name: 'admin', containerPort: 9000 },
          ],
          ...(probe
            ? { livenessProbe: { httpGet: { path: '/api', port: 'http' } } }
            : {}),
        },
        ...(linkerd ? [{ name: 'linkerd-proxy' }] : []),
      ],
    },
    status: { podIP: ip },
  };
}
