/** What the mesh makes of all ports between two workloads, in the words of its passages. */
import { parseManifests } from '../../manifests';
import { ClusterSnapshot, describeObject } from '../../snapshot';
import { connectionsOf } from '../../network';
import { jointConnectionsOf } from '../../joint';
import { policy } from '../../testing/meshManifests';
import { MeshQuestions } from '../connection';
import { MeshPassage } from './meshPassage';
import { meshEdgesOf } from './MeshEdges';

interface PodOptions {
  namespace?: string;
  plane?: 'sidecar' | 'ambient' | 'none';
  labels?: string;
  ip?: string;
}

function pod(
  name: string,
  { namespace = 'shop', plane = 'sidecar', labels = '', ip }: PodOptions = {},
): string {
  return `
apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  namespace: ${namespace}
  creationTimestamp: "2026-05-01T00:00:00Z"
  labels: { app: ${name}, ${
    plane === 'sidecar' ? 'security.istio.io/tlsMode: istio,' : ''
  } ${labels} }
  annotations: { ${
    plane === 'ambient' ? 'ambient.istio.io/redirection: enabled' : ''
  } }
spec:
  nodeName: node-1
  serviceAccountName: ${name}
  containers:
    - { name: app, ports: [{ containerPort: 8080 }] }
    ${
      plane === 'sidecar'
        ? '- { name: istio-proxy, args: [proxy, sidecar] }'
        : ''
    }
${ip === undefined ? '' : `status: { podIPs: [{ ip: ${ip} }] }`}
---`;
}

const SERVICE = `
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop }
spec: { clusterIP: 10.96.0.1, selector: { app: orders }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
---`;

function snapshotOf(...manifests: string[]): ClusterSnapshot {
  const { objects, problems } = parseManifests(
    manifests.join('\n'),
    'test.yaml',
  );
  expect(problems).toEqual([]);
  return ClusterSnapshot.create({
    cluster: 'test',
    objects: objects.map(({ object }) => object),
  });
}

function workload(snapshot: ClusterSnapshot, name: string) {
  const found = snapshot.workloads.find(
    ({ reference }) => reference.name === name,
  );
  if (!found) {
    throw new Error(`no workload ${name}`);
  }
  return found;
}

function between(
  snapshot: ClusterSnapshot,
  source = 'web',
  destination = 'orders',
): readonly MeshPassage[] {
  return snapshot
    .derive(meshEdgesOf)
    .between(workload(snapshot, source), workload(snapshot, destination));
}

function at(passages: readonly MeshPassage[], port: number): MeshPassage {
  const found = passages.filter(({ ports }) => ports.has('TCP', port));
  expect(found).toHaveLength(1);
  return found[0];
}

const STRICT = policy(
  'PeerAuthentication',
  'shop/default',
  '{ mtls: { mode: STRICT } }',
);

