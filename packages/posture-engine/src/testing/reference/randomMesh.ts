/**
 * Random clusters with a mesh in them: those of the network's properties, whose
 * pods are put into sidecars, ambient or nothing, with Services in front of
 * them and objects of Istio of every kind that the reference knows.
 */
import fc from 'fast-check';
import { KubernetesObject } from '../../snapshot';
import { randomCluster } from './randomCluster';
import { REFERENCE_DOMAINS } from './referenceAuthorization';

export const MESH_ROOT = 'mesh-root';
const NAMESPACES = ['a', 'b', 'c'];
const [trustDomain, ...trustDomainAliases] = REFERENCE_DOMAINS;

export const MESH_SETTINGS = {
  meshConfig: { rootNamespace: MESH_ROOT, trustDomain, trustDomainAliases },
};

const namespace = fc.constantFrom(...NAMESPACES);
const anywhere = fc.constantFrom(...NAMESPACES, MESH_ROOT);
const app = fc.constantFrom('x', 'y', 'z');
const account = fc.constantFrom('default', 'web', 'batch');
const port = fc.constantFrom(80, 443, 8080);

/** What a pod is in; `mutual` and `plain` say what its label promises to clients. */
const plane = fc.constantFrom(
  'sidecar mutual',
  'sidecar mutual',
  'sidecar plain',
  'ambient',
  'ambient',
  'none',
);

const mode = fc.constantFrom('STRICT', 'PERMISSIVE', 'DISABLE', 'UNSET');

const peerAuthentication = fc.oneof(
  fc.record({ mtls: fc.record({ mode }) }),
  fc.record({
    mtls: fc.record({ mode }),
    selector: app.map(value => ({ matchLabels: { app: value } })),
  }),
  // Of ports only sidecars: how ambient reads them has a reference of its own.
  fc.record({
    mtls: fc.record({ mode }),
    selector: fc.constant({ matchLabels: { mesh: 'sidecar' } }),
    portLevelMtls: fc
      .tuple(port, mode)
      .map(([number, own]) => ({ [number]: { mode: own } })),
  }),
);

const service = fc.record({
  namespace,
  selector: fc.oneof(
    app.map((value): Record<string, string> => ({ app: value })),
    fc.constant<Record<string, string>>({ tier: 'x' }),
  ),
  port: fc.constantFrom(80, 8081),
  targetPort: port,
  name: fc.constantFrom('http', 'tcp-data', 'odd'),
});

const host = fc
  .tuple(fc.integer({ min: 0, max: 3 }), namespace)
  .chain(([index, where]) =>
    fc.constantFrom(
      `service-${index}.${where}.svc.cluster.local`,
      `*.${where}.svc.cluster.local`,
      '*.local',
    ),
  );

const destinationRule = fc.record({
  host,
  trafficPolicy: fc.option(
    fc.record({
      tls: fc.record({ mode: fc.constantFrom('DISABLE', 'ISTIO_MUTUAL') }),
    }),
    { nil: undefined },
  ),
  exportTo: fc.constantFrom(undefined, ['.'], ['*'], ['a', 'b']),
});

const some = <T>(...values: T[]) =>
  fc.subarray(values, {
    minLength: 1,
    maxLength: Math.min(2, values.length),
  });

const source = fc.record(
  {
    principals: some(
      '*',
      'prod.example/ns/a/sa/web',
      'old.example/ns/b/sa/web',
      '*/sa/batch',
    ),
    namespaces: some('a', 'b', 'c'),
    notNamespaces: some('a', 'b'),
    serviceAccounts: some('a/web', 'b/batch'),
    ipBlocks: some('10.0.1.0/24', '203.0.113.0/24', '0.0.0.0/0'),
  },
  { requiredKeys: [] },
);

const operation = fc.record(
  {
    ports: some('80', '443', '8080'),
    methods: some('GET', 'POST'),
    notMethods: some('GET'),
  },
  { requiredKeys: [] },
);

