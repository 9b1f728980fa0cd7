/** Requests from outside through a gateway: its door, its policies, its routes, and the pods behind it. */
import { connectionsOf } from '../../network';
import { parseManifests } from '../../manifests';
import { ClusterSnapshot, Coverage, KindCoverage } from '../../snapshot';
import { KindName } from '../../snapshot/kinds';
import { policy, sidecarPod } from '../../testing/meshManifests';
import { HttpRequest } from '../authorization';
import { MeshQuestions } from './meshQuestions';

const INGRESS = `
apiVersion: v1
kind: Pod
metadata: { name: ingress-1, namespace: edge, creationTimestamp: "2026-05-01T00:00:00Z", labels: { istio: ingress } }
spec:
  nodeName: node-1
  serviceAccountName: ingress
  containers: [{ name: istio-proxy, image: proxyv2, args: [proxy, router] }]
---
apiVersion: v1
kind: Service
metadata: { name: ingress, namespace: edge }
spec: { type: LoadBalancer, selector: { istio: ingress }, ports: [{ name: http, port: 80, targetPort: 8080 }, { name: https, port: 443, targetPort: 8443 }] }
---
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop }
spec: { selector: { app: orders }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
---`;

const gateway = (servers: string) => `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: public, namespace: edge }
spec: { selector: { istio: ingress }, servers: [${servers}] }
---`;
const HTTP =
  "{ port: { number: 80, name: http, protocol: HTTP }, hosts: ['*'] }";
const https = (mode: string) =>
  `{ port: { number: 443, name: https, protocol: HTTPS }, hosts: [shop.example], tls: { mode: ${mode}, credentialName: cert } }`;

