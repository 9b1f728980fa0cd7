/** What Linkerd's proxies let through, in the words of its policy controller's own rules. */
import { parseManifests } from '../../manifests';
import { connectionsOf } from '../../network';
import { ClusterSnapshot, Coverage, KindCoverage } from '../../snapshot';
import { KindName } from '../../snapshot/kinds';
import { barePod, sidecarPod, policy } from '../../testing/meshManifests';
import {
  ORDERS_SERVER,
  admitAccounts,
  linkerdConfig,
  linkerdPod,
  linkerdPolicy,
} from '../../testing/linkerdManifests';
import { MeshQuestionByName, MeshQuestions } from '../connection';

const ORDERS = linkerdPod();
const WEB = linkerdPod({ name: 'web-1', app: 'web', ip: '10.0.0.2' });
const CRON = linkerdPod({
  name: 'cron-1',
  app: 'cron',
  namespace: 'jobs',
  ip: '10.0.9.9',
});
const LEGACY = barePod({ name: 'legacy-1', spec: 'hostname: legacy' })
  .replace('app: orders', 'app: legacy')
  .replace('name: orders,', 'name: legacy,');

function ask(
  manifests: string,
  question: Partial<MeshQuestionByName> = {},
  coverage: Partial<Record<KindName, KindCoverage>> = {},
) {
  const { objects, problems } = parseManifests(manifests, 'test.yaml');
  expect(problems).toEqual([]);
  const snapshot = ClusterSnapshot.create({
    cluster: 'test',
    objects: objects.map(({ object }) => object),
    coverage: found =>
      Coverage.create({ ...Coverage.complete().kinds, ...coverage }, found),
  });
  return MeshQuestions.create(snapshot, snapshot.derive(connectionsOf)).answer({
    from: { pod: 'shop/web-1' },
    to: { pod: 'shop/orders-1' },
    port: 8080,
    protocol: 'TCP',
    ...question,
  });
}

const FROM_LEGACY = { from: { pod: 'shop/legacy-1' } };
const FROM_CRON = { from: { pod: 'jobs/cron-1' } };
const POD = 'orders.shop';
const WEB_IDENTITY = 'web.shop.serviceaccount.identity.linkerd.cluster.local';

const target = (kind: string, name: string, group = 'policy.linkerd.io') =>
  `targetRef: { group: ${group}, kind: ${kind}, name: ${name} }`;
const reference = (kind: string, name: string) =>
  `{ group: policy.linkerd.io, kind: ${kind}, name: ${name} }`;
const authorize = (of: string, references: string, name = 'shop/allow') =>
  linkerdPolicy(
    'AuthorizationPolicy',
    name,
    `{ ${of}, requiredAuthenticationRefs: [${references}] }`,
  );
const TO_SERVER = target('Server', 'orders');

