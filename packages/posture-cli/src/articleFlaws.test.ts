/**
 * Manifests as everybody copies them from articles about zero trust, each with
 * the finding that tells what is wrong with it, and the same put right, of which
 * the control says nothing bad. The objects are read as those of a cluster in
 * which their pods run.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  CONTROLS,
  ClusterSettings,
  ClusterSnapshot,
  Finding,
  ineffectiveMeshObjects,
  ineffectivePolicies,
  judge,
  parseManifests,
} from '@backstage-zero-trust/posture-engine';
import { runCommand, temporaryFolder } from './testing/runCommand';

const AMBIENT = 'ambient.istio.io/redirection: enabled';
const SIDECAR =
  '- { name: istio-proxy, image: proxyv2, args: [proxy, sidecar] }';

interface PodOptions {
  namespace?: string;
  mesh?: 'sidecar' | 'ambient' | 'none';
  labels?: string;
  spec?: string;
}

/** A running pod of its own account behind its own Service, `http` on 80, by default with a sidecar. */
function pod(
  name: string,
  {
    namespace = 'production',
    mesh = 'sidecar',
    labels = '',
    spec = '',
  }: PodOptions = {},
): string {
  return `
apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  namespace: ${namespace}
  creationTimestamp: "2026-05-01T00:00:00Z"
  labels: { app: ${name}, ${
    mesh === 'sidecar' ? 'security.istio.io/tlsMode: istio,' : ''
  } ${labels} }
  annotations: { ${mesh === 'ambient' ? AMBIENT : ''} }
spec:
  nodeName: node-1
  serviceAccountName: ${name}
  ${spec}
  containers:
    - { name: app, image: registry.example/${name}, ports: [{ containerPort: 8080 }] }
    ${mesh === 'sidecar' ? SIDECAR : ''}
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: ${name}, namespace: ${namespace} }
---
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: ${namespace} }
spec: { clusterIP: 10.96.0.10, selector: { app: ${name} }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
---`;
}

const API_VERSIONS: Readonly<Record<string, string>> = {
  PeerAuthentication: 'security.istio.io/v1beta1',
  AuthorizationPolicy: 'security.istio.io/v1beta1',
  DestinationRule: 'networking.istio.io/v1beta1',
  NetworkPolicy: 'networking.k8s.io/v1',
  CiliumNetworkPolicy: 'cilium.io/v2',
  ClusterSPIFFEID: 'spire.spiffe.io/v1alpha1',
};

/** `namespace/name`, or a name alone for what is in no namespace; the spec in YAML flow style. */
function object(kind: string, name: string, spec: string, more = ''): string {
  const [namespace, own] = name.includes('/') ? name.split('/') : ['', name];
  return `
apiVersion: ${API_VERSIONS[kind]}
kind: ${kind}
metadata: { name: ${own}${namespace && `, namespace: ${namespace}`} }
spec: ${spec}
${more}
---`;
}

function namespaceOf(name: string, labels: string): string {
  return `
apiVersion: v1
kind: Namespace
metadata: { name: ${name}, labels: { ${labels} } }
---`;
}

const PRODUCTION = namespaceOf(
  'production',
  'environment: production, istio-injection: enabled',
);
const ORDERS = PRODUCTION + pod('order-service');
const MESH_STRICT = object(
  'PeerAuthentication',
  'istio-system/default',
  '{ mtls: { mode: STRICT } }',
);

const SELECTOR = 'selector: { matchLabels: { app: order-service } }';
const caller = (account: string, domain = 'cluster.local') =>
  `${domain}/ns/production/sa/${account}`;
const allowOrders = (
  callers: readonly string[],
  to = 'to: [{ operation: { methods: [GET, POST], paths: ["/api/orders", "/api/orders/*"] } }]',
) =>
  object('AuthorizationPolicy', 'production/deny-all', '{}') +
  object(
    'AuthorizationPolicy',
    'production/allow-order-service',
    `{ ${SELECTOR}, action: ALLOW, rules: [{ from: [{ source: { principals: [${callers.join()}] } }], ${to} }] }`,
  );
