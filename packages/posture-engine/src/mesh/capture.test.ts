/** What annotations make a proxy leave alone; that injected pods say the same is held to the real injector in the command line's tests. */
import { ClusterSnapshot, KubernetesObject } from '../snapshot';
import { captureOf } from './capture';
import { dataPlaneOf } from './dataPlane';

function bypassesOf(
  annotations: Record<string, string>,
  port: number,
  others: KubernetesObject[] = [],
): string[] {
  const snapshot = ClusterSnapshot.create({
    cluster: 'test',
    objects: [
      {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'shop', labels: { 'istio-injection': 'enabled' } },
      },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name: 'web',
          namespace: 'shop',
          annotations: Object.fromEntries(
            Object.entries(annotations).map(([name, value]) => [
              name === 'interceptionMode'
                ? `sidecar.istio.io/${name}`
                : `traffic.sidecar.istio.io/${name}`,
              value,
            ]),
          ),
        },
        spec: { containers: [{ name: 'app', image: 'app:1' }] },
      },
      ...others,
    ],
  });
  const [workload] = snapshot.workloads;
  const [pod] = workload.pods;
  const { dataPlane } = dataPlaneOf(workload, pod, snapshot);
  expect(dataPlane).toBe('sidecar');
  return captureOf(workload, pod, dataPlane, snapshot)
    .bypassOf(port)
    .map(({ kind }) => kind);
}

describe('what a sidecar does not capture', () => {
  it('are ports and interfaces that annotations name', () => {
    const excluded = { excludeInboundPorts: '9000', excludeInterfaces: 'net1' };
    expect(bypassesOf(excluded, 8080)).toEqual(['exclude-interfaces']);
    expect(bypassesOf(excluded, 9000)).toEqual([
      'exclude-interfaces',
      'exclude-inbound-ports',
    ]);
  });

  it('are all ports but those that are included, whatever is excluded', () => {
    const included = {
      includeInboundPorts: '8080',
      excludeInboundPorts: '8080',
    };
    expect(bypassesOf(included, 8080)).toEqual([]);
    expect(bypassesOf(included, 9000)).toEqual(['include-inbound-ports']);
  });

  it('is everything where nothing is rerouted: then no port and no interface is left out of it', () => {
    const none = {
      interceptionMode: 'NONE',
      excludeInboundPorts: '9000',
      excludeInterfaces: 'net1',
    };
    expect(bypassesOf(none, 9000)).toEqual(['interception-mode']);
    // The proxy's own listener takes what comes in on any interface.
    const sidecar = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'Sidecar',
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        ingress: [
          {
            port: { number: 9080, protocol: 'HTTP', name: 'http' },
            defaultEndpoint: '127.0.0.1:8080',
          },
        ],
      },
    };
    expect(bypassesOf(none, 9080, [sidecar])).toEqual([]);
  });
});
