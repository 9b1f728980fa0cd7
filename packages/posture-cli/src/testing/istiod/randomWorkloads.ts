/** Random pods, with and without proxies, and Services before them. */
import { StoredObject } from '@backstage-zero-trust/test-servers';
import fc from 'fast-check';
import { serviceExport } from './randomTransport';
import { useWaypoint } from './randomWaypoint';
import {
  APPS,
  NAMESPACES,
  VERSIONS,
  creationTimestamp,
  rarely,
  word,
  written,
} from './words';

/** Which proxy a pod has; a gateway is nothing else. */
type PodProxy = 'sidecar' | 'gateway' | 'ztunnel' | 'none';

const podProxy = (ambient: boolean): fc.Arbitrary<PodProxy> =>
  fc.oneof(
    { weight: ambient ? 6 : 0, arbitrary: fc.constant('ztunnel' as const) },
    { weight: ambient ? 2 : 8, arbitrary: fc.constant('sidecar' as const) },
    { weight: 2, arbitrary: fc.constant('none' as const) },
    { weight: 1, arbitrary: fc.constant('gateway' as const) },
  );

export function randomPod(namespace: string, index: number, ambient: boolean) {
  return fc
    .record({
      proxy: podProxy(ambient),
      app: word(APPS),
      version: rarely(word(VERSIONS), 1.5),
      account: word(['web', 'api']),
      tlsMode: rarely(fc.constant('disabled'), 12),
      tunnel: ambient ? rarely(fc.constant('http'), 3) : fc.constant(undefined),
      named: fc.boolean(),
      waypoint: ambient ? useWaypoint : fc.constant({}),
    })
    .map(
      ({
        proxy,
        app,
        version,
        account,
        tlsMode,
        tunnel,
        named,
        waypoint,
      }): StoredObject => {
        const ip = `10.9.${NAMESPACES.indexOf(namespace as 'a') + 1}.${
          index + 1
        }`;
        const sidecarLabels =
          proxy === 'sidecar'
            ? {
                'security.istio.io/tlsMode': tlsMode ?? 'istio',
                ...(tunnel ? { 'networking.istio.io/tunnel': tunnel } : {}),
              }
            : {};
        const ports = [
          written({ name: named ? 'web' : undefined, containerPort: 8080 }),
          { containerPort: 9000 },
        ];
        const application = { name: 'app', image: 'example/app:1', ports };
        const istioProxy = (role: string) => ({
          name: 'istio-proxy',
          image: 'example/proxy:1',
          args: ['proxy', role],
        });
        const containers =
          proxy === 'gateway'
            ? [{ ...istioProxy('router'), ports }]
            : [
                application,
                ...(proxy === 'sidecar' ? [istioProxy('sidecar')] : []),
              ];
        return {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: {
            name: `p${index}`,
            namespace,
            creationTimestamp: '2026-05-01T00:00:00Z',
            labels: written({ app, version, ...sidecarLabels, ...waypoint }),
            annotations:
              proxy === 'ztunnel'
                ? { 'ambient.istio.io/redirection': 'enabled' }
                : {},
          },
          spec: { nodeName: 'node-1', serviceAccountName: account, containers },
          status: {
            phase: 'Running',
            podIP: ip,
            podIPs: [{ ip }],
            conditions: [{ type: 'Ready', status: 'True' }],
          },
        };
      },
    );
}

const servicePorts = fc
  .tuple(
    word([
      { name: 'http-web', targetPort: 8080 },
      { name: 'web', targetPort: 'web' },
      { name: 'x', appProtocol: 'http', targetPort: 8080 },
      { name: 'grpc', targetPort: 8080 },
      { name: 'tcp-web', targetPort: 8080 },
    ]),
    rarely(
      word([
        { name: 'tcp-t' },
        { name: 't' },
        { name: 'http-t' },
        { name: 'mysql' },
      ]),
      1.5,
    ),
    rarely(
      word([
        { name: 'foo' },
        { name: 'tcp' },
        { name: 'http2', appProtocol: 'tcp' },
      ]),
      2,
    ),
    rarely(fc.constant({ name: 'https', targetPort: 8080 }), 6),
  )
  .map(([web, tcp, other, tls]) => [
    { ...web, port: 80 },
    ...(tcp ? [{ ...tcp, port: 9000, targetPort: 9000 }] : []),
    ...(other ? [{ ...other, port: 7000, targetPort: 7070 }] : []),
    ...(tls ? [{ ...tls, port: 443 }] : []),
  ]);

export function randomService(
  name: string,
  namespace: string,
  index: number,
  ambient: boolean,
) {
  return fc
    .record({
      selector: fc.oneof(
        word(APPS).map(app => ({ app })),
        word(VERSIONS).map(version => ({ version })),
      ),
      ports: servicePorts,
      headless: rarely(fc.constant(true), 7),
      exportTo: serviceExport,
      created: creationTimestamp,
      labels: ambient ? useWaypoint : fc.constant({}),
    })
    .map(
      ({
        selector,
        ports,
        headless,
        exportTo,
        created,
        labels,
      }): StoredObject => ({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: {
          name,
          namespace,
          creationTimestamp: created,
          labels,
          annotations:
            exportTo === undefined
              ? {}
              : { 'networking.istio.io/exportTo': exportTo },
        },
        spec: {
          selector,
          ports,
          clusterIP: headless ? 'None' : `10.96.7.${index + 10}`,
        },
      }),
    );
}

interface Fields {
  selector: Record<string, string>;
  ports: { name: string; port: number; targetPort: number | string }[];
  containers: { ports?: { name?: string; containerPort: number }[] }[];
}

/** What the controller of EndpointSlices would write: pods that resolve the Service's ports alike share a slice. */
export function slicesOf(
  service: StoredObject,
  pods: readonly StoredObject[],
): StoredObject[] {
  const { name, namespace } = service.metadata;
  const { selector, ports } = service.spec as Fields;
  const slices = new Map<string, StoredObject[]>();
  for (const each of pods) {
    const podLabels = each.metadata.labels as Record<string, string>;
    if (
      each.metadata.namespace !== namespace ||
      Object.entries(selector).some(([key, value]) => podLabels[key] !== value)
    ) {
      continue;
    }
    const [{ ports: declared = [] }] = (each.spec as Fields).containers;
    const resolved = ports.flatMap(({ name: portName, targetPort }) => {
      const number =
        typeof targetPort === 'number'
          ? targetPort
          : declared.find(port => port.name === targetPort)?.containerPort;
      return number === undefined
        ? []
        : [{ name: portName, port: number, protocol: 'TCP' }];
    });
    const key = JSON.stringify(resolved);
    slices.set(key, [...(slices.get(key) ?? []), each]);
  }
  return [...slices].map(([resolved, members], index) => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${name}-${index}`,
      namespace,
      labels: { 'kubernetes.io/service-name': name },
    },
    addressType: 'IPv4',
    ports: JSON.parse(resolved),
    endpoints: members.map(({ metadata, status }) => ({
      addresses: [(status as { podIP: string }).podIP],
      conditions: { ready: true },
      nodeName: 'node-1',
      targetRef: { kind: 'Pod', name: metadata.name, namespace },
    })),
  }));
}