const GATEWAY_ALLOWED = allowOrders([caller('api-gateway')]);
const BOTH = ORDERS + pod('api-gateway');

const DENY_ALL = object(
  'NetworkPolicy',
  'production/default-deny-all',
  '{ podSelector: {}, policyTypes: [Ingress, Egress] }',
);
const dns = (pods: string) =>
  object(
    'NetworkPolicy',
    'production/allow-dns',
    `{ podSelector: {}, policyTypes: [Egress], egress: [{ to: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: kube-system } }${pods} }], ports: [{ protocol: UDP, port: 53 }, { protocol: TCP, port: 53 }] }] }`,
  );
const KUBE_SYSTEM =
  pod('coredns', {
    namespace: 'kube-system',
    mesh: 'none',
    labels: 'k8s-app: kube-dns',
  }) + pod('metrics-server', { namespace: 'kube-system', mesh: 'none' });
const openBetween = (from: string, to: string) =>
  object(
    'NetworkPolicy',
    `production/${from}-to-${to}`,
    `{ podSelector: { matchLabels: { app: ${to} } }, policyTypes: [Ingress], ingress: [{ from: [{ podSelector: { matchLabels: { app: ${from} } } }], ports: [{ protocol: TCP, port: 8080 }] }] }`,
  ) +
  object(
    'NetworkPolicy',
    `production/${from}-out`,
    `{ podSelector: { matchLabels: { app: ${from} } }, policyTypes: [Egress], egress: [{ to: [{ podSelector: { matchLabels: { app: ${to} } } }], ports: [{ protocol: TCP, port: 8080 }] }] }`,
  );
const TO_ISTIOD = object(
  'NetworkPolicy',
  'production/allow-istiod',
  '{ podSelector: {}, policyTypes: [Egress], egress: [{ to: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: istio-system } } }], ports: [{ protocol: TCP, port: 15012 }] }] }',
);

/** The helm chart's controller, by its defaults of a release named spire-server. */
const SPIRE = `
apiVersion: v1
kind: ConfigMap
metadata: { name: spire-controller-manager, namespace: spire }
data:
  controller-manager-config.yaml: |
    kind: ControllerManagerConfig
    trustDomain: example.org
    className: spire-server
---`;
const spiffeId = (
  fields: string,
  template = 'spiffe://example.org/ns/{{ .PodMeta.Namespace }}/sa/{{ .PodSpec.ServiceAccountName }}',
  isTakenUp = true,
) =>
  object(
    'ClusterSPIFFEID',
    'production-workloads',
    `{ spiffeIDTemplate: "${template}", podSelector: { matchLabels: { spiffe.io/spiffe-id: "true" } }, namespaceSelector: { matchLabels: { environment: production } }, ${fields} ttl: "1h" }`,
    isTakenUp ? 'status: { stats: { podsSelected: 1 } }' : '',
  );
const LABELLED = 'spiffe.io/spiffe-id: "true"';
const SOCKET =
  'volumes: [{ name: workload-api, csi: { driver: csi.spiffe.io, readOnly: true } }]';
const WITH_SPIRE =
  PRODUCTION + SPIRE + pod('order-service', { labels: LABELLED, spec: SOCKET });
const DNS_OF_POD =
  'dnsNameTemplates: ["{{ .PodMeta.Name }}.{{ .PodMeta.Namespace }}.svc.cluster.local"],';

interface Flaw {
  /** Its number in the list of the article's flaws, and what it is. */
  flaw: string;
  control: string;
  /** As copied. */
  wrong: string;
  message: RegExp;
  witness?: Partial<NonNullable<Finding['witness']>>;
  right: string;
  /** The workload, if not order-service. */
  of?: string;
  settings?: ClusterSettings;
}

