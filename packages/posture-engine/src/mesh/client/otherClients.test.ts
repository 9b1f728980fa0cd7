/** Clients whose proxies follow other rules than the sidecars of their neighbours: gateways, and pods of the root namespace. */
import { parseManifests } from '../../manifests';
import { ClusterSnapshot } from '../../snapshot';
import { barePod, policy, sidecarPod } from '../../testing/meshManifests';
import { transportToService } from './clientTransport';
import { endpointsOf } from './endpoints';

const SHOP = `
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop }
spec: { clusterIP: 10.96.0.1, selector: { app: orders }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
---`;

const SAYS = 'security.istio.io/tlsMode: istio';

/** From the one workload of a namespace to pod `orders-1`, which carries these labels. */
function transportFrom(namespace: string, manifests: string, labels = SAYS) {
  const { objects, problems } = parseManifests(
    `${manifests}${sidecarPod({ labels })}`,
    'test.yaml',
  );
  expect(problems).toEqual([]);
  const snapshot = ClusterSnapshot.create({
    cluster: 'test',
    objects: objects.map(({ object }) => object),
  });
  const [service] = snapshot.all('Service');
  const [client] = snapshot.workloadsIn(namespace);
  const [endpoint] = endpointsOf(service, snapshot).filter(
    ({ pod }) => pod.name === 'orders-1',
  );
  return transportToService(
    { workload: client, pod: client.pods[0] },
    { service, port: (service.spec?.ports ?? [])[0] },
    endpoint,
    snapshot,
  );
}

describe('a client in the root namespace', () => {
  const client = sidecarPod({ name: 'root-1' })
    .replace('namespace: shop', 'namespace: istio-system')
    .replace(/ {2}ownerReferences.*\n/, '');
  const off = (exportTo: string) => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: orders, namespace: istio-system, creationTimestamp: "2026-05-01T00:00:00Z" }
spec: { host: orders.shop.svc.cluster.local, exportTo: [${exportTo}], trafficPolicy: { tls: { mode: DISABLE } } }
---`;

  it.each([
    ["'.'", 'plaintext'],
    ["'*'", 'plaintext'],
    ['istio-system, other', 'plaintext'],
    ["'.', other", 'mtls'],
    ['other', 'mtls'],
  ])("follows the root's rule exported to %s: %s", (exportTo, transport) => {
    expect(
      transportFrom('istio-system', SHOP + client + off(exportTo)).transport,
    ).toBe(transport);
  });
});

describe('a gateway that calls', () => {
  const gateway = `
apiVersion: v1
kind: Pod
metadata: { name: edge, namespace: edge, creationTimestamp: "2026-05-01T00:00:00Z" }
spec: { nodeName: node-1, containers: [{ name: istio-proxy, image: proxyv2, args: [proxy, router] }] }
---`;
  const headless = SHOP.replace('10.96.0.1', 'None');
  const from = (manifests: string, labels = SAYS) =>
    transportFrom('edge', manifests + gateway, labels);

  it('has no way to a Service that is not exported to it', () => {
    const hidden = SHOP.replace(
      'namespace: shop }',
      "namespace: shop, annotations: { networking.istio.io/exportTo: '.' } }",
    );
    expect(from(SHOP).transport).toBe('mtls');
    expect(from(hidden)).toMatchObject({
      transport: 'blocked',
      reason:
        'its proxy does not know the Service, and a gateway has no way to what it does not know',
    });
  });

  it('uses mTLS to a Service without an address where every pod takes it, and the pod itself has not switched it off', () => {
    const bare = barePod({ name: 'orders-2' });
    const off = policy(
      'PeerAuthentication',
      'shop/off-for-orders',
      '{ selector: { matchLabels: { app: orders } }, mtls: { mode: DISABLE } }',
    );
    expect(from(headless).transport).toBe('mtls');
    expect(from(headless + bare).transport).toBe('plaintext');
    expect(from(headless + off).transport).toBe('plaintext');
    expect(from(SHOP + bare).transport).toBe('mtls');
  });

  it('knows who takes HBONE also where the Service has no address', () => {
    const tunnel = 'networking.istio.io/tunnel: http';
    expect(from(headless, `${SAYS}, ${tunnel}`)).toEqual(from(headless));
    expect(from(headless, tunnel)).toMatchObject({ tunnel: 'HBONE' });
  });
});
