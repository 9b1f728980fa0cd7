/** Both sides together, where recorded scenarios do not reach: waypoints, what was not seen, ports past the proxy. */
import { parseManifests } from '../../manifests';
import { ClusterSnapshot, Coverage, KindCoverage } from '../../snapshot';
import { KindName } from '../../snapshot/kinds';
import { connectionsOf } from '../../network';
import {
  ambientPod,
  barePod,
  policy,
  sidecarPod,
} from '../../testing/meshManifests';
import { MeshQuestionByName, MeshQuestions } from './meshQuestions';

function pod(kind: typeof ambientPod, name: string, spec = ''): string {
  return kind({ name, spec })
    .replace('app: orders', `app: ${name}`)
    .replace(/ {2}ownerReferences.*\n/, '');
}

const service = (labels = '') => `
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop, labels: { ${labels} } }
spec: { selector: { app: orders }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
---`;

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
    from: { pod: 'shop/web' },
    to: { service: 'shop/orders' },
    port: 80,
    protocol: 'TCP',
    ...question,
  });
}

const GATEWAY = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: waypoint, namespace: shop }
spec: { gatewayClassName: istio-waypoint, listeners: [{ name: mesh, port: 15008, protocol: HBONE }] }
---`;
const AT_WAYPOINT = policy(
  'AuthorizationPolicy',
  'shop/orders',
  '{ targetRefs: [{ kind: Service, name: orders }], rules: [{ to: [{ operation: { methods: [GET] } }] }] }',
);
const ONLY_WAYPOINT = policy(
  'AuthorizationPolicy',
  'shop/closed',
  '{ rules: [{ from: [{ source: { principals: [cluster.local/ns/shop/sa/waypoint] } }] }] }',
);

describe('a waypoint', () => {
  const orders = pod(ambientPod, 'orders');
  const shop =
    pod(ambientPod, 'web') +
    orders +
    service('istio.io/use-waypoint: waypoint') +
    GATEWAY +
    AT_WAYPOINT;
  const post = { request: { method: 'POST', path: '/' } };

  it('enforces the policies of its Service on what comes through it', () => {
    expect(ask(shop)).toMatchObject({
      verdict: 'conditional',
      transport: 'mtls',
      conditions: [[expect.objectContaining({ attribute: 'method' })]],
    });
    expect(ask(shop, post)).toMatchObject({
      verdict: 'deny',
      reason: expect.stringContaining('At waypoint shop/waypoint: '),
    });
  });

  it('is no help where its Gateway is not there, or is one of another class', () => {
    expect(ask(shop.replace(GATEWAY, ''), post).verdict).toBe('allow');
    expect(ask(shop.replace('istio-waypoint,', 'istio,'), post).verdict).toBe(
      'allow',
    );
  });

  it('is passed by who calls the pod itself, and by sidecars, unless ztunnel takes only the waypoint', () => {
    const direct = { ...post, to: { pod: 'shop/orders' }, port: 8080 };
    const beside = shop.replace(pod(ambientPod, 'web'), pod(sidecarPod, 'web'));
    expect(ask(shop, direct).verdict).toBe('allow');
    expect(ask(beside, post).verdict).toBe('allow');
    expect(ask(shop + ONLY_WAYPOINT, direct).verdict).toBe('deny');
    expect(ask(beside + ONLY_WAYPOINT, post).verdict).toBe('deny');
    expect(
      ask(shop + ONLY_WAYPOINT, { request: { method: 'GET' } }).verdict,
    ).toBe('allow');
  });

  it('of another namespace counts only where its listener admits this one, and its policies with it', () => {
    const elsewhere = (allowed: string, namespace = '') =>
      ask(
        shop
          .replace(
            'istio.io/use-waypoint: waypoint',
            'istio.io/use-waypoint: waypoint, istio.io/use-waypoint-namespace: edge',
          )
          .replace(
            'name: waypoint, namespace: shop }',
            'name: waypoint, namespace: edge }',
          )
          .replace('protocol: HBONE', `protocol: HBONE${allowed}`) + namespace,
        post,
      );
    const selected =
      ', allowedRoutes: { namespaces: { from: Selector, selector: { matchLabels: { team: shop } } } }';
    const labelled = (team: string) => `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { team: ${team} } }