const FLAWS: readonly Flaw[] = [
  {
    flaw: '1: a PeerAuthentication without a mode, which is PERMISSIVE',
    control: 'AN-2',
    wrong: ORDERS + object('PeerAuthentication', 'production/default', '{}'),
    message: /^Any pod in the cluster can call port 8080 .* without encryption/,
    witness: { transport: 'plaintext', port: 8080 },
    right:
      ORDERS +
      object(
        'PeerAuthentication',
        'production/default',
        '{ mtls: { mode: STRICT } }',
      ),
  },
  {
    flaw: '2: STRICT, with a port that is not',
    control: 'AN-2',
    wrong:
      ORDERS +
      object(
        'PeerAuthentication',
        'production/orders',
        `{ ${SELECTOR}, mtls: { mode: STRICT }, portLevelMtls: { 8080: { mode: DISABLE } } }`,
      ),
    message: /^Port 8080 of order-service takes plaintext only/,
    witness: { transport: 'plaintext', port: 8080 },
    right:
      ORDERS +
      object(
        'PeerAuthentication',
        'production/orders',
        `{ ${SELECTOR}, mtls: { mode: STRICT } }`,
      ),
  },
  {
    flaw: '3 and 4: DISABLE for the whole mesh; UNSET under a parent that is STRICT is right',
    control: 'AN-2',
    wrong:
      ORDERS +
      object(
        'PeerAuthentication',
        'istio-system/default',
        '{ mtls: { mode: DISABLE } }',
      ),
    message: /^Port 8080 of order-service takes plaintext only/,
    witness: { transport: 'plaintext' },
    right:
      ORDERS +
      MESH_STRICT +
      object(
        'PeerAuthentication',
        'production/default',
        '{ mtls: { mode: UNSET } }',
      ),
  },
  {
    flaw: '5: no PeerAuthentication at all',
    control: 'AN-2',
    wrong: ORDERS,
    message: /^Any pod in the cluster can call port 8080 .* without encryption/,
    witness: { transport: 'plaintext' },
    right: ORDERS + MESH_STRICT,
  },
  {
    flaw: '5: a DestinationRule that switches TLS off',
    control: 'AN-4',
    wrong:
      ORDERS +
      object(
        'DestinationRule',
        'production/orders',
        '{ host: order-service, trafficPolicy: { tls: { mode: DISABLE } } }',
      ),
    message: /come in plaintext, although both sides have a proxy/,
    witness: { transport: 'plaintext', port: 80 },
    right:
      ORDERS +
      object(
        'DestinationRule',
        'production/orders',
        '{ host: order-service, trafficPolicy: { connectionPool: {} } }',
      ),
  },
  {
    flaw: '28: a ClusterSPIFFEID without a class, which the controller of a default installation leaves alone',
    control: 'ID-3',
    wrong: WITH_SPIRE + spiffeId('', undefined, false),
    message: /^order-service gets no identity from SPIRE/,
    witness: { from: 'order-service' },
    right: WITH_SPIRE + spiffeId('className: spire-server,'),
  },
  {
    flaw: '29: DNS names made of the names of pods',
    control: 'ID-4',
    wrong: WITH_SPIRE + spiffeId(`className: spire-server, ${DNS_OF_POD}`),
    message: /^Whoever starts a pod .* can pass for a host of his choice/,
    witness: { from: 'whoever may start a pod that is selected' },
    right: WITH_SPIRE + spiffeId('className: spire-server,'),
  },
  {
    flaw: "31: SPIRE's trust domain is not that of the mesh",
    control: 'ID-6',
    wrong: WITH_SPIRE + spiffeId('className: spire-server,'),
    message:
      /of the trust domain example\.org, and they trust cluster\.local\.$/,
    witness: { transport: 'mtls' },
    right: (
      WITH_SPIRE +
      spiffeId(
        'className: spire-server,',
        'spiffe://cluster.local/ns/{{ .PodMeta.Namespace }}/sa/{{ .PodSpec.ServiceAccountName }}',
      )
    ).replace('trustDomain: example.org', 'trustDomain: cluster.local'),
  },
  {
    flaw: '31: principals of a trust domain that is not the one of the mesh',
    control: 'AZ-8',
    wrong: BOTH + allowOrders([caller('api-gateway', 'example.org')]),
    message: /^order-service lets nobody in as example\.org\/ns\/production/,
    witness: { action: 'calls it, and is refused' },
    right: BOTH + GATEWAY_ALLOWED,
    settings: { meshConfig: {} },
  },
  {
    flaw: '31: cluster.local in ambient, where it points to no other trust domain',
    control: 'AZ-8',
    wrong:
      pod('order-service', { mesh: 'ambient' }) +
      pod('api-gateway', { mesh: 'ambient' }) +
      allowOrders([caller('api-gateway')], ''),
    message: /^order-service lets nobody in as cluster\.local\/ns\/production/,
    witness: { from: caller('api-gateway') },
    right: BOTH + allowOrders([caller('api-gateway')], ''),
    settings: { meshConfig: { trustDomain: 'example.org' } },
  },
  {
    flaw: '32: ISTIO_MUTUAL for *.local, also to what has no proxy',
    control: 'AN-4',
    of: 'legacy',
    wrong:
      ORDERS +
      pod('legacy', { mesh: 'none' }) +
      MESH_STRICT +
      object(
        'DestinationRule',
        'istio-system/default',
        '{ host: "*.local", trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }',
      ),
    message:
      /^Calls by .* to port 80 of Service legacy break: they come as mTLS/,
    witness: { action: 'calls in vain', port: 80 },
    right: ORDERS + pod('legacy', { mesh: 'none' }) + MESH_STRICT,
  },
  {
    flaw: '33: the network drops whom the mesh admits',
    control: 'NW-7',
    wrong: BOTH + MESH_STRICT + GATEWAY_ALLOWED + DENY_ALL + dns(''),
    message: /^Pod production\/api-gateway cannot reach order-service/,
    witness: { from: 'Pod production/api-gateway', port: 8080 },
    right:
      BOTH +
      MESH_STRICT +
      GATEWAY_ALLOWED +
      DENY_ALL +
      openBetween('api-gateway', 'order-service'),
  },
  {
    flaw: '33: the network cuts the proxies off from their control plane',
    control: 'NW-6',
    wrong: ORDERS + DENY_ALL + dns(''),
    message: /do not reach the mesh's control plane/,
    witness: { port: 15012 },
    right: ORDERS + DENY_ALL + dns('') + TO_ISTIOD,
  },
  {
    flaw: '34: name lookups to any pod of kube-system',
    control: 'NW-5',
    wrong: ORDERS + KUBE_SYSTEM + DENY_ALL + dns(''),
    message: /can send name lookups to every pod of namespace kube-system/,
    witness: { port: 53 },
    right:
      ORDERS +
      KUBE_SYSTEM +
      DENY_ALL +
      dns(', podSelector: { matchLabels: { k8s-app: kube-dns } }'),
  },
  {
    flaw: '35: HTTP rules of Cilium before a port that takes mTLS',
    control: 'NW-2',
    wrong:
      BOTH +
      MESH_STRICT +
      object(
        'CiliumNetworkPolicy',
        'production/orders-l7',
        '{ endpointSelector: { matchLabels: { app: order-service } }, ingress: [{ fromEndpoints: [{ matchLabels: { app: api-gateway } }], toPorts: [{ ports: [{ port: "8080", protocol: TCP }], rules: { http: [{ method: GET, path: "/api/v1/.*" }] } }] }] }',
      ),
    message: /order-service/,
    right:
      BOTH +
      MESH_STRICT +
      object(
        'CiliumNetworkPolicy',
        'production/orders-l4',
        '{ endpointSelector: { matchLabels: { app: order-service } }, ingress: [{ fromEndpoints: [{ matchLabels: { app: api-gateway } }], toPorts: [{ ports: [{ port: "8080", protocol: TCP }] }] }] }',
      ),
    settings: { cni: 'cilium' },
  },
  {
    flaw: '38: names of hosts outside, and no rule for the DNS that they come from',
    control: 'NW-2',
    wrong:
      ORDERS +
      object(
        'CiliumNetworkPolicy',
        'production/external-api-access',
        '{ endpointSelector: { matchLabels: { app: order-service } }, egress: [{ toFQDNs: [{ matchName: api.stripe.com }], toPorts: [{ ports: [{ port: "443", protocol: TCP }] }] }] }',
      ),
    message: /^order-service cannot reach api\.stripe\.com/,
    right:
      ORDERS +
      KUBE_SYSTEM +
      object(
        'CiliumNetworkPolicy',
        'production/external-api-access',
        '{ endpointSelector: { matchLabels: { app: order-service } }, egress: [{ toFQDNs: [{ matchName: api.stripe.com }], toPorts: [{ ports: [{ port: "443", protocol: TCP }] }] }, { toEndpoints: [{ matchLabels: { k8s:io.kubernetes.pod.namespace: kube-system, k8s-app: kube-dns } }], toPorts: [{ ports: [{ port: "53", protocol: ANY }], rules: { dns: [{ matchPattern: "*" }] } }] }] }',
      ),
    settings: { cni: 'cilium' },
  },
  {
    flaw: '39: what is below a path is not the path',
    control: 'AZ-8',
    wrong:
      BOTH +
      allowOrders(
        [caller('api-gateway')],
        'to: [{ operation: { methods: [GET, POST], paths: ["/api/orders/*"] } }]',
      ),
    message: /^order-service refuses POST \/api\/orders from/,
    witness: { action: 'sends POST /api/orders, and is refused' },
    right: BOTH + GATEWAY_ALLOWED,
  },
  {
    flaw: '39: a principal that nobody is',
    control: 'AZ-8',
    wrong:
      BOTH + allowOrders([caller('api-gateway'), caller('inventory-service')]),
    message:
      /^order-service lets in cluster\.local\/ns\/production\/sa\/inventory-service, and nobody is that/,
    witness: {
      from: 'whoever may create ServiceAccount production/inventory-service and a pod',
    },
    right: BOTH + GATEWAY_ALLOWED,
  },
  {
    flaw: '45: deny by default in one namespace only, of the mesh',
    control: 'AZ-1',
    wrong: (BOTH + GATEWAY_ALLOWED).replace(
      'metadata: { name: deny-all, namespace: production }',
      'metadata: { name: deny-all, namespace: staging }',
    ),
    of: 'api-gateway',
    message: /^Any workload in the cluster may call api-gateway/,
    witness: { from: 'any workload in the cluster' },
    right: BOTH + GATEWAY_ALLOWED,
  },
  {
    flaw: '45: deny by default in one namespace only, of the network',
    control: 'NW-1',
    wrong: ORDERS + DENY_ALL.replace('production', 'staging'),
    message: /^Any pod in the cluster can open connections to every port/,
    witness: { from: 'any pod in the cluster' },
    right: ORDERS + DENY_ALL,
  },
  {
    flaw: '45: no control of what is sent out',
    control: 'NW-5',
    wrong: ORDERS,
    message: /can send data to any address of the internet/,
    witness: { to: '169.254.169.254' },
    right: ORDERS + DENY_ALL,
  },
];