describe('transport', () => {
  it('is mTLS between pods of Linkerd, with the identity of the account', () => {
    expect(ask(ORDERS + WEB)).toMatchObject({
      verdict: 'allow',
      transport: 'mtls',
      principal: WEB_IDENTITY,
    });
  });

  it('is plaintext for callers without a proxy, and for those of Istio', () => {
    expect(ask(ORDERS + LEGACY, FROM_LEGACY)).toMatchObject({
      verdict: 'allow',
      transport: 'plaintext',
    });
    const istio = sidecarPod({ name: 'web-1' }).replace(/ {2}ownerRef.*\n/, '');
    expect(ask(ORDERS + istio)).toMatchObject({
      verdict: 'allow',
      transport: 'plaintext',
    });
  });

  it('is plaintext from Linkerd to Istio, which refuses that under STRICT', () => {
    const istio = sidecarPod();
    expect(ask(istio + WEB)).toMatchObject({
      verdict: 'allow',
      transport: 'plaintext',
    });
    expect(
      ask(
        istio +
          WEB +
          policy(
            'PeerAuthentication',
            'shop/default',
            '{ mtls: { mode: STRICT } }',
          ),
      ),
    ).toMatchObject({ verdict: 'deny', transport: null });
  });

  it('is plaintext on ports that the client leaves out', () => {
    const web = linkerdPod({
      name: 'web-1',
      app: 'web',
      skipOutbound: '4567,4568,8000-9000',
      annotations:
        'config.linkerd.io/skip-outbound-ports: "4567,4568,8000-9000"',
    });
    expect(ask(ORDERS + web)).toMatchObject({
      verdict: 'allow',
      transport: 'plaintext',
      decidedBy: [
        {
          layer: 'pod',
          direction: 'egress',
          field:
            "metadata.annotations['config.linkerd.io/skip-outbound-ports']",
        },
        { layer: 'linkerd-config', direction: 'ingress' },
      ],
    });
  });

  it('and no policy is asked on ports that the server leaves out', () => {
    const open = linkerdPod({
      skipInbound: '4190,4191,8080',
      annotations: 'config.linkerd.io/skip-inbound-ports: "8080"',
    });
    const closed = ORDERS_SERVER;
    expect(ask(open + closed + LEGACY, FROM_LEGACY)).toMatchObject({
      verdict: 'allow',
      transport: 'plaintext',
      reason:
        "Port 8080 of orders-1 is left out of its proxy's capture, so the mesh refuses nobody.",
    });
    expect(ask(open + closed + WEB)).toMatchObject({
      verdict: 'allow',
      transport: 'plaintext',
    });
  });

  it('a port that only linkerd-init was told of gets TLS that nobody ends', () => {
    const open = linkerdPod({ skipInbound: '4190,4191,8080' });
    expect(ask(open + WEB)).toMatchObject({ verdict: 'unknown' });
  });
});

describe('ports that no Server selects', () => {
  it.each([
    ['all-unauthenticated', 'allow', 'allow', 'allow'],
    ['all-authenticated', 'allow', 'deny', 'deny'],
    ['cluster-unauthenticated', 'allow', 'allow', 'deny'],
    ['cluster-authenticated', 'allow', 'deny', 'deny'],
    ['deny', 'deny', 'deny', 'deny'],
    ['audit', 'allow', 'allow', 'allow'],
    ['nonsense', 'allow', 'allow', 'allow'],
  ])(
    'follow the annotation %s: %s in mTLS, %s in plaintext, %s from outside',
    (value, mtls, plaintext, outside) => {
      const orders = linkerdPod({
        annotations: `config.linkerd.io/default-inbound-policy: ${value}`,
      });
      expect(ask(orders + WEB).verdict).toBe(mtls);
      expect(ask(orders + LEGACY, FROM_LEGACY).verdict).toBe(
        plaintext === 'allow' && value.startsWith('cluster')
          ? 'allow'
          : plaintext,
      );
      expect(ask(orders, { from: { ip: '203.0.113.7' } }).verdict).toBe(
        outside,
      );
    },
  );

  it('else the value of the control plane, else all-unauthenticated', () => {
    const config = linkerdConfig(
      'proxy:\n  defaultInboundPolicy: all-authenticated',
    );
    expect(ask(ORDERS + config + LEGACY, FROM_LEGACY)).toMatchObject({
      verdict: 'deny',
      decidedBy: [
        {
          layer: 'linkerd-config',
          object: { kind: 'ConfigMap', name: 'linkerd-config' },
          field: 'data.values (proxy.defaultInboundPolicy)',
        },
      ],
      reason:
        'No Server selects port 8080, and the default policy there, all-authenticated, does not let in callers without an identity.',
    });
    expect(ask(ORDERS + LEGACY, FROM_LEGACY).verdict).toBe('allow');
  });

  it('demand an identity where an annotation lists them', () => {
    const orders = linkerdPod({
      annotations:
        'config.linkerd.io/proxy-require-identity-inbound-ports: "8080"',
    });
    expect(ask(orders + LEGACY, FROM_LEGACY).verdict).toBe('deny');
    expect(ask(orders + WEB).verdict).toBe('allow');
  });

  it('an AuthorizationPolicy for a namespace opens no port without a Server', () => {
    const orders = linkerdPod({
      annotations: 'config.linkerd.io/default-inbound-policy: deny',
    });
    expect(
      ask(orders + WEB + authorize(target('Namespace', 'shop', 'core'), '')),
    ).toMatchObject({ verdict: 'deny' });
  });
});