---`;
    const all = ', allowedRoutes: { namespaces: { from: All } }';
    expect(elsewhere('').verdict).toBe('allow');
    expect(elsewhere(all)).toMatchObject({
      verdict: 'deny',
      reason: expect.stringContaining('At waypoint edge/waypoint: '),
    });
    expect(elsewhere(selected, labelled('shop')).verdict).toBe('deny');
    expect(elsewhere(selected, labelled('other')).verdict).toBe('allow');
  });

  it('of a Service without an address of its own is not on the way to its pods; theirs is', () => {
    const headless = (labels: string) =>
      ask(
        pod(ambientPod, 'web') +
          pod(ambientPod, 'orders').replace(
            'app: orders,',
            `app: orders, ${labels}`,
          ) +
          service('istio.io/use-waypoint: waypoint').replace(
            'selector:',
            'clusterIP: None, selector:',
          ) +
          GATEWAY.replace(
            'namespace: shop }',
            'namespace: shop, labels: { istio.io/waypoint-for: all } }',
          ) +
          policy(
            'AuthorizationPolicy',
            'shop/gateway',
            '{ targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: waypoint }], rules: [{ to: [{ operation: { methods: [GET] } }] }] }',
          ),
        post,
      ).verdict;
    expect(headless('')).toBe('allow');
    expect(headless('istio.io/use-waypoint: waypoint')).toBe('deny');
  });

  it('stands also before pods outside of the mesh', () => {
    const outside =
      pod(ambientPod, 'web') +
      pod(barePod, 'orders') +
      service('istio.io/use-waypoint: waypoint') +
      GATEWAY +
      AT_WAYPOINT;
    const called = (method: string) =>
      ask(outside, { request: { method, path: '/' } }).verdict;
    expect(called('GET')).toBe('allow');
    expect(called('POST')).toBe('deny');
    expect(ask(outside).verdict).toBe('conditional');
    expect(ask(outside, { from: { ip: '203.0.113.7' } }).verdict).toBe('allow');
  });

  it('cannot be judged where Gateways were not seen', () => {
    expect(
      ask(shop, {}, { Gateway: { state: 'forbidden', verb: 'list' } }),
    ).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining('listing gateways is forbidden'),
    });
  });
});

describe('what was not seen', () => {
  const shop = pod(sidecarPod, 'web') + pod(sidecarPod, 'orders') + service();

  it.each<[KindName]>([
    ['DestinationRule'],
    ['PeerAuthentication'],
    ['AuthorizationPolicy'],
    ['RequestAuthentication'],
    ['Sidecar'],
    ['ConfigMap'],
  ])('of %s makes the answer unknown', kind => {
    expect(ask(shop).verdict).toBe('allow');
    expect(
      ask(shop, {}, { [kind]: { state: 'failed', reason: 'it was down' } }),
    ).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining('it was down'),
    });
    expect(ask(shop, {}, { [kind]: { state: 'not-installed' } }).verdict).toBe(
      'allow',
    );
  });
});

describe('a port that its proxy does not see', () => {
  const strict = policy(
    'PeerAuthentication',
    'shop/strict',
    '{ mtls: { mode: STRICT } }',
  );
  const closed = policy('AuthorizationPolicy', 'shop/closed', '{}');
  const past = sidecarPod({
    name: 'orders',
    annotations: 'traffic.sidecar.istio.io/excludeInboundPorts: "8080"',
  }).replace(/ {2}ownerReferences.*\n/, '');
  const shop = pod(barePod, 'web') + past + service() + strict + closed;

  it('takes plaintext from anybody, whatever policies say', () => {
    expect(ask(shop)).toMatchObject({
      verdict: 'allow',
      transport: 'plaintext',
      decidedBy: [
        {
          layer: 'pod',
          field:
            "metadata.annotations['traffic.sidecar.istio.io/excludeInboundPorts']",
        },
      ],
    });
    expect(ask(shop, { from: { ip: '203.0.113.7' } }).verdict).toBe('allow');
  });

  it('gets TLS that its application must read, where the client thinks that it is in the mesh', () => {
    expect(ask(shop, { clientTls: 'mtls' })).toMatchObject({
      verdict: 'deny',
      transport: null,
    });
  });
});

describe('a port for which mTLS is switched off', () => {
  const shop =
    pod(sidecarPod, 'web') +
    pod(sidecarPod, 'orders') +
    policy('PeerAuthentication', 'shop/without', '{ mtls: { mode: DISABLE } }');
  const tls: Partial<MeshQuestionByName> = {
    to: { pod: 'shop/orders' },
    port: 9999,
    clientTls: 'mtls',
  };

  it("hands on a client's TLS unread", () => {
    expect(ask(shop, tls).verdict).toBe('unknown');
  });

  it('refuses it where policies admit nobody without an identity', () => {
    const named = (names: string) =>
      policy(
        'AuthorizationPolicy',
        'shop/named',
        `{ rules: [{ from: [{ source: { ${names} } }] }] }`,
      );
    expect(ask(shop + named('principals: ["*"]'), tls)).toMatchObject({
      verdict: 'deny',
      decidedBy: [{ layer: 'authorization-policy', effect: 'deny' }],
    });
    expect(ask(shop + named('notPrincipals: ["*"]'), tls).verdict).toBe(
      'unknown',
    );
  });
});

describe('a sidecar that asks for mTLS of an ambient pod behind a Service without an address', () => {
  const rule = `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: orders, namespace: shop, creationTimestamp: "2026-05-01T00:00:00Z" }
