/** What recorded clusters do not show: subsets with routes, rules without an age, credentials. */
import { parseManifests } from '../../manifests';
import { ClusterSnapshot } from '../../snapshot';
import { ambientPod, barePod, sidecarPod } from '../../testing/meshManifests';
import { endpointsOf } from './endpoints';
import { transportToService } from './clientTransport';

const SHOP = `
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop }
spec: { clusterIP: 10.96.0.1, selector: { app: orders }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
---`;

function ask(manifests: string) {
  return askOf('orders', manifests);
}

/** From pod web to one endpoint of a Service. */
function askOf(
  name: string,
  manifests: string,
  endpoint?: string,
  clients = 'shop',
) {
  const { objects, problems } = parseManifests(
    sidecarPod({ labels: 'security.istio.io/tlsMode: istio' }) +
      sidecarPod({ name: 'web' })
        .replace('app: orders', 'app: web')
        .replace('namespace: shop', `namespace: ${clients}`)
        .replace(/ {2}ownerReferences.*\n/, '') +
      SHOP +
      manifests,
    'test.yaml',
  );
  expect(problems).toEqual([]);
  const snapshot = ClusterSnapshot.create({
    cluster: 'test',
    objects: objects.map(({ object }) => object),
  });
  const service = snapshot.get('Service', name, 'shop');
  if (!service) {
    throw new Error(`no Service ${name}`);
  }
  const [workload] = snapshot.workloads.filter(
    ({ reference }) => reference.name === 'web',
  );
  return transportToService(
    { workload, pod: workload.pods[0] },
    { service, port: (service.spec?.ports ?? [])[0] },
    endpointsOf(service, snapshot).find(
      ({ pod }) => endpoint === undefined || pod.name === endpoint,
    ) ?? endpointsOf(service, snapshot)[0],
    snapshot,
  );
}