describe('a Server', () => {
  it('refuses whom nothing authorizes, with an identity or without', () => {
    expect(ask(ORDERS + ORDERS_SERVER + WEB)).toMatchObject({
      verdict: 'deny',
      transport: null,
      decidedBy: [
        { layer: 'linkerd-policy', effect: 'deny', object: { name: 'orders' } },
      ],
      reason: 'No authorization for Server shop/orders lets in this caller.',
    });
  });

  it('means ports by number or by name, of pods of its own namespace', () => {
    const byName = linkerdPolicy(
      'Server',
      'shop/orders',
      '{ podSelector: {}, port: http }',
    );
    expect(ask(ORDERS + byName + WEB).verdict).toBe('deny');
    expect(ask(ORDERS + byName + WEB, { port: 9000 }).verdict).toBe('allow');
    for (const other of [
      ORDERS_SERVER.replace('namespace: shop', 'namespace: jobs'),
      ORDERS_SERVER.replace('app: orders', 'app: cart'),
      ORDERS_SERVER.replace('8080', '"8080"'),
      ORDERS_SERVER.replace('podSelector', 'externalWorkloadSelector'),
    ]) {
      expect(ask(ORDERS + other + WEB).verdict).toBe('allow');
    }
  });

  it('adds its accessPolicy to what authorizations allow', () => {
    const server = ORDERS_SERVER.replace(
      'port: 8080',
      'port: 8080, accessPolicy: all-authenticated',
    );
    expect(ask(ORDERS + server + WEB).verdict).toBe('allow');
    expect(ask(ORDERS + server + LEGACY, FROM_LEGACY).verdict).toBe('deny');
  });

  it('that competes with another for a port leaves unknown what they do not agree on', () => {
    const other = ORDERS_SERVER.replace('name: orders', 'name: second').replace(
      'port: 8080',
      'port: http, accessPolicy: all-authenticated',
    );
    expect(ask(ORDERS + ORDERS_SERVER + other + WEB)).toMatchObject({
      verdict: 'unknown',
      reason:
        'Server shop/orders and Server shop/second claim port 8080 of orders-1, and which one counts cannot be told.',
    });
    expect(
      ask(ORDERS + ORDERS_SERVER + other + LEGACY, FROM_LEGACY).verdict,
    ).toBe('deny');
  });
});