spec: { host: orders, trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }
---`;
  const shop =
    pod(sidecarPod, 'web') +
    pod(ambientPod, 'orders') +
    service().replace('selector:', 'clusterIP: None, selector:') +
    rule;

  it('sends one that ztunnel cannot read', () => {
    expect(ask(shop)).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining(
        'tunnel cannot read the mTLS of sidecars',
      ),
    });
  });

  it('is refused where ztunnel takes HBONE alone', () => {
    const strict = policy(
      'PeerAuthentication',
      'shop/strict',
      '{ mtls: { mode: STRICT } }',
    );
    expect(ask(shop + strict)).toMatchObject({
      verdict: 'deny',
      reason: expect.stringContaining('takes HBONE alone'),
    });
  });
});

describe('a client', () => {
  it('that sends past its own proxy has no identity', () => {
    const orders = pod(sidecarPod, 'orders') + service();
    const rule = policy(
      'AuthorizationPolicy',
      'shop/orders',
      '{ rules: [{ from: [{ source: { namespaces: [shop] } }] }] }',
    );
    const web = (annotations: string) =>
      sidecarPod({ name: 'web', annotations })
        .replace('app: orders', 'app: web')
        .replace(/ {2}ownerReferences.*\n/, '')
        .replace('labels: {', 'labels: { security.istio.io/tlsMode: istio,');
    const tls = orders.replace(
      'labels: { app: orders,',
      'labels: { security.istio.io/tlsMode: istio, app: orders,',
    );
    expect(ask(web('') + tls + rule)).toMatchObject({
      verdict: 'allow',
      transport: 'mtls',
      principal: 'cluster.local/ns/shop/sa/default',
    });
    expect(
      ask(
        web('traffic.sidecar.istio.io/excludeOutboundPorts: "80"') + tls + rule,
      ),
    ).toMatchObject({ verdict: 'deny', transport: null });
  });
});

describe('an EnvoyFilter', () => {
  const shop = pod(sidecarPod, 'web') + pod(sidecarPod, 'orders') + service();
  const filter = (patch: string, rest = '', namespace = 'shop') => `
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: patch, namespace: ${namespace} }
spec: { ${rest}configPatches: [{ ${patch} }] }
---`;
  const CHAIN =
    'applyTo: FILTER_CHAIN, match: { context: SIDECAR_INBOUND }, patch: { operation: MERGE, value: { transport_socket: {} } }';

  it.each([
    ['the filter chains of callers', CHAIN],
    [
      'a filter that policies are',
      'applyTo: HTTP_FILTER, match: { listener: { filterChain: { filter: { name: envoy.filters.network.http_connection_manager, subFilter: { name: envoy.filters.http.rbac } } } } }, patch: { operation: REMOVE }',
    ],
    [
      'how addresses and paths are read',
      "applyTo: NETWORK_FILTER, match: { listener: { filterChain: { filter: { name: envoy.filters.network.http_connection_manager } } } }, patch: { operation: MERGE, value: { typed_config: { '@type': x, use_remote_address: true } } }",
    ],
    [
      'a filter that ends the chain',
      "applyTo: NETWORK_FILTER, patch: { operation: INSERT_FIRST, value: { name: y, typed_config: { '@type': type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy } } }",
    ],
    [
      'what one route is asked',
      'applyTo: HTTP_ROUTE, patch: { operation: MERGE, value: { typed_per_filter_config: {} } }',
    ],
  ])('that touches %s leaves nobody to tell', (_, patch) => {
    expect(ask(shop + filter(patch))).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining(
        'EnvoyFilter shop/patch changes its proxy itself (',
      ),
    });
  });

  it.each([
    [
      'limits, counts or adds a check',
      "applyTo: HTTP_FILTER, match: { context: SIDECAR_INBOUND }, patch: { operation: INSERT_BEFORE, value: { name: x, typed_config: { '@type': type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit } } }",
    ],
    [
      'only writes logs',
      "applyTo: NETWORK_FILTER, match: { listener: { filterChain: { filter: { name: envoy.filters.network.http_connection_manager } } } }, patch: { operation: MERGE, value: { typed_config: { '@type': x, access_log: [] } } }",
    ],
    ['is about what the pods call', CHAIN.replace('INBOUND', 'OUTBOUND')],
    ['is about gateways', CHAIN.replace('SIDECAR_INBOUND', 'GATEWAY')],
    [
      'is about clusters',
      'applyTo: CLUSTER, patch: { operation: MERGE, value: { connect_timeout: 1s } }',
    ],
  ])('that %s changes no answer', (_, patch) => {
    expect(ask(shop + filter(patch)).verdict).toBe('allow');
  });

  it('counts for the pods that it selects, in its namespace or from the root namespace', () => {
    const verdict = (...where: [string, string?]) =>
      ask(shop + filter(CHAIN, ...where)).verdict;
    expect(verdict('workloadSelector: { labels: { app: orders } }, ')).toBe(
      'unknown',
    );
    expect(verdict('workloadSelector: { labels: { app: web } }, ')).toBe(
      'allow',
    );
    expect(verdict('', 'istio-system')).toBe('unknown');
    expect(verdict('', 'other')).toBe('allow');
    // Such targets are gateways and waypoints.
    expect(verdict('targetRefs: [{ kind: Gateway, name: orders }], ')).toBe(
      'allow',
    );
  });
});
