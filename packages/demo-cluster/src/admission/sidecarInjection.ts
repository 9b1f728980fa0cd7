/**
 * What Istio's injection webhook does to a pod that is created, for revision
 * `default` in a mesh with Istio's CNI plugin: who gets a sidecar is decided as
 * the webhook's own selectors and `injectRequired` decide it.
 */
import {
  ApiObject,
  isRecord,
  listAt,
  recordAt,
  stringAt,
} from '../store/apiObject';

type Labels = Readonly<Record<string, string>>;
type Fields = Record<string, unknown>;

const INJECT = 'sidecar.istio.io/inject';
const REVISION = 'istio.io/rev';
const NEVER = new Set([
  'kube-system',
  'kube-public',
  'kube-node-lease',
  'local-path-storage',
]);
const PROXY = 'docker.io/istio/proxyv2:1.27.1';

/** Whether one of the webhook's entries matches the pod and its namespace. */
function webhookMatches(namespace: Labels, pod: Labels): boolean {
  const injection = namespace['istio-injection'];
  if (pod[INJECT] === 'false') {
    return false;
  }
  if (injection !== undefined) {
    return injection === 'enabled';
  }
  if (namespace[REVISION] !== undefined) {
    return namespace[REVISION] === 'default';
  }
  return pod[REVISION] === undefined
    ? pod[INJECT] === 'true'
    : pod[REVISION] === 'default';
}

/** Whether a pod that is created in a namespace gets a sidecar. */
export function getsSidecar(
  namespace: ApiObject | undefined,
  pod: ApiObject,
): boolean {
  const { labels = {}, annotations = {} } = pod.metadata;
  if (
    NEVER.has(pod.metadata.namespace ?? '') ||
    recordAt(pod, 'spec')?.hostNetwork === true ||
    !webhookMatches(namespace?.metadata.labels ?? {}, labels)
  ) {
    return false;
  }
  return labels[INJECT] !== undefined || annotations[INJECT] !== 'false';
}

function canonicalName(pod: ApiObject): string {
  const labels = pod.metadata.labels ?? {};
  return (
    labels['service.istio.io/canonical-name'] ??
    labels['app.kubernetes.io/name'] ??
    labels.app ??
    (pod.metadata.name || (pod.metadata.generateName ?? '').replace(/-$/, ''))
  );
}

const VOLUMES: readonly Fields[] = [
  { name: 'workload-socket', emptyDir: {} },
  { name: 'credential-socket', emptyDir: {} },
  { name: 'workload-certs', emptyDir: {} },
  { name: 'istio-envoy', emptyDir: { medium: 'Memory' } },
  { name: 'istio-data', emptyDir: {} },
  {
    name: 'istio-podinfo',
    downwardAPI: {
      items: ['labels', 'annotations'].map(path => ({
        path,
        fieldRef: { apiVersion: 'v1', fieldPath: `metadata.${path}` },
      })),
    },
  },
  {
    name: 'istio-token',
    projected: {
      sources: [
        {
          serviceAccountToken: {
            audience: 'istio-ca',
            expirationSeconds: 43200,
            path: 'istio-token',
          },
        },
      ],
    },
  },
  { name: 'istiod-ca-cert', configMap: { name: 'istio-ca-root-cert' } },
];

const MOUNTS: readonly Fields[] = [
  {
    name: 'workload-socket',
    mountPath: '/var/run/secrets/workload-spiffe-uds',
  },
  { name: 'credential-socket', mountPath: '/var/run/secrets/credential-uds' },
  {
    name: 'workload-certs',
    mountPath: '/var/run/secrets/workload-spiffe-credentials',
  },
  { name: 'istiod-ca-cert', mountPath: '/var/run/secrets/istio' },
  { name: 'istio-data', mountPath: '/var/lib/istio/data' },
  { name: 'istio-envoy', mountPath: '/etc/istio/proxy' },
  { name: 'istio-token', mountPath: '/var/run/secrets/tokens' },
  { name: 'istio-podinfo', mountPath: '/etc/istio/pod' },
];

const RESTRICTED = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  privileged: false,
  readOnlyRootFilesystem: true,
  runAsGroup: 1337,
  runAsNonRoot: true,
  runAsUser: 1337,
};

function field(name: string, fieldPath: string): Fields {
  return { name, valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } } };
}

function proxy(native: boolean): Fields {
  return {
    name: 'istio-proxy',
    image: PROXY,
    args: [
      'proxy',
      'sidecar',
      '--domain',
      '$(POD_NAMESPACE).svc.cluster.local',
    ],
    env: [
      { name: 'CA_ADDR', value: 'istiod.istio-system.svc:15012' },
      field('POD_NAME', 'metadata.name'),
      field('POD_NAMESPACE', 'metadata.namespace'),
      field('INSTANCE_IP', 'status.podIP'),
      field('SERVICE_ACCOUNT', 'spec.serviceAccountName'),
      { name: 'ISTIO_META_CLUSTER_ID', value: 'Kubernetes' },
    ],
    ports: [{ name: 'http-envoy-prom', containerPort: 15090, protocol: 'TCP' }],
    readinessProbe: { httpGet: { path: '/healthz/ready', port: 15021 } },
    resources: {
      requests: { cpu: '100m', memory: '128Mi' },
      limits: { cpu: '2', memory: '1Gi' },
    },
    securityContext: structuredClone(RESTRICTED),
    volumeMounts: structuredClone(MOUNTS),
    ...(native
      ? {
          restartPolicy: 'Always',
          startupProbe: { httpGet: { path: '/healthz/ready', port: 15021 } },
        }
      : {}),
  };
}

/** Istio's CNI plugin redirects; this container only checks that it did. */
function validation(): Fields {
  return {
    name: 'istio-validation',
    image: PROXY,
    args: ['istio-iptables', '-p', '15001', '-z', '15006', '--run-validation'],
    securityContext: structuredClone(RESTRICTED),
  };
}

/** Changes `pod`, which must be the caller's own copy and has no sidecar yet. */
export function injectSidecar(pod: ApiObject, native: boolean): void {
  const spec = recordAt(pod, 'spec');
  if (!spec) {
    return;
  }
  const { metadata } = pod;
  const own = listAt(spec, 'initContainers');
  const containers = listAt(spec, 'containers');
  spec.initContainers = native
    ? [validation(), proxy(true), ...own]
    : [...own, validation()];
  if (!native) {
    spec.containers = [...containers, proxy(false)];
  }
  spec.volumes = [...structuredClone(VOLUMES), ...listAt(spec, 'volumes')];
  metadata.labels = {
    ...metadata.labels,
    'security.istio.io/tlsMode':
      metadata.labels?.['security.istio.io/tlsMode'] ?? 'istio',
    'service.istio.io/canonical-name': canonicalName(pod),
    'service.istio.io/canonical-revision':
      metadata.labels?.['service.istio.io/canonical-revision'] ??
      metadata.labels?.['app.kubernetes.io/version'] ??
      metadata.labels?.version ??
      'latest',
  };
  const first = containers.find(isRecord);
  const status = {
    initContainers: native
      ? ['istio-validation', 'istio-proxy']
      : ['istio-validation'],
    containers: native ? null : ['istio-proxy'],
    volumes: VOLUMES.map(({ name }) => name),
    imagePullSecrets: null,
    revision: 'default',
  };
  metadata.annotations = {
    'kubectl.kubernetes.io/default-container': stringAt(first, 'name') ?? '',
    ...metadata.annotations,
    'istio.io/rev': 'default',
    'sidecar.istio.io/status': JSON.stringify(status),
  };
}
