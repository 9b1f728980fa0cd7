/**
 * What an API server writes into an object that a reader of it may look at:
 * defaults of pods and their templates, Services, NetworkPolicies, workloads
 * and Namespaces. Everything else is stored as it came.
 */
import { ApiObject, isRecord, listAt, recordAt } from '../store/apiObject';
import type { ServedKind } from '../kinds/servedKind';
import type { ServiceAddresses } from '../store/ServiceAddresses';
import { Fields, records, setDefaults } from './fields';
import { defaultPod, defaultPodSpec } from './podDefaults';

/** Empty lists of a policy are left out of the stored object, as if they had not been written. */
function dropEmptyLists(fields: Fields): void {
  for (const [key, value] of Object.entries(fields)) {
    if (Array.isArray(value) && value.length === 0) {
      delete fields[key];
    } else if (Array.isArray(value)) {
      value.filter(isRecord).forEach(dropEmptyLists);
    }
  }
}

function defaultNetworkPolicy(spec: Fields): void {
  dropEmptyLists(spec);
  setDefaults(spec, { podSelector: {} });
  if (listAt(spec, 'policyTypes').length === 0) {
    spec.policyTypes =
      listAt(spec, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
  }
  for (const rule of [
    ...records(spec, 'ingress'),
    ...records(spec, 'egress'),
  ]) {
    for (const port of records(rule, 'ports')) {
      setDefaults(port, { protocol: 'TCP' });
    }
  }
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
        serviceName: '',
        updateStrategy: {
          type: 'RollingUpdate',
          rollingUpdate: { partition: 0, maxUnavailable: 1 },
        },
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

/** A definition is accepted at once here: nothing can stand against it. */
function acceptedStatus({ metadata }: ApiObject, spec: Fields): Fields {
  const condition = (type: string, reason: string, message: string) => ({
    type,
    status: 'True',
    reason,
    message,
    ...(metadata.creationTimestamp
      ? { lastTransitionTime: metadata.creationTimestamp }
      : {}),
  });
  return {
    acceptedNames: spec.names,
    conditions: [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
      condition(
        'Established',
        'InitialNamesAccepted',
        'the initial names have been accepted',
      ),
    ],
    storedVersions: records(spec, 'versions')
      .filter(({ storage }) => storage === true)
      .map(version => version.name),
  };
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
      object.data = {
        ...recordAt(object, 'data'),
        ...Object.fromEntries(encoded),
      };
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
  if (name === 'CustomResourceDefinition') {
    setDefaults(spec, { conversion: { strategy: 'None' } });
    object.status = acceptedStatus(object, spec);
  } else if (group === '' && name === 'Pod') {
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
    const template = recordAt(spec, 'jobTemplate', 'spec', 'template', 'spec');
    if (template) {
      defaultPodSpec(template);
    }
  } else if (
    group === 'apps' ||
    group === 'batch' ||
    name === 'ReplicationController'
  ) {
    defaultWorkload(name, spec);
  }
}
