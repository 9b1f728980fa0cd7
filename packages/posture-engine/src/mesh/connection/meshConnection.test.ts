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

  it('in a mesh may call what is outside, unless its proxy refuses what it does not know', () => {
    const outside = { to: { ip: '203.0.113.7' }, port: 443 };
    const web = pod(sidecarPod, 'web');
    const sidecar = `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default, namespace: shop }
spec: { outboundTrafficPolicy: { mode: REGISTRY_ONLY } }
---`;
    expect(ask(web, outside).verdict).toBe('allow');
    expect(ask(web + sidecar, outside)).toMatchObject({
      verdict: 'deny',
      decidedBy: [{ layer: 'sidecar', direction: 'egress' }],
    });
    const entry = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: partner, namespace: shop }
spec: { hosts: [partner.example], ports: [{ number: 443, name: tls, protocol: TLS }] }
---`;
    expect(ask(web + sidecar + entry, outside).verdict).toBe('unknown');
  });
});