describe('authorizations', () => {
  const account = (name: string, namespace = '') =>
    `{ kind: ServiceAccount, name: ${name}${
      namespace && `, namespace: ${namespace}`
    } }`;

  it('let in the accounts that a MeshTLSAuthentication names', () => {
    const admit = admitAccounts(
      `${account('web')}, ${account('cron', 'jobs')}`,
    );
    const all = ORDERS + ORDERS_SERVER + WEB + CRON + LEGACY + admit;
    expect(ask(all)).toMatchObject({
      verdict: 'allow',
      transport: 'mtls',
      decidedBy: [
        { object: { kind: 'Server' } },
        {
          object: {
            apiVersion: 'policy.linkerd.io/v1alpha1',
            kind: 'AuthorizationPolicy',
          },
          field: 'spec.requiredAuthenticationRefs',
        },
      ],
      reason: 'AuthorizationPolicy shop/orders lets it in.',
    });
    expect(ask(all, FROM_CRON).verdict).toBe('allow');
    expect(ask(all, FROM_LEGACY).verdict).toBe('deny');
    const namespace = admitAccounts('{ kind: Namespace, name: jobs }');
    expect(
      ask(ORDERS + ORDERS_SERVER + CRON + namespace, FROM_CRON).verdict,
    ).toBe('allow');
    expect(ask(ORDERS + ORDERS_SERVER + WEB + namespace).verdict).toBe('deny');
  });

  it.each([
    ['*', 'allow'],
    ['*.shop.serviceaccount.identity.linkerd.cluster.local', 'allow'],
    ['*.cluster.local', 'allow'],
    [WEB_IDENTITY, 'allow'],
    ['*.jobs.serviceaccount.identity.linkerd.cluster.local', 'deny'],
    ['web.shop.*', 'deny'],
    ['*cluster.local', 'deny'],
    ['web.shop.serviceaccount.identity.linkerd.other.example', 'deny'],
  ])('the identity pattern %s: %s', (pattern, verdict) => {
    expect(
      ask(
        ORDERS +
          ORDERS_SERVER +
          WEB +
          authorize(TO_SERVER, reference('MeshTLSAuthentication', 'callers')) +
          linkerdPolicy(
            'MeshTLSAuthentication',
            'shop/callers',
            `{ identities: ["${pattern}"] }`,
          ),
      ).verdict,
    ).toBe(verdict);
  });

  it('name identities of the trust domain and control plane that the configuration names', () => {
    const config = linkerdConfig('identityTrustDomain: prod.example');
    const admit = admitAccounts(account('web'));
    expect(ask(ORDERS + ORDERS_SERVER + WEB + admit + config)).toMatchObject({
      verdict: 'allow',
      principal: 'web.shop.serviceaccount.identity.linkerd.prod.example',
    });
  });

  it('without any authentication let everybody in', () => {
    expect(
      ask(
        ORDERS + ORDERS_SERVER + LEGACY + authorize(TO_SERVER, ''),
        FROM_LEGACY,
      ),
    ).toMatchObject({ verdict: 'allow', transport: 'plaintext' });
  });

  it('need all of their authentications: who, and from where', () => {
    const both = authorize(
      TO_SERVER,
      `{ kind: ServiceAccount, name: web }, ${reference(
        'NetworkAuthentication',
        'net',
      )}`,
    );
    const net = (blocks: string) =>
      linkerdPolicy(
        'NetworkAuthentication',
        'shop/net',
        `{ networks: [${blocks}] }`,
      );
    const answer = (blocks: string, more = '') =>
      ask(ORDERS + ORDERS_SERVER + WEB + CRON + both + net(blocks) + more)
        .verdict;
    expect(answer('{ cidr: 10.0.0.0/24 }')).toBe('allow');
    expect(answer('{ cidr: 10.0.0.2 }')).toBe('allow');
    expect(answer('{ cidr: 10.0.1.0/24 }')).toBe('deny');
    expect(answer('{ cidr: 10.0.0.0/24, except: [10.0.0.2] }')).toBe('deny');
    expect(
      ask(
        ORDERS + ORDERS_SERVER + CRON + both + net('{ cidr: 10.0.0.0/8 }'),
        FROM_CRON,
      ).verdict,
    ).toBe('deny');
  });

  it('a network alone lets in plaintext from there', () => {
    const open = authorize(
      TO_SERVER,
      reference('NetworkAuthentication', 'net'),
    );
    const net = linkerdPolicy(
      'NetworkAuthentication',
      'shop/net',
      '{ networks: [{ cidr: 192.0.2.0/24 }] }',
    );
    const from = (ip: string) =>
      ask(ORDERS + ORDERS_SERVER + open + net, { from: { ip } }).verdict;
    expect([from('192.0.2.7'), from('198.51.100.7')]).toEqual([
      'allow',
      'deny',
    ]);
  });

  it('count for nothing where Linkerd cannot take them', () => {
    const tls = reference('MeshTLSAuthentication', 'callers');
    const everybody = linkerdPolicy(
      'MeshTLSAuthentication',
      'shop/callers',
      '{ identities: ["*"] }',
    );
    expect(
      ask(ORDERS + ORDERS_SERVER + WEB + authorize(TO_SERVER, tls)).verdict,
    ).toBe(
      'deny', // there is no such authentication
    );
    for (const broken of [
      authorize(TO_SERVER, `${tls}, { kind: ServiceAccount, name: web }`),
      authorize(TO_SERVER, '{ kind: Pod, name: web }'),
      authorize(target('Server', 'orders', '""'), tls),
      authorize(target('Service', 'orders', '""'), tls),
      authorize(TO_SERVER, tls, 'jobs/allow'),
    ]) {
      expect(
        ask(ORDERS + ORDERS_SERVER + WEB + everybody + broken).verdict,
      ).toBe('deny');
    }
    expect(
      ask(ORDERS + ORDERS_SERVER + WEB + everybody + authorize(TO_SERVER, tls))
        .verdict,
    ).toBe('allow');
  });

  it('for a namespace hold for every Server in it', () => {
    const all = authorize(
      target('Namespace', 'shop', '""'),
      '{ kind: ServiceAccount, name: web }',
    );
    expect(ask(ORDERS + ORDERS_SERVER + WEB + all).verdict).toBe('allow');
  });

  it('ServerAuthorizations name Servers by name or label, and count in the cluster alone unless they name networks', () => {
    const server = ORDERS_SERVER.replace(
      'namespace: shop,',
      'namespace: shop, labels: { tier: front }',
    );
    const allow = (chosen: string, client: string) =>
      server +
      linkerdPolicy(
        'ServerAuthorization',
        'shop/allow',
        `{ server: ${chosen}, client: ${client} }`,
      );
    const anybody = '{ unauthenticated: true }';
    const outside = { from: { ip: '203.0.113.7' } };
    for (const chosen of [
      '{ name: orders }',
      '{ selector: { matchLabels: { tier: front } } }',
    ]) {
      expect(
        ask(ORDERS + LEGACY + allow(chosen, anybody), FROM_LEGACY).verdict,
      ).toBe('allow');
    }
    expect(
      ask(ORDERS + allow('{ name: orders }', anybody), outside).verdict,
    ).toBe('deny');
    expect(
      ask(
        ORDERS +
          allow(
            '{ name: orders }',
            '{ unauthenticated: true, networks: [{ cidr: 0.0.0.0/0 }] }',
          ),
        outside,
      ).verdict,
    ).toBe('allow');
    const web = '{ meshTLS: { serviceAccounts: [{ name: web }] } }';
    expect(ask(ORDERS + WEB + allow('{ name: orders }', web)).verdict).toBe(
      'allow',
    );
    for (const nothing of ['{}', '{ meshTLS: {} }']) {
      expect(
        ask(ORDERS + WEB + allow('{ name: orders }', nothing)).verdict,
      ).toBe('deny');
    }
  });
});

