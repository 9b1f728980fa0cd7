/** A waypoint of namespace `a`, and who is led through it. */
import { StoredObject } from '@backstage-zero-trust/test-servers';
import fc from 'fast-check';
import { rarely, word, written } from './words';

const GATEWAY_API = 'gateway.networking.k8s.io';
export const WAYPOINT = { namespace: 'a', name: 'waypoint' } as const;
const ADDRESS = '10.9.1.100';
const USE = 'istio.io/use-waypoint';

/** Labels of whoever may name a waypoint; `missing` is none. */
export const useWaypoint = rarely(
  word(['waypoint', 'waypoint', 'waypoint', 'none', 'missing']),
  1.7,
).map(name => written({ [USE]: name }) as Record<string, string>);

/** Of policies: what they are attached to in ambient. */
export const targetRefs = word([
  ...[
    [{ group: '', kind: 'Service', name: 's1' }],
    [{ kind: 'Service', name: 's1' }],
    [{ kind: 'Service', name: 's3' }],
    [{ group: GATEWAY_API, kind: 'Gateway', name: 'waypoint' }],
    [{ group: GATEWAY_API, kind: 'GatewayClass', name: 'istio-waypoint' }],
    [{ kind: 'Gateway', name: 'waypoint' }],
  ],
  [
    { kind: 'Service', name: 's2' },
    { group: GATEWAY_API, kind: 'Gateway', name: 'waypoint' },
  ],
]);

export interface RandomWaypoint {
  /** Of namespace `a`. */
  namespaceLabels: Record<string, string>;
  objects: StoredObject[];
}

export const randomWaypoint: fc.Arbitrary<RandomWaypoint> = fc
  .record({
    serves: word([undefined, 'service', 'all', 'all', 'workload', 'none']),
    namespaceLabels: useWaypoint,
  })
  .map(({ serves, namespaceLabels }) => {
    const { namespace, name } = WAYPOINT;
    const labels = {
      'gateway.networking.k8s.io/gateway-name': name,
      'gateway.istio.io/managed': 'istio.io-mesh-controller',
    };
    const ports = [{ name: 'mesh', port: 15008, protocol: 'TCP' }];
    return {
      namespaceLabels,
      objects: [
        {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: {
            name,
            namespace,
            creationTimestamp: '2026-05-01T00:00:00Z',
            labels,
          },
          spec: {
            nodeName: 'node-1',
            serviceAccountName: name,
            containers: [
              {
                name: 'istio-proxy',
                image: 'example/proxy:1',
                args: ['proxy', 'waypoint'],
              },
            ],
          },
          status: {
            phase: 'Running',
            podIP: ADDRESS,
            podIPs: [{ ip: ADDRESS }],
            conditions: [{ type: 'Ready', status: 'True' }],
          },
        },
        {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name, namespace, labels },
          spec: { selector: labels, ports, clusterIP: '10.96.7.20' },
        },
        {
          apiVersion: 'discovery.k8s.io/v1',
          kind: 'EndpointSlice',
          metadata: {
            name: `${name}-0`,
            namespace,
            labels: { 'kubernetes.io/service-name': name },
          },
          addressType: 'IPv4',
          ports,
          endpoints: [
            {
              addresses: [ADDRESS],
              conditions: { ready: true },
              nodeName: 'node-1',
              targetRef: { kind: 'Pod', name, namespace },
            },
          ],
        },
        {
          apiVersion: `${GATEWAY_API}/v1`,
          kind: 'Gateway',
          metadata: {
            name,
            namespace,
            labels: written({ 'istio.io/waypoint-for': serves }),
          },
          spec: {
            gatewayClassName: 'istio-waypoint',
            listeners: [{ name: 'mesh', port: 15008, protocol: 'HBONE' }],
          },
          status: { addresses: [{ type: 'IPAddress', value: '10.96.7.20' }] },
        },
      ],
    };
  });