describe('what the mesh makes of all ports between two workloads', () => {
  it('covers every TCP port once', () => {
    const passages = between(
      snapshotOf(pod('web'), pod('orders'), SERVICE, STRICT),
    );
    const ranges = passages.flatMap(({ ports }) => ports.ranges());
    expect(ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0)).toBe(
      65_535,
    );
    expect(new Set(ranges.map(({ protocol }) => protocol))).toEqual(
      new Set(['TCP']),
    );
  });

  it('is either where the server takes both, since a caller of the Service sends mTLS and one of the pod plaintext', () => {
    const { verdict, transport, principals, reason } = at(
      between(snapshotOf(pod('web'), pod('orders'), SERVICE)),
      8080,
    );
    expect({ verdict, transport, principals }).toEqual({
      verdict: 'allow',
      transport: 'either',
      principals: ['cluster.local/ns/shop/sa/web'],
    });
    expect(reason).toContain(
      'It is mTLS through Service shop/orders and plaintext by the address of the pod.',
    );
  });

  it('is mtls where the server takes nothing else, and refused for a client outside of the mesh', () => {
    const snapshot = snapshotOf(
      pod('web'),
      pod('importer', { plane: 'none' }),
      pod('orders'),
      SERVICE,
      STRICT,
    );
    expect(at(between(snapshot), 8080)).toMatchObject({
      verdict: 'allow',
      transport: 'mtls',
      decidedBy: expect.arrayContaining([
        expect.objectContaining({ layer: 'peer-authentication' }),
      ]),
    });
    const refused = at(between(snapshot, 'importer'), 8080);
    expect(refused).toMatchObject({
      verdict: 'deny',
      transport: 'refused',
      principals: [],
    });
    expect(refused.reason).toMatch(/^This port of orders takes mTLS alone/);
  });

  it('is none where a policy denies it, and conditional where requests decide', () => {
    const allow = (methods: string) =>
      policy(
        'AuthorizationPolicy',
        'shop/orders',
        `{ selector: { matchLabels: { app: orders } }, rules: [{ from: [{ source: { principals: [cluster.local/ns/shop/sa/web] } }], to: [{ operation: { methods: [${methods}], ports: ["8080"] } }] }] }`,
      );
    const snapshot = snapshotOf(
      pod('web'),
      pod('batch'),
      pod('orders'),
      SERVICE,
      STRICT,
      allow('GET, POST'),
    );
    expect(at(between(snapshot), 8080)).toMatchObject({
      verdict: 'conditional',
      transport: 'mtls',
      conditions: ['method is GET or POST'],
    });
    expect(at(between(snapshot), 9090)).toMatchObject({
      verdict: 'deny',
      transport: 'refused',
    });
    const denied = at(between(snapshot, 'batch'), 8080);
    expect(denied).toMatchObject({ verdict: 'deny', transport: 'none' });
    expect(
      denied.decidedBy.map(({ object }) => describeObject(object)),
    ).toEqual(['AuthorizationPolicy shop/orders']);
  });

  it('tells of a Service whose callers are refused, although its pods can be called', () => {
    const rule = `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: orders, namespace: shop }
spec: { host: orders, trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }
---`;
    const passage = at(
      between(
        snapshotOf(pod('web'), pod('orders', { plane: 'none' }), SERVICE, rule),
      ),
      8080,
    );
    expect(passage).toMatchObject({ verdict: 'allow', transport: 'plaintext' });
    expect(passage.reason).toContain(
      'But through Service shop/orders it is refused:',
    );
  });

  it('says that pods differ, and counts the most open one', () => {
    const owned = (name: string, plane: 'sidecar' | 'none') =>
      pod(name, { plane }).replace(
        'annotations:',
        'ownerReferences: [{ apiVersion: apps/v1, kind: Deployment, name: orders, controller: true }]\n  annotations:',
      );
    const passage = at(
      between(
        snapshotOf(
          pod('importer', { plane: 'none' }),
          owned('orders-1', 'sidecar'),
          owned('orders-2', 'none'),
          STRICT,
        ),
        'importer',
      ),
      8080,
    );
    expect(passage).toMatchObject({
      verdict: 'allow',
      transport: 'plaintext',
      differs: true,
    });
    expect(passage.reason).toContain('This holds for some of the pods');
  });

  it('tells addresses outside apart as policies do', () => {
    const snapshot = snapshotOf(
      pod('orders'),
      policy(
        'AuthorizationPolicy',
        'shop/office',
        '{ rules: [{ from: [{ source: { ipBlocks: [203.0.113.0/24] } }] }] }',
      ),
    );
    const edges = snapshot.derive(meshEdgesOf);
    const orders = workload(snapshot, 'orders');
    const verdict = (passages: readonly MeshPassage[]) =>
      at(passages, 8080).verdict;
    expect(verdict(edges.fromOutside('203.0.113.7', orders))).toBe('allow');
    expect(verdict(edges.fromOutside('198.51.100.1', orders))).toBe('deny');
    expect(at(edges.fromBlocks(['0.0.0.0/0'], orders), 8080)).toMatchObject({
      verdict: 'allow',
      differs: true,
    });
    expect(verdict(edges.fromBlocks(['198.51.100.0/24'], orders))).toBe('deny');
  });

  it('is unknown, with the reason, where a policy cannot be evaluated', () => {
    const passage = at(
      between(
        snapshotOf(
          pod('web'),
          pod('orders'),
          policy('AuthorizationPolicy', 'shop/odd', '{ action: PERHAPS }'),
        ),
      ),
      8080,
    );
    expect(passage).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining('PERHAPS'),
    });
  });

  it('agrees with a single question about the most open way', () => {
    const snapshot = snapshotOf(pod('web'), pod('orders'), SERVICE, STRICT);
    const { verdict, transport } = MeshQuestions.create(
      snapshot,
      snapshot.derive(connectionsOf),
    ).answer({
      from: { workload: 'shop/Pod/web' },
      to: { workload: 'shop/Pod/orders' },
      port: 8080,
      protocol: 'TCP',
    });
    expect(at(between(snapshot), 8080)).toMatchObject({ verdict, transport });
  });
});

describe('tunnels of ambient', () => {
  const network = (port: number, from = 'web') => `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: orders-${port}-${from}, namespace: shop }
spec:
  podSelector: { matchLabels: { app: orders } }
  ingress: [{ from: [{ podSelector: { matchLabels: { app: ${from} } } }], ports: [{ port: ${port} }] }]
---`;
  const ambient = (...manifests: string[]) =>
    snapshotOf(
      pod('web', { plane: 'ambient' }),
      pod('orders', { plane: 'ambient' }),
      SERVICE,
      ...manifests,
    );
  const joint = (snapshot: ClusterSnapshot) =>
    snapshot
      .derive(jointConnectionsOf)
      .between(workload(snapshot, 'web'), workload(snapshot, 'orders'))
      .filter(({ ports }) => ports.has('TCP', 8080))
      .map(({ verdict, transport, differs }) => ({
        verdict,
        transport,
        differs,
      }));

  it('meet the network at their own port, whichever port is called', () => {
    expect(joint(ambient(network(8080)))).toEqual([]);
    expect(joint(ambient(network(15_008)))).toEqual([
      { verdict: 'allow', transport: 'mtls', differs: false },
    ]);
  });

  it('meet it twice where they go through a waypoint', () => {
    const waypoint = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: waypoint, namespace: shop }
spec: { gatewayClassName: istio-waypoint, listeners: [{ name: mesh, port: 15008, protocol: HBONE }] }
---
apiVersion: v1
kind: Pod
metadata:
  name: waypoint
  namespace: shop
  creationTimestamp: "2026-05-01T00:00:00Z"
  labels: { app: waypoint, gateway.networking.k8s.io/gateway-name: waypoint }
spec: { nodeName: node-1, serviceAccountName: waypoint, containers: [{ name: istio-proxy, args: [proxy, waypoint] }] }
---
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/use-waypoint: waypoint } }
---`;
    const [byService] = joint(ambient(waypoint, network(15_008, 'waypoint')));
    expect(byService).toMatchObject({ verdict: 'allow', transport: 'mtls' });
    expect(
      joint(
        ambient(
          waypoint,
          network(15_008, 'waypoint').replace('app: orders', 'app: waypoint'),
          network(15_008, 'nobody'),
        ),
      ),
    ).toEqual([]);
  });
});