describe('routes', () => {
  const route = (name: string, rules: string, more = '') =>
    linkerdPolicy(
      'HTTPRoute',
      `shop/${name}`,
      `{ parentRefs: [{ group: policy.linkerd.io, kind: Server, name: orders }], ${more} rules: [${rules}] }`,
    );
  const READ = route(
    'read',
    '{ matches: [{ method: GET, path: { value: /api } }] }',
  );
  const ADMIN = route(
    'admin',
    '{ matches: [{ path: { value: /api/admin } }] }',
  );
  const WEB_MAY_READ = authorize(
    target('HTTPRoute', 'read'),
    '{ kind: ServiceAccount, name: web }',
  );
  const get = (path: string, method = 'GET') => ({
    request: { method, path, host: POD, headers: {} },
  });
  const base = ORDERS + ORDERS_SERVER + WEB;

  it('let in whom they, or their Server, authorize; what no route takes is refused', () => {
    const all = base + READ + WEB_MAY_READ;
    expect(ask(all, get('/api/orders')).verdict).toBe('allow');
    expect(ask(all, get('/api')).verdict).toBe('allow');
    expect(ask(all, get('/apis')).verdict).toBe('deny');
    expect(ask(all, get('/api', 'POST')).verdict).toBe('deny');
    expect(
      ask(
        base + READ + admitAccounts('{ kind: ServiceAccount, name: web }'),
        get('/api'),
      ).verdict,
    ).toBe('allow');
  });

  it('the most precise one decides, alone', () => {
    const all = base + READ + ADMIN + WEB_MAY_READ;
    expect(ask(all, get('/api/orders')).verdict).toBe('allow');
    expect(ask(all, get('/api/admin/users')).verdict).toBe('deny');
  });

  it('the older one of two that are equally precise', () => {
    const younger = READ.replace(
      'namespace: shop,',
      'namespace: shop, creationTimestamp: "2026-05-02T00:00:00Z"',
    );
    const older = younger
      .replace('name: read', 'name: zero')
      .replace('05-02', '05-01');
    expect(
      ask(base + younger + WEB_MAY_READ + older, get('/api')).verdict,
    ).toBe('deny');
    expect(
      ask(
        base + younger.replace('05-02', '04-30') + WEB_MAY_READ + older,
        get('/api'),
      ).verdict,
    ).toBe('allow');
  });

  it('are told as conditions where the request is not known', () => {
    expect(ask(base + READ + ADMIN + WEB_MAY_READ)).toMatchObject({
      verdict: 'conditional',
      transport: 'mtls',
      reason:
        'Server shop/orders lets requests through where method is GET and path is /api or /api/* and path is not /api/admin or /api/admin/*.',
    });
  });

  it('speak of HTTP alone: what is none needs an authorization for the Server', () => {
    expect(
      ask(base + READ + WEB_MAY_READ, { request: undefined }).verdict,
    ).toBe('conditional');
    const opaque = ORDERS_SERVER.replace(
      'port: 8080',
      'port: 8080, proxyProtocol: opaque',
    );
    expect(
      ask(ORDERS + WEB + opaque + READ + WEB_MAY_READ, get('/api')).verdict,
    ).toBe('deny');
  });

  it('match hosts, headers, parameters and expressions', () => {
    const precise = route(
      'read',
      '{ matches: [{ headers: [{ name: X-Team, value: blue }], queryParams: [{ name: v, value: "1" }], path: { type: RegularExpression, value: "/api/[0-9]+" } }] }',
      'hostnames: ["*.shop"],',
    );
    const send = (path: string, headers: Record<string, string>, host = POD) =>
      ask(base + precise + WEB_MAY_READ, {
        request: { method: 'GET', path, host, headers },
      }).verdict;
    expect(send('/api/7?v=1', { 'x-team': 'blue' })).toBe('allow');
    expect(send('/api/7?v=1', { 'x-team': 'blue' }, 'ORDERS.shop.:8080')).toBe(
      'allow',
    );
    expect(send('/api/7?v=2', { 'x-team': 'blue' })).toBe('deny');
    expect(send('/api/7?v=1', {})).toBe('deny');
    expect(send('/api/x?v=1', { 'x-team': 'blue' })).toBe('deny');
    expect(send('/api/7?v=1', { 'x-team': 'blue' }, 'shop')).toBe('deny');
  });

  it('that Linkerd cannot take are no routes, and then the Server is asked alone', () => {
    const anybody = authorize(TO_SERVER, '{ kind: ServiceAccount, name: web }');
    for (const broken of [
      READ.replace('name: orders }', 'name: orders, port: 8080 }'),
      READ.replace('name: orders }', 'name: orders, namespace: jobs }'),
      READ.replace('value: /api', 'value: api'),
    ]) {
      expect(ask(base + broken + anybody, get('/else')).verdict).toBe('allow');
    }
    expect(ask(base + READ + anybody, get('/else')).verdict).toBe('deny');
  });

  it('of probes stay open for everybody, unless a route takes their place', () => {
    const orders = linkerdPod({
      container: 'readinessProbe: { httpGet: { path: /ready, port: http } }',
    });
    const closed = orders + ORDERS_SERVER + LEGACY;
    const probe = { ...FROM_LEGACY, ...get('/ready') };
    expect(ask(closed, probe)).toMatchObject({
      verdict: 'allow',
      transport: 'plaintext',
    });
    expect(
      ask(closed, { ...FROM_LEGACY, ...get('/ready', 'POST') }).verdict,
    ).toBe('deny');
    expect(ask(closed + READ, probe).verdict).toBe('deny');
    const config = linkerdConfig(
      'policyController:\n  probeNetworks: [192.0.2.0/24]',
    );
    expect(
      ask(closed + config, { ...get('/ready'), from: { ip: '203.0.113.7' } })
        .verdict,
    ).toBe('deny');
  });
});

