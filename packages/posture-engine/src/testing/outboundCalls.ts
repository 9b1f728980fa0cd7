/** Short manifests around a client with a sidecar, and what becomes of what it sends. */
import { parseManifests } from '../manifests';
import { ClusterSnapshot } from '../snapshot';
import { Sent, outboundCall } from '../mesh/client/outbound';
import { sidecarPod } from './meshManifests';

export interface Dated {
  namespace?: string;
  /** Minutes; the smaller the older. */
  age?: number;
  more?: string;
}

export function object(
  kind: string,
  name: string,
  spec: string,
  { namespace = 'shop', age = 30, more = '' }: Dated = {},
): string {
  const group = kind === 'Service' ? 'v1' : 'networking.istio.io/v1';
  return `
apiVersion: ${group}
kind: ${kind}
metadata: { name: ${name}, namespace: ${namespace}, creationTimestamp: "2026-05-01T00:${String(
    age,
  ).padStart(2, '0')}:00Z", ${more} }
spec: ${spec}
---`;
}

export const service = (name: string, spec: string, dated?: Dated) =>
  object('Service', name, spec, dated);
export const entry = (name: string, spec: string, dated?: Dated) =>
  object('ServiceEntry', name, spec, dated);
export const port = (number: number, protocol: string, more = '') =>
  `ports: [{ number: ${number}, name: p${number}, protocol: ${protocol} ${more} }]`;
export const REGISTRY_ONLY = 'outboundTrafficPolicy: { mode: REGISTRY_ONLY }';
export const sidecar = (spec: string) =>
  object('Sidecar', 'default', `{ ${spec} }`);

const web = (annotations = '') =>
  sidecarPod({ name: 'web', annotations })
    .replace('app: orders', 'app: web')
    .replace(/ {2}ownerReferences.*\n/, '')
    .replace(/---$/, 'status: { podIPs: [{ ip: 10.0.0.1 }] }\n---');
export const orders = (ip = '10.0.0.2') =>
  sidecarPod({ labels: 'security.istio.io/tlsMode: istio' })
    .replace(/ {2}ownerReferences.*\n/, '')
    .replace(/---$/, `status: { podIPs: [{ ip: ${ip} }] }\n---`);

export const http = (host: string): Sent => ({ kind: 'http', host });
export const tls = (serverName: string): Sent => ({ kind: 'tls', serverName });
const TCP: Sent = { kind: 'tcp' };

export interface To {
  address?: string;
  port: number;
  sent?: Sent;
  annotations?: string;
  meshConfig?: Record<string, unknown>;
}

export function call(
  manifests: string,
  {
    address = '203.0.113.7',
    port: number,
    sent = TCP,
    annotations,
    meshConfig,
  }: To,
) {
  const { objects, problems } = parseManifests(
    web(annotations) + manifests,
    'test.yaml',
  );
  expect(problems).toEqual([]);
  const snapshot = ClusterSnapshot.create({
    cluster: 'test',
    objects: objects.map(({ object: found }) => found),
    ...(meshConfig ? { settings: { meshConfig } } : {}),
  });
  const workload = snapshot.workloads.find(
    ({ reference }) => reference.name === 'web',
  );
  if (!workload) {
    throw new Error('no client');
  }
  return outboundCall(
    { workload, pod: workload.pods[0] },
    { address, port: number, sent },
    snapshot,
  );
}

/** In short: the host it is taken for, and its ends. */
export function taken(manifests: string, to: To): string {
  const { outcome, host, endpoints, status } = call(manifests, to);
  const ends = endpoints.map(
    ({ address, port: number, transport }) =>
      `${address}:${number} ${transport}`,
  );
  return [
    outcome,
    ...(host ? [host.name] : []),
    ...(status ? [status] : []),
    ...ends,
  ].join(' ');
}

export const ORDERS = service(
  'orders',
  '{ clusterIP: 10.96.0.1, selector: { app: orders }, ports: [{ name: http, port: 80, targetPort: 8080 }, { name: tcp, port: 9000 }] }',
);