const rule = (
  name: string,
  spec: string,
  created = '"2026-05-01T00:00:00Z"',
) => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: ${name}, namespace: shop${
  created ? `, creationTimestamp: ${created}` : ''
} }
spec: { host: orders, ${spec} }
---`;

describe('the transport of a client', () => {
  it('follows no subset without a route, and depends on the request where one leads there', () => {
    const subset = rule(
      'orders',
      'subsets: [{ name: v1, trafficPolicy: { tls: { mode: DISABLE } } }]',
    );
    const route = (more = '') => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: orders, namespace: shop }
spec: { hosts: [orders], ${more} http: [{ route: [{ destination: { host: orders, subset: v1 } }] }] }
---`;
    expect(ask(subset).transport).toBe('mtls');
    expect(ask(subset + route())).toMatchObject({
      transport: 'unknown',
      reason: expect.stringContaining(
        'VirtualService shop/orders sends some of it to the subset v1',
      ),
    });
    expect(ask(subset + route('gateways: [edge],')).transport).toBe('mtls');
    expect(ask(subset + route('exportTo: [other],')).transport).toBe('mtls');
    expect(
      ask(rule('orders', 'subsets: [{ name: v1 }]') + route()).transport,
    ).toBe('mtls');
  });

  it('is unknown where rules compete that are not in a cluster yet, unless they say the same', () => {
    const disable = 'trafficPolicy: { tls: { mode: DISABLE } }';
    const mutual = 'trafficPolicy: { tls: { mode: ISTIO_MUTUAL } }';
    expect(ask(rule('a', disable, '') + rule('b', mutual, ''))).toMatchObject({
      transport: 'unknown',
      reason:
        'DestinationRules shop/a and shop/b mean the same host, and the one created first will count',
    });
    expect(ask(rule('a', disable, '') + rule('b', disable, '')).transport).toBe(
      'plaintext',
    );
    expect(ask(rule('a', disable) + rule('b', mutual)).transport).toBe(
      'plaintext',
    );
  });

  it('is TLS of its own with SIMPLE, and plaintext where that names a credential for everybody', () => {
    const simple = (more: string) =>
      ask(rule('a', `trafficPolicy: { tls: { mode: SIMPLE ${more} } }`));
    expect(simple('').transport).toBe('tls');
    expect(simple(', credentialName: secret')).toMatchObject({
      transport: 'plaintext',
      reason: expect.stringContaining(
        'counts only in a rule with a workloadSelector',
      ),
    });
  });

  it('is no HBONE to an ambient pod behind a Service without an address, whose endpoints no proxy knows', () => {
    const pod = ambientPod({ name: 'orders-2' });
    const service = SHOP.replace('orders, namespace', 'ambient, namespace');
    const ambient = (address: string, more = '') =>
      askOf(
        'ambient',
        pod + service.replace('10.96.0.1', address) + more,
        'orders-2',
      );
    expect(ambient('10.96.0.2')).toMatchObject({
      transport: 'mtls',
      tunnel: 'HBONE',
    });
    expect(
      ambient(
        '10.96.0.2',
        `${rule(
          'a',
          'trafficPolicy: { tls: { mode: SIMPLE, credentialName: secret } }',
        ).replace('host: orders', 'host: ambient')}`,
      ),
    ).toMatchObject({ transport: 'mtls', tunnel: 'HBONE' });
    expect(ambient('None')).toMatchObject({ transport: 'plaintext' });
    expect(ambient('None')).not.toHaveProperty('tunnel');
  });

  it('is HBONE to a sidecar that takes it only where that says no mTLS of sidecars', () => {
    const labels = (more: string) =>
      askOf(
        'tunnelled',
        sidecarPod({
          name: 'orders-2',
          labels: `networking.istio.io/tunnel: http, ${more}`,
        }) + SHOP.replace('orders, namespace', 'tunnelled, namespace'),
        'orders-2',
      );
    expect(labels('security.istio.io/tlsMode: istio')).toMatchObject({
      transport: 'mtls',
    });
    expect(labels('security.istio.io/tlsMode: istio')).not.toHaveProperty(
      'tunnel',
    );
    expect(labels('')).toMatchObject({ transport: 'mtls', tunnel: 'HBONE' });
  });

  it('is mTLS to a Service without an address where every pod takes it that has the port', () => {
    const headless = SHOP.replace('orders, namespace', 'headless, namespace')
      .replace('10.96.0.1', 'None')
      .replace('targetPort: 8080', 'targetPort: web');
    const named = '{ name: web, containerPort: 8080 }';
    const asked = (bare: string) =>
      askOf(
        'headless',
        `${headless}${sidecarPod({
          name: 'orders-2',
          labels: 'security.istio.io/tlsMode: istio',
          ports: named,
        })}${barePod({ name: 'orders-3', ports: bare })}`,
        'orders-2',
      ).transport;
    expect(asked('{ containerPort: 9000 }')).toBe('mtls');
    expect(asked(named)).toBe('plaintext');
  });

  it('to a Service whose name a ServiceEntry of its own namespace takes is that of the ServiceEntry', () => {
    const elsewhere = (manifests: string) =>
      askOf('orders', manifests, undefined, 'bank');
    const squatter = (endpoint: string, namespace = 'bank') => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: squatter, namespace: ${namespace} }
spec: { hosts: [orders.shop.svc.cluster.local], location: MESH_EXTERNAL, resolution: STATIC, endpoints: [{ address: ${endpoint} }], ports: [{ number: 80, name: http, protocol: HTTP }] }
---`;
    expect(elsewhere('').transport).toBe('mtls');
    expect(elsewhere(squatter('6.6.6.6', 'other')).transport).toBe('mtls');
    expect(elsewhere(squatter('6.6.6.6'))).toMatchObject({
      transport: 'blocked',
      decidedBy: [{ layer: 'service-entry' }],
      reason:
        'ServiceEntry bank/squatter takes the name of the Service, and sends what is meant for it to 6.6.6.6',
    });
  });
});
