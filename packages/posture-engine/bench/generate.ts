/**
 * A cluster of a given size as companies run them: namespaces of five
 * deployments with two pods each, their accounts and services, the policies of
 * network and mesh, sidecars in the pods as they are injected, old ReplicaSets
 * left behind. At 5,000 pods: 2,000 NetworkPolicies, 500 PeerAuthentications,
 * 500 DestinationRules and 1,500 AuthorizationPolicies.
 */
import type { KubernetesObject } from '../src';

const DEPLOYMENTS = 5;
const REPLICAS = 2;
/** Pods of one namespace. */
export const PODS_PER_NAMESPACE = DEPLOYMENTS * REPLICAS;

type Fields = Record<string, unknown>;

export function object(
  apiVersion: string,
  kind: string,
  name: string,
  namespace: string | undefined,
  rest: Fields,
  metadata: Fields = {},
): KubernetesObject {
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace ? { namespace } : {}),
      uid: `${kind}-${namespace}-${name}`,
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...metadata,
    },
    ...rest,
  };
}

function container(name: string, port: number): Fields {
  return {
    name,
    image: `registry.example/${name}@sha256:${'0'.repeat(64)}`,
    ports: [{ name: 'http', containerPort: port, protocol: 'TCP' }],
    env: [
      { name: 'LOG_LEVEL', value: 'info' },
      { name: 'DATABASE_HOST', value: 'db.internal' },
      { name: 'DATABASE_PASSWORD_FILE', value: '/secrets/password' },
    ],
    volumeMounts: [{ name: 'secrets', mountPath: '/secrets' }],
    readinessProbe: { httpGet: { path: '/ready', port: 'http' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      runAsNonRoot: true,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
  };
}

/** As istiod injects it on nodes with istio-cni. */
function istioProxy(app: string): Fields {
  return {
    ...container('istio-proxy', 15090),
    restartPolicy: 'Always',
    args: [
      'proxy',
      'sidecar',
      '--domain',
      '$(POD_NAMESPACE).svc.cluster.local',
    ],
    env: [
      { name: 'PILOT_CERT_PROVIDER', value: 'istiod' },
      { name: 'CA_ADDR', value: 'istiod.istio-system.svc:15012' },
      {
        name: 'POD_NAME',
        valueFrom: { fieldRef: { fieldPath: 'metadata.name' } },
      },
      { name: 'ISTIO_META_INTERCEPTION_MODE', value: 'REDIRECT' },
      { name: 'ISTIO_META_WORKLOAD_NAME', value: app },
    ],
  };
}

function podSpec(name: string, sidecar: boolean): Fields {
  return {
    serviceAccountName: name,
    automountServiceAccountToken: false,
    ...(sidecar ? { initContainers: [istioProxy(name)] } : {}),
    containers: [container(name, 8080)],
    volumes: [{ name: 'secrets', emptyDir: {} }],
  };
}

function* deployment(
  namespace: string,
  team: number,
  index: number,
): Generator<KubernetesObject> {
  const name = `service-${index}`;
  const labels = { app: name, 'app.kubernetes.io/part-of': namespace };
  const template = {
    metadata: { labels },
    spec: podSpec(name, false),
  };
  yield object('v1', 'ServiceAccount', name, namespace, {
    automountServiceAccountToken: false,
  });
  yield object('v1', 'Service', name, namespace, {
    spec: {
      type: index === 0 ? 'LoadBalancer' : 'ClusterIP',
      selector: { app: name },
      ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }],
    },
  });
  yield object('apps/v1', 'Deployment', name, namespace, {
    spec: { replicas: REPLICAS, template },
  });
  const owner = (kind: string, ownerName: string) => ({
    ownerReferences: [
      { apiVersion: 'apps/v1', kind, name: ownerName, controller: true },
    ],
  });
  for (const [hash, replicas] of [
    ['old', 0],
    ['new', REPLICAS],
  ] as const) {
    yield object(
      'apps/v1',
      'ReplicaSet',
      `${name}-${hash}`,
      namespace,
      { spec: { replicas, template } },
      owner('Deployment', name),
    );
  }
  for (let replica = 0; replica < REPLICAS; replica++) {
    const count = (team * DEPLOYMENTS + index) * REPLICAS + replica;
    const address = `10.${count >> 16}.${(count >> 8) & 255}.${count & 255}`;
    yield object(
      'v1',
      'Pod',
      `${name}-new-${replica}`,
      namespace,
      {
        spec: podSpec(name, true),
        status: { phase: 'Running', podIPs: [{ ip: address }] },
      },
      {
        ...owner('ReplicaSet', `${name}-new`),
        labels: {
          ...labels,
          'pod-template-hash': 'new',
          'security.istio.io/tlsMode': 'istio',
          'service.istio.io/canonical-name': name,
        },
        annotations: { 'sidecar.istio.io/status': '{}' },
      },
    );
  }
}