export const randomRule = fc.record(
  {
    from: fc.array(fc.record({ source }), { minLength: 1, maxLength: 2 }),
    to: fc.array(fc.record({ operation }), { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: [] },
);

const authorizationPolicy = fc.record({
  selector: fc.option(
    app.map(value => ({ matchLabels: { app: value } })),
    { nil: undefined },
  ),
  action: fc.constantFrom('ALLOW', 'ALLOW', 'DENY'),
  rules: fc.option(fc.array(randomRule, { maxLength: 2 }), { nil: undefined }),
});

function istio(
  kind: string,
  where: string,
  index: number,
  spec: object,
): KubernetesObject {
  return {
    apiVersion:
      kind === 'DestinationRule'
        ? 'networking.istio.io/v1'
        : 'security.istio.io/v1',
    kind,
    metadata: {
      name: `${kind.toLowerCase()}-${index}`,
      namespace: where,
      // All different, so that no tie is settled by chance.
      creationTimestamp: new Date(index * 60_000).toISOString(),
    },
    spec,
  };
}

interface RandomPod extends KubernetesObject {
  metadata: KubernetesObject['metadata'] & { labels: Record<string, string> };
  spec: { containers: object[] };
  status: { podIPs: { ip: string }[] };
}

function inPlane(
  pod: RandomPod,
  [where, serviceAccountName]: readonly [string, string],
): KubernetesObject {
  const [kind, promise] = where.split(' ');
  const { metadata, spec, status } = pod;
  return {
    ...pod,
    metadata: {
      ...metadata,
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: {
        ...metadata.labels,
        mesh: kind,
        ...(promise === 'mutual'
          ? { 'security.istio.io/tlsMode': 'istio' }
          : {}),
      },
      ...(kind === 'ambient'
        ? { annotations: { 'ambient.istio.io/redirection': 'enabled' } }
        : {}),
    },
    spec: {
      ...spec,
      serviceAccountName,
      containers: [
        ...spec.containers,
        ...(kind === 'sidecar'
          ? [{ name: 'istio-proxy', args: ['proxy', 'sidecar'] }]
          : []),
      ],
    },
    // Whether a second address is captured depends on what no object shows.
    status: { podIPs: status.podIPs.slice(0, 1) },
  };
}

/** Settings are {@link MESH_SETTINGS}. */
export const randomMesh: fc.Arbitrary<KubernetesObject[]> = fc
  .record({
    cluster: randomCluster,
    planes: fc.array(fc.tuple(plane, account), { minLength: 6, maxLength: 6 }),
    services: fc.array(service, { maxLength: 4 }),
    modes: fc.array(fc.tuple(anywhere, peerAuthentication), { maxLength: 4 }),
    rules: fc.array(fc.tuple(anywhere, destinationRule), { maxLength: 3 }),
    policies: fc.array(fc.tuple(anywhere, authorizationPolicy), {
      maxLength: 4,
    }),
  })
  .map(({ cluster, planes, services, modes, rules, policies }) => {
    let pods = 0;
    return [
      ...cluster.map(object => {
        const isPod = object.kind === 'Pod';
        pods += isPod ? 1 : 0;
        return isPod ? inPlane(object as RandomPod, planes[pods - 1]) : object;
      }),
      ...services.map(
        ({ namespace: where, selector, ...servicePort }, index) => ({
          apiVersion: 'v1',
          kind: 'Service',
          metadata: {
            name: `service-${index}`,
            namespace: where,
            creationTimestamp: new Date(index * 60_000).toISOString(),
          },
          spec: {
            selector,
            clusterIP: `10.96.0.${index + 1}`,
            ports: [{ ...servicePort, protocol: 'TCP' }],
          },
        }),
      ),
      ...modes.map(([where, spec], index) =>
        istio('PeerAuthentication', where, index, spec),
      ),
      ...rules.map(([where, spec], index) =>
        istio('DestinationRule', where, index, spec),
      ),
      ...policies.map(([where, spec], index) =>
        istio('AuthorizationPolicy', where, index, spec),
      ),
    ];
  });