function snapshotOf(
  manifests: string,
  settings: ClusterSettings = {},
): ClusterSnapshot {
  const { objects, problems } = parseManifests(manifests, 'article.yaml');
  expect(problems).toEqual([]);
  return ClusterSnapshot.create({
    cluster: 'article',
    objects: objects.map(parsed => parsed.object),
    settings,
  });
}

describe('flaws of the article', () => {
  for (const {
    flaw,
    control,
    of = 'order-service',
    wrong,
    message,
    witness,
    right,
    settings,
  } of FLAWS) {
    const failuresIn = (manifests: string) =>
      judge(snapshotOf(manifests, settings), {
        controls: CONTROLS.filter(({ id }) => id === control),
      }).filter(
        ({ subject, verdict }) => subject.name === of && verdict !== 'pass',
      );

    it(`${control} tells of ${flaw}`, () => {
      const [worst] = failuresIn(wrong);
      expect(worst).toMatchObject({
        verdict: 'fail',
        message: expect.stringMatching(message),
        ...(witness ? { witness } : {}),
      });
      expect(
        failuresIn(right).filter(({ verdict }) => verdict === 'fail'),
      ).toEqual([]);
    });
  }
});

describe('objects of the article that do nothing', () => {
  const saidOf = (manifests: string, settings?: ClusterSettings) => {
    const snapshot = snapshotOf(manifests, settings);
    return [
      ...ineffectivePolicies(snapshot),
      ...ineffectiveMeshObjects(snapshot),
    ].map(
      ({ object: { name }, field, because }) => `${name} ${field}: ${because}`,
    );
  };

  it('30: identities that no proxy fetches, since the label is not what connects SPIRE to Istio', () => {
    expect(
      saidOf(
        PRODUCTION +
          SPIRE +
          pod('order-service', { labels: LABELLED }) +
          spiffeId('className: spire-server,'),
      ),
    ).toEqual([
      "production-workloads spec: no pod that it selects mounts the socket of SPIRE's Workload API, so that nobody fetches what it issues",
    ]);
    expect(saidOf(WITH_SPIRE + spiffeId('className: spire-server,'))).toEqual(
      [],
    );
  });

  it('36: labels that mean another namespace in a NetworkPolicy, and their own in one of Cilium', () => {
    const frontends =
      namespaceOf('web', 'tier: frontend') +
      pod('web', { namespace: 'web', labels: 'role: web' });
    const from = (peer: string) =>
      ORDERS +
      frontends +
      object(
        'CiliumNetworkPolicy',
        'production/orders',
        `{ endpointSelector: { matchLabels: { app: order-service } }, ingress: [{ fromEndpoints: [{ matchLabels: { ${peer} } }] }] }`,
      );
    expect(saidOf(from('tier: frontend'), { cni: 'cilium' })).toEqual([
      'orders spec.ingress[0]: it names nobody in view: no pod and no address is meant as source',
    ]);
    expect(
      saidOf(from('k8s:io.kubernetes.pod.namespace: web, role: web'), {
        cni: 'cilium',
      }),
    ).toEqual([]);
  });

  it('39: a principal that nobody is', () => {
    expect(
      saidOf(
        BOTH +
          allowOrders([caller('api-gateway'), caller('inventory-service')]),
      ),
    ).toEqual([
      'allow-order-service spec.rules[0].from[0].source.principals[1]: namespace production has no ServiceAccount inventory-service',
    ]);
    expect(saidOf(BOTH + GATEWAY_ALLOWED)).toEqual([]);
  });
});

const CRDS = join(__dirname, '../../../../shared/crds/spire');
const files = temporaryFolder();

const describeWithDefinitions = existsSync(CRDS) ? describe : describe.skip;

describe('fields of the article that an API server drops', () => {
  describeWithDefinitions('(skipped where ../shared/crds is absent)', () => {
    it('27: jwtTTL, which is written jwtTtl', async () => {
      const validate = (field: string) =>
        runCommand([
          'validate',
          files.write(
            `${field}.yaml`,
            spiffeId(`${field}: "5m",`, undefined, false),
          ),
          '--crds',
          CRDS,
        ]);
      const { code, stdout } = await validate('jwtTTL');
      expect(code).toBe(1);
      expect(stdout).toMatch(/jwtTTL/);
      expect((await validate('jwtTtl')).code).toBe(0);
    });
  });
});