/** Nobody may call anything, but service-0 two others; clients of some Services are told about TLS. */
function* meshPolicies(
  namespace: string,
  team: number,
): Generator<KubernetesObject> {
  yield object(
    'security.istio.io/v1',
    'PeerAuthentication',
    'default',
    namespace,
    { spec: { mtls: { mode: team % 7 === 0 ? 'PERMISSIVE' : 'STRICT' } } },
  );
  yield object(
    'security.istio.io/v1',
    'AuthorizationPolicy',
    'nothing',
    namespace,
    { spec: {} },
  );
  for (const target of [1, 2]) {
    const name = `service-${target}`;
    yield object(
      'security.istio.io/v1',
      'AuthorizationPolicy',
      name,
      namespace,
      {
        spec: {
          selector: { matchLabels: { app: name } },
          action: 'ALLOW',
          rules: [
            {
              from: [
                {
                  source: {
                    principals: [`cluster.local/ns/${namespace}/sa/service-0`],
                  },
                },
              ],
              to: [{ operation: { ports: ['8080'], methods: ['GET'] } }],
            },
          ],
        },
      },
    );
  }
  // Of another namespace where the number is odd.
  const host = `service-1.team-${team + (team % 2)}.svc.cluster.local`;
  yield object(
    'networking.istio.io/v1',
    'DestinationRule',
    'service-1',
    namespace,
    { spec: { host, trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } } } },
  );
}

function networkPolicy(
  name: string,
  namespace: string,
  spec: Fields,
): KubernetesObject {
  return object('networking.k8s.io/v1', 'NetworkPolicy', name, namespace, {
    spec,
  });
}

/** `pods` is rounded down to whole namespaces. */
export function* generateCluster(pods: number): Generator<KubernetesObject> {
  yield object(
    'security.istio.io/v1',
    'PeerAuthentication',
    'default',
    'istio-system',
    { spec: { mtls: { mode: 'STRICT' } } },
  );
  for (let index = 0; index < pods / PODS_PER_NAMESPACE; index++) {
    const namespace = `team-${index}`;
    yield object(
      'v1',
      'Namespace',
      namespace,
      undefined,
      {},
      {
        labels: { 'istio-injection': 'enabled', team: `${index % 20}` },
      },
    );
    yield* meshPolicies(namespace, index);
    yield networkPolicy('default-deny', namespace, {
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
    });
    yield networkPolicy('allow-dns', namespace, {
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [{ ports: [{ protocol: 'UDP', port: 53 }] }],
    });
    const called = {
      podSelector: {
        matchExpressions: [
          { key: 'app', operator: 'In', values: ['service-1', 'service-2'] },
        ],
      },
    };
    const caller = { podSelector: { matchLabels: { app: 'service-0' } } };
    yield networkPolicy('callers', namespace, {
      ...called,
      policyTypes: ['Ingress'],
      ingress: [{ from: [caller], ports: [{ port: 8080 }] }],
    });
    yield networkPolicy('calls', namespace, {
      ...caller,
      policyTypes: ['Egress'],
      egress: [{ to: [called], ports: [{ port: 8080 }] }],
    });
    for (let number = 0; number < DEPLOYMENTS; number++) {
      yield* deployment(namespace, index, number);
    }
  }
}
