/** The columns of `kubectl get` for built-in kinds, as far as people look at them. */
import {
  ApiObject,
  isRecord,
  listAt,
  recordAt,
  stringAt,
} from '../store/apiObject';
import type { Column } from './servedKind';

const age: Column = {
  name: 'Age',
  type: 'string',
  value: '.metadata.creationTimestamp',
};

function numberAt(object: ApiObject, ...path: string[]): number {
  const parent = recordAt(object, ...path.slice(0, -1));
  const value = parent?.[path[path.length - 1]];
  return typeof value === 'number' ? value : 0;
}

function pairs(value: unknown): string {
  const entries = Object.entries(isRecord(value) ? value : {});
  return entries.length === 0
    ? '<none>'
    : entries.map(([key, text]) => `${key}=${text}`).join(',');
}

function readyOf(object: ApiObject): string {
  return `${numberAt(object, 'status', 'readyReplicas')}/${numberAt(
    object,
    'spec',
    'replicas',
  )}`;
}

function servicePorts(object: ApiObject): string {
  const ports = listAt(object, 'spec', 'ports').filter(isRecord);
  return (
    ports
      .map(({ port, nodePort, protocol }) =>
        nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`,
      )
      .join(',') || '<none>'
  );
}

function containersReady(object: ApiObject): string {
  const statuses = listAt(object, 'status', 'containerStatuses');
  const ready = statuses.filter(item => isRecord(item) && item.ready === true);
  return `${ready.length}/${listAt(object, 'spec', 'containers').length}`;
}

const ready: Column = { name: 'Ready', type: 'string', value: readyOf };

export const COLUMNS: Record<string, readonly Column[]> = {
  namespaces: [{ name: 'Status', type: 'string', value: '.status.phase' }, age],
  pods: [
    { name: 'Ready', type: 'string', value: containersReady },
    {
      name: 'Status',
      type: 'string',
      value: object =>
        object.metadata.deletionTimestamp
          ? 'Terminating'
          : stringAt(object, 'status', 'phase') ?? '',
    },
    { name: 'Restarts', type: 'string', value: () => '0' },
    age,
    { name: 'IP', type: 'string', value: '.status.podIP', priority: 1 },
    { name: 'Node', type: 'string', value: '.spec.nodeName', priority: 1 },
    {
      name: 'Nominated Node',
      type: 'string',
      value: '.status.nominatedNodeName',
      priority: 1,
    },
    {
      name: 'Readiness Gates',
      type: 'string',
      value: () => '<none>',
      priority: 1,
    },
  ],
  services: [
    { name: 'Type', type: 'string', value: '.spec.type' },
    { name: 'Cluster-IP', type: 'string', value: '.spec.clusterIP' },
    {
      name: 'External-IP',
      type: 'string',
      value: object => stringAt(object, 'spec', 'externalName') ?? '<none>',
    },
    { name: 'Port(s)', type: 'string', value: servicePorts },
    age,
    {
      name: 'Selector',
      type: 'string',
      value: object => pairs(recordAt(object, 'spec', 'selector')),
      priority: 1,
    },
  ],
  configmaps: [
    {
      name: 'Data',
      type: 'string',
      value: object =>
        String(
          Object.keys(recordAt(object, 'data') ?? {}).length +
            Object.keys(recordAt(object, 'binaryData') ?? {}).length,
        ),
    },
    age,
  ],
  secrets: [
    { name: 'Type', type: 'string', value: '.type' },
    {
      name: 'Data',
      type: 'string',
      value: object => String(Object.keys(recordAt(object, 'data') ?? {}).length),
    },
    age,
  ],
  nodes: [
    { name: 'Status', type: 'string', value: () => 'Ready' },
    { name: 'Roles', type: 'string', value: () => '<none>' },
    age,
    { name: 'Version', type: 'string', value: '.status.nodeInfo.kubeletVersion' },
  ],
  'deployments.apps': [
    ready,
    {
      name: 'Up-to-date',
      type: 'string',
      value: object => String(numberAt(object, 'status', 'updatedReplicas')),
    },
    {
      name: 'Available',
      type: 'string',
      value: object => String(numberAt(object, 'status', 'availableReplicas')),
    },
    age,
  ],
  'statefulsets.apps': [ready, age],
  'replicasets.apps': [
    {
      name: 'Desired',
      type: 'integer',
      value: object => numberAt(object, 'spec', 'replicas'),
    },
    {
      name: 'Current',
      type: 'integer',
      value: object => numberAt(object, 'status', 'replicas'),
    },
    {
      name: 'Ready',
      type: 'integer',
      value: object => numberAt(object, 'status', 'readyReplicas'),
    },
    age,
  ],
  'daemonsets.apps': [
    {
      name: 'Desired',
      type: 'integer',
      value: object => numberAt(object, 'status', 'desiredNumberScheduled'),
    },
    {
      name: 'Ready',
      type: 'integer',
      value: object => numberAt(object, 'status', 'numberReady'),
    },
    age,
  ],
  'networkpolicies.networking.k8s.io': [
    {
      name: 'Pod-Selector',
      type: 'string',
      value: object => pairs(recordAt(object, 'spec', 'podSelector', 'matchLabels')),
    },
    age,
  ],
  'customresourcedefinitions.apiextensions.k8s.io': [
    { name: 'Created At', type: 'date', value: '.metadata.creationTimestamp' },
  ],
};
