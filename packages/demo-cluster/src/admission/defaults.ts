/**
 * What an API server writes into an object that a reader of it may look at:
 * defaults of pods and their templates, Services, NetworkPolicies, workloads
 * and Namespaces. Everything else is stored as it came.
 */
import { ApiObject, isRecord, listAt, recordAt } from '../store/apiObject';
import { ServedKind } from '../kinds/servedKind';

type Fields = Record<string, unknown>;

function setDefaults(target: Fields, defaults: Fields): void {
  for (const [key, value] of Object.entries(defaults)) {
    if (target[key] === undefined || target[key] === null) {
      target[key] = value;
    }
  }
}

function records(value: unknown, ...path: string[]): Fields[] {
  return listAt(value, ...path).filter(isRecord);
}

function pullPolicy(image: unknown): string {
  const name = String(image ?? '');
  const tag = /:([^/@]+)(@.*)?$/.exec(name)?.[1];
  return name.includes('@') || (tag && tag !== 'latest') ? 'IfNotPresent' : 'Always';
}

function defaultContainer(container: Fields): void {
  setDefaults(container, {
    imagePullPolicy: pullPolicy(container.image),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    resources: {},
  });
  for (const port of records(container, 'ports')) {
    setDefaults(port, { protocol: 'TCP' });
  }
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const fields = recordAt(container, probe);
    if (fields) {
      setDefaults(fields, {
        timeoutSeconds: 1,
        periodSeconds: 10,
        successThreshold: 1,
        failureThreshold: 3,
      });
    }
  }
  for (const variable of records(container, 'env')) {
    const reference = recordAt(variable, 'valueFrom', 'fieldRef');
    if (reference) {
      setDefaults(reference, { apiVersion: 'v1' });
    }
  }
}

function defaultVolume(volume: Fields): void {
  for (const source of ['secret', 'configMap', 'projected', 'downwardAPI']) {
    const fields = recordAt(volume, source);
    if (fields) {
      setDefaults(fields, { defaultMode: 420 });
    }
  }
  const hostPath = recordAt(volume, 'hostPath');
  if (hostPath) {
    setDefaults(hostPath, { type: '' });
  }
  for (const source of records(volume, 'projected', 'sources')) {
    const token = recordAt(source, 'serviceAccountToken');
    if (token) {
      setDefaults(token, { expirationSeconds: 3600 });
    }
  }
  if (Object.keys(volume).length === 1) {
    volume.emptyDir = {};
  }
}

/** The defaults that a pod and a template share. */
export function defaultPodSpec(spec: Fields): void {
  setDefaults(spec, {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  });
  // The old name of the field is kept in step with the new one.
  if (spec.serviceAccountName === undefined && spec.serviceAccount !== undefined) {
    spec.serviceAccountName = spec.serviceAccount;
  }
  if (spec.serviceAccountName) {
    spec.serviceAccount = spec.serviceAccountName;
  }
  for (const list of ['initContainers', 'containers', 'ephemeralContainers']) {
    records(spec, list).forEach(defaultContainer);
  }
  records(spec, 'volumes').forEach(defaultVolume);
}

/** What only a pod gets, not the template it came from. */
export function defaultPod(spec: Fields): void {
  defaultPodSpec(spec);
  setDefaults(spec, {
    enableServiceLinks: true,
    serviceAccountName: 'default',
    preemptionPolicy: 'PreemptLowerPriority',
    priority: 0,
  });
  setDefaults(spec, { serviceAccount: spec.serviceAccountName });
  if (spec.hostNetwork === true) {
    for (const list of ['initContainers', 'containers']) {
      for (const port of records(spec, list).flatMap(container =>
        records(container, 'ports'),
      )) {
        setDefaults(port, { hostPort: port.containerPort });
      }
    }
  }
}

