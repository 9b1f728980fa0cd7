/** What recorded clusters do not show: subsets with routes, rules without an age, credentials. */
import { parseManifests } from '../../manifests';
import { ClusterSnapshot } from '../../snapshot';
import { sidecarPod } from '../../testing/meshManifests';
import { endpointsOf } from './endpoints';
import { transportToService } from './clientTransport';

const SHOP = `
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop }
spec: { clusterIP: 10.96.0.1, selector: { app: orders }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
---`;

function ask(manifests: string) {
  const { objects, problems } = parseManifests(
    sidecarPod({ labels: 'security.istio.io/tlsMode: istio' }) +
      sidecarPod({ name: 'web' })
        .replace('app: orders', 'app: web')
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
  const [service] = snapshot.all('Service');
  const [workload] = snapshot.workloads.filter(
    ({ reference }) => reference.name === 'web',
  );
  return transportToService(
    { workload, pod: workload.pods[0] },
    { service, port: (service.spec?.ports ?? [])[0] },
    endpointsOf(service, snapshot)[0],
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
});