const routes = (http: string) => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop, namespace: shop }
spec: { hosts: [shop.example], gateways: [edge/public], http: [${http}] }
---`;
const TO_ORDERS =
  'route: [{ destination: { host: orders.shop.svc.cluster.local, port: { number: 80 } } }]';

/** Clients use mTLS with a pod that says so. */
const ORDERS = sidecarPod({ labels: 'security.istio.io/tlsMode: istio' });
const STRICT = policy(
  'PeerAuthentication',
  'shop/default',
  '{ mtls: { mode: STRICT } }',
);

const shop = (...parts: string[]) =>
  [INGRESS, ORDERS, STRICT, ...parts].join('\n');
const usual = (...parts: string[]) =>
  shop(gateway(https('SIMPLE')), routes(`{ ${TO_ORDERS} }`), ...parts);

function ask(
  manifests: string,
  request: Partial<HttpRequest> = {},
  port = 443,
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
    from: { ip: '203.0.113.7' },
    to: { service: 'edge/ingress' },
    port,
    protocol: 'TCP',
    request: {
      method: 'GET',
      path: '/orders',
      host: 'shop.example',
      headers: {},
      token: null,
      ...request,
    },
  });
}

const atGateway = (spec: string) =>
  policy(
    'AuthorizationPolicy',
    'edge/gate',
    `{ selector: { matchLabels: { istio: ingress } }, ${spec} }`,
  );
const atOrders = (rules: string) =>
  policy('AuthorizationPolicy', 'shop/orders', `{ rules: [${rules}] }`);
const FROM_GATEWAY =
  'from: [{ source: { principals: [cluster.local/ns/edge/sa/ingress] } }]';

describe('a request through a gateway', () => {
  it('reaches a STRICT server, since the gateway is a client of the mesh', () => {
    expect(ask(usual())).toMatchObject({
      verdict: 'allow',
      transport: 'tls',
      reason: expect.stringContaining(
        'Through gateway ingress-1, by VirtualService shop/shop: ',
      ),
      decidedBy: expect.arrayContaining([
        expect.objectContaining({
          layer: 'gateway',
          field: 'spec.servers[0].tls',
        }),
        expect.objectContaining({ layer: 'gateway', field: 'spec.http[0]' }),
        expect.objectContaining({ layer: 'peer-authentication' }),
      ]),
    });
  });

  it('arrives there in the name of the gateway', () => {
    expect(ask(usual(atOrders(`{ ${FROM_GATEWAY} }`))).verdict).toBe('allow');
    expect(
      ask(usual(atOrders('{ from: [{ source: { namespaces: [shop] } }] }'))),
    ).toMatchObject({
      verdict: 'deny',
      reason: expect.stringContaining('no rule of AuthorizationPolicy'),
    });
  });

  it('is asked about by the policies of the gateway too, by its own host and path', () => {
    const gate = atGateway(
      'rules: [{ to: [{ operation: { hosts: [shop.example], paths: [/orders*] } }] }]',
    );
    expect(ask(usual(gate)).verdict).toBe('allow');
    expect(ask(usual(gate), { path: '/admin' })).toMatchObject({
      verdict: 'deny',
      reason: expect.stringContaining('At gateway ingress-1, '),
    });
    expect(
      ask(
        usual(
          atGateway(
            'rules: [{ from: [{ source: { ipBlocks: [203.0.113.0/24] } }] }]',
          ),
        ),
      ).verdict,
    ).toBe('allow');
  });

  it('shows the pods behind where it comes from, in a header', () => {
    const from = (block: string) =>
      ask(
        usual(
          atOrders(`{ from: [{ source: { remoteIpBlocks: [${block}] } }] }`),
        ),
      ).verdict;
    expect(from('203.0.113.0/24')).toBe('allow');
    expect(from('198.51.100.0/24')).toBe('deny');
  });

  it('is refused where no Gateway opens the port for its host, or no route is for it', () => {
    expect(ask(usual(), {}, 80)).toMatchObject({
      verdict: 'deny',
      reason: 'No Gateway opens port 8080 of ingress-1 for shop.example.',
    });
    expect(ask(usual(), { host: 'other.example' }).verdict).toBe('deny');
    expect(
      ask(
        shop(gateway(HTTP), routes(`{ ${TO_ORDERS} }`)),
        { host: 'other.example' },
        80,
      ),
    ).toMatchObject({
      verdict: 'deny',
      reason:
        'No route of Gateway edge/public is for other.example/orders, so gateway ingress-1 answers 404 itself.',
    });
  });

  it('is only redirected where the door is for that', () => {
    expect(
      ask(
        shop(
          gateway(
            `${HTTP.replace(' }', ' }').replace(
              / }$/,
              ', tls: { httpsRedirect: true } }',
            )}, ${https('SIMPLE')}`,
          ),
          routes(`{ ${TO_ORDERS} }`),
        ),
        {},
        80,
      ),
    ).toMatchObject({
      verdict: 'deny',
      reason: expect.stringContaining('only points to HTTPS'),
    });
  });

  it('takes the first route that matches its path and method', () => {
    const split = (request: Partial<HttpRequest>) =>
      ask(
        shop(
          gateway(https('SIMPLE')),
          routes(
            `{ match: [{ uri: { exact: /orders/close } }], redirect: { uri: / } }, { match: [{ uri: { prefix: /orders }, method: { exact: GET } }], ${TO_ORDERS} }`,
          ),
        ),
        request,
      ).verdict;
    expect(split({})).toBe('allow');
    expect(split({ method: 'POST' })).toBe('deny');
    expect(split({ path: '/orders/close' })).toBe('deny');
    expect(split({ path: '/' })).toBe('deny');
  });

  it('takes the route of the older VirtualService where two are for its host', () => {
    const aged = (name: string, year: number, http: string) =>
      routes(http).replace(
        'name: shop, namespace: shop',
        `name: ${name}, namespace: shop, creationTimestamp: "${year}-01-01T00:00:00Z"`,
      );
    const verdict = (year: number) =>
      ask(
        shop(
          gateway(https('SIMPLE')),
          aged('a', 2025, '{ directResponse: { status: 403 } }'),
          aged('b', year, `{ ${TO_ORDERS} }`),
        ),
      ).verdict;
    expect(verdict(2024)).toBe('allow');
    expect(verdict(2026)).toBe('deny');
  });

  it('cannot be told where routes differ by what is not read, and lead to different answers', () => {
    const byHeader = (answer: string) =>
      ask(
        shop(
          gateway(https('SIMPLE')),
          routes(
            `{ match: [{ headers: { x-new: { exact: 'yes' } } }], ${answer} }, { ${TO_ORDERS} }`,
          ),
        ),
      ).verdict;
    expect(byHeader('directResponse: { status: 403 }')).toBe('unknown');
    expect(byHeader(TO_ORDERS)).toBe('allow');
  });

  it('has another path behind a rewrite, which is not read', () => {
    const rewritten = (rules: string) =>
      ask(
        shop(
          gateway(https('SIMPLE')),
          routes(`{ rewrite: { uri: / }, ${TO_ORDERS} }`),
          atOrders(rules),
        ),
      ).verdict;
    expect(rewritten('{ to: [{ operation: { paths: [/orders] } }] }')).toBe(
      'conditional',
    );
    expect(rewritten('{ to: [{ operation: { methods: [POST] } }] }')).toBe(
      'deny',
    );
  });

  it('needs a certificate where the door demands one, and none where it is only asked for', () => {
    const mutual = (mode: string) =>
      ask(shop(gateway(https(mode)), routes(`{ ${TO_ORDERS} }`)));
    expect(mutual('MUTUAL')).toMatchObject({
      verdict: 'conditional',
      conditions: [
        [expect.objectContaining({ attribute: 'client certificate' })],
      ],
    });
    expect(mutual('OPTIONAL_MUTUAL').verdict).toBe('allow');
    expect(mutual('ISTIO_MUTUAL')).toMatchObject({
      verdict: 'deny',
      reason: expect.stringContaining('a certificate of the mesh'),
    });
  });

  it('loses the token that the gateway has accepted, unless that is to be passed on', () => {
    const TOKEN = { iss: 'https://id.example', sub: 'ann' };
    const jwt = (namespace: string, more = '') => `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: jwt, namespace: ${namespace} }