function defaultNetworkPolicy(spec: Fields): void {
  setDefaults(spec, { podSelector: {} });
  if (listAt(spec, 'policyTypes').length === 0) {
    spec.policyTypes =
      listAt(spec, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
  }
  for (const rule of [...records(spec, 'ingress'), ...records(spec, 'egress')]) {
    for (const port of records(rule, 'ports')) {
      setDefaults(port, { protocol: 'TCP' });
    }
  }
}

export interface ServiceAddresses {
  clusterIP(): string;
  nodePort(): number;
}

function defaultService(spec: Fields, addresses: ServiceAddresses): void {
  setDefaults(spec, { type: 'ClusterIP', sessionAffinity: 'None' });
  const nodePorts = spec.type === 'NodePort' || spec.type === 'LoadBalancer';
  for (const port of records(spec, 'ports')) {
    setDefaults(port, { protocol: 'TCP' });
    setDefaults(port, { targetPort: port.port });
    if (nodePorts && port.nodePort === undefined) {
      port.nodePort = addresses.nodePort();
    }
  }
  if (spec.type === 'ExternalName') {
    return;
  }
  setDefaults(spec, { clusterIP: addresses.clusterIP() });
  setDefaults(spec, {
    clusterIPs: [spec.clusterIP],
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    internalTrafficPolicy: 'Cluster',
  });
  if (nodePorts) {
    setDefaults(spec, { externalTrafficPolicy: 'Cluster' });
  }
  if (spec.type === 'LoadBalancer') {
    setDefaults(spec, { allocateLoadBalancerNodePorts: true });
  }
}

const rollingUpdate = { maxUnavailable: '25%', maxSurge: '25%' };

function defaultWorkload(kind: string, spec: Fields): void {
  const template = recordAt(spec, 'template', 'spec');
  if (template) {
    defaultPodSpec(template);
  }
  switch (kind) {
    case 'Deployment':
      setDefaults(spec, {
        replicas: 1,
        strategy: { type: 'RollingUpdate', rollingUpdate },
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
      });
      break;
    case 'StatefulSet':
      setDefaults(spec, {
        replicas: 1,
        podManagementPolicy: 'OrderedReady',
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
        revisionHistoryLimit: 10,
        persistentVolumeClaimRetentionPolicy: {
          whenDeleted: 'Retain',
          whenScaled: 'Retain',
        },
      });
      break;
    case 'DaemonSet':
      setDefaults(spec, {
        updateStrategy: {
          type: 'RollingUpdate',
          rollingUpdate: { maxUnavailable: 1, maxSurge: 0 },
        },
        revisionHistoryLimit: 10,
      });
      break;
    case 'ReplicaSet':
    case 'ReplicationController':
      setDefaults(spec, { replicas: 1 });
      break;
    case 'Job':
      setDefaults(spec, {
        parallelism: 1,
        completions: 1,
        backoffLimit: 6,
        completionMode: 'NonIndexed',
        suspend: false,
        podReplacementPolicy: 'TerminatingOrFailed',
        manualSelector: false,
      });
      break;
    default:
  }
}

/** Changes `object`, which must be the caller's own copy. */
export function applyDefaults(
  kind: ServedKind,
  object: ApiObject,
  addresses: ServiceAddresses,
): void {
  const { group, kind: name } = kind;
  if (group === '' && name === 'Namespace') {
    const labels = object.metadata.labels ?? {};
    object.metadata.labels = {
      ...labels,
      'kubernetes.io/metadata.name': object.metadata.name,
    };
    object.spec ??= { finalizers: ['kubernetes'] };
    object.status ??= { phase: 'Active' };
    return;
  }
  if (group === '' && name === 'Secret') {
    object.type ??= 'Opaque';
    const text = recordAt(object, 'stringData');
    if (text) {
      const encoded = Object.entries(text).map(([key, value]) => [
        key,
        Buffer.from(String(value)).toString('base64'),
      ]);
      object.data = { ...recordAt(object, 'data'), ...Object.fromEntries(encoded) };
      delete object.stringData;
    }
    return;
  }
  if (group === 'networking.k8s.io' && name === 'NetworkPolicy') {
    const spec = (object.spec ??= {}) as Fields;
    defaultNetworkPolicy(spec);
    return;
  }
  const spec = recordAt(object, 'spec');
  if (!spec) {
    return;
  }
  if (group === '' && name === 'Pod') {
    defaultPod(spec);
  } else if (group === '' && name === 'Service') {
    defaultService(spec, addresses);
    object.status ??= { loadBalancer: {} };
  } else if (group === 'batch' && name === 'CronJob') {
    setDefaults(spec, {
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    });
    const job = recordAt(spec, 'jobTemplate', 'spec');
    const template = recordAt(job, 'template', 'spec');
    if (template) {
      defaultPodSpec(template);
    }
  } else if (group === 'apps' || group === 'batch' || name === 'ReplicationController') {
    defaultWorkload(name, spec);
  }
}