describe('what leaves the cluster', () => {
  const from = { pod: 'shop/web-1' };
  const to = (ip: string, port = 443) => ({ from, to: { ip }, port });
  const OUTSIDE = '203.0.113.7';
  const network = (name: string, spec: string) =>
    linkerdPolicy('EgressNetwork', name, spec);

  it('is passed on as it is where no EgressNetwork is about it', () => {
    expect(ask(WEB, to(OUTSIDE))).toMatchObject({
      verdict: 'allow',
      transport: 'plaintext',
    });
    const other = network('jobs/none', '{ trafficPolicy: Deny }');
    expect(ask(WEB + other, to(OUTSIDE)).verdict).toBe('allow');
  });

  it('is refused by one that denies, of the namespace or of linkerd-egress, and has no route', () => {
    const deny = network('shop/none', '{ trafficPolicy: Deny }');
    const everybody = network('linkerd-egress/none', '{ trafficPolicy: Deny }');
    expect(ask(WEB + deny, to(OUTSIDE))).toMatchObject({
      verdict: 'deny',
      decidedBy: [
        {
          layer: 'linkerd-policy',
          direction: 'egress',
          object: { kind: 'EgressNetwork' },
        },
      ],
    });
    expect(ask(WEB + everybody, to(OUTSIDE)).verdict).toBe('deny');
    // One of the namespace takes the place of all of linkerd-egress.
    const own = network(
      'shop/partner',
      '{ trafficPolicy: Deny, networks: [{ cidr: 198.51.100.0/24 }] }',
    );
    expect(ask(WEB + everybody + own, to(OUTSIDE)).verdict).toBe('allow');
    // Ports past the proxy meet nobody.
    expect(ask(WEB + deny, to(OUTSIDE, 4567)).verdict).toBe('allow');
  });

  it('the narrowest network counts', () => {
    const deny = network('shop/none', '{ trafficPolicy: Deny }');
    const partner = network(
      'shop/partner',
      '{ trafficPolicy: Allow, networks: [{ cidr: 203.0.113.0/24, except: [203.0.113.8] }] }',
    );
    expect(ask(WEB + deny + partner, to(OUTSIDE)).verdict).toBe('allow');
    expect(ask(WEB + deny + partner, to('203.0.113.8')).verdict).toBe('deny');
  });

  it('what a route lets out is not decided', () => {
    const deny = network('shop/none', '{ trafficPolicy: Deny }');
    const route = linkerdPolicy(
      'HTTPRoute',
      'shop/out',
      '{ parentRefs: [{ group: policy.linkerd.io, kind: EgressNetwork, name: none }] }',
    );
    expect(ask(WEB + deny + route, to(OUTSIDE)).verdict).toBe('unknown');
  });
});

describe('what was not seen', () => {
  it('leaves the answer unknown, with the reason', () => {
    const forbidden = { state: 'forbidden', verb: 'list' } as const;
    for (const kind of ['Server', 'HTTPRoute', 'GRPCRoute'] as const) {
      expect(ask(ORDERS + WEB, {}, { [kind]: forbidden })).toMatchObject({
        verdict: 'unknown',
        reason: expect.stringContaining('is forbidden: grant the verb "list"'),
      });
    }
    expect(
      ask(
        ORDERS +
          ORDERS_SERVER +
          WEB +
          admitAccounts('{ kind: ServiceAccount, name: web }'),
        {},
        { MeshTLSAuthentication: forbidden },
      ).verdict,
    ).toBe('unknown');
  });

  it('a pod with two proxies is told in words', () => {
    const both = ORDERS.replace(
      'containers: [',
      'containers: [{ name: istio-proxy, image: proxyv2, args: [proxy, sidecar] }, ',
    );
    expect(ask(both + WEB)).toMatchObject({
      verdict: 'unknown',
      reason:
        'A proxy of Linkerd is in the pod, and one of Istio takes its traffic too: which of them gets it cannot be told.',
    });
  });
});