spec: { jwtRules: [{ issuer: https://id.example${more} }] }
---`;
    const needsUser = atOrders(
      "{ from: [{ source: { requestPrincipals: ['*'] } }] }",
    );
    const withToken = (...parts: string[]) =>
      ask(usual(jwt('shop'), needsUser, ...parts), { token: TOKEN }).verdict;
    expect(withToken()).toBe('allow');
    expect(withToken(jwt('edge'))).toBe('deny');
    expect(withToken(jwt('edge', ', forwardOriginalToken: true'))).toBe(
      'allow',
    );
    expect(
      ask(usual(jwt('edge')), { token: { iss: 'https://evil.example' } }),
    ).toMatchObject({
      verdict: 'deny',
      reason: expect.stringContaining('accepts the token'),
    });
  });

  it('has no answer without a host, and none where what opens gateways was not seen', () => {
    expect(ask(usual(), { host: undefined }).verdict).toBe('unknown');
    expect(
      ask(usual(), {}, 443, {
        VirtualService: { state: 'failed', reason: 'it was down' },
      }),
    ).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining('it was down'),
    });
  });

  it('is refused where a route leads to a Service that is not there, and has no end where gateways lead to each other', () => {
    expect(
      ask(
        shop(
          gateway(https('SIMPLE')),
          routes(`{ ${TO_ORDERS.replace('orders.', 'other.')} }`),
        ),
      ).reason,
    ).toContain('is not there');
    expect(
      ask(
        shop(
          gateway(HTTP),
          routes(
            '{ route: [{ destination: { host: ingress.edge.svc.cluster.local, port: { number: 80 } } }] }',
          ),
        ),
        {},
        80,
      ),
    ).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining('without an end'),
    });
  });
});
