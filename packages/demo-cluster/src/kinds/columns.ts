/** The columns of `kubectl get` for built-in kinds, as the real server has them. */
import {
  ApiObject,
  isRecord,
  listAt,
  recordAt,
  stringAt,
} from '../store/apiObject';
import type { Column } from './servedKind';

type CellValue = Column['value'];

const age: Column = {
  name: 'Age',
  type: 'string',
  value: '.metadata.creationTimestamp',
};
const createdAt: Column = {
  name: 'Created At',
  type: 'date',
  value: object => object.metadata.creationTimestamp ?? '',
};

function text(name: string, value: CellValue): Column {
  return { name, type: 'string', value };
}

function number(name: string, ...path: string[]): Column {
  return { name, type: 'integer', value: object => numberAt(object, ...path) };
}

/** A column that shows only with `-o wide`. */
function wide(name: string, value: CellValue): Column {
  return { name, type: 'string', value, priority: 1 };
}

function numberAt(object: ApiObject, ...path: string[]): number {
  const parent = recordAt(object, ...path.slice(0, -1));
  const value = parent?.[path[path.length - 1]];
  return typeof value === 'number' ? value : 0;
}

function pairs(value: unknown): string {
  const entries = Object.entries(isRecord(value) ? value : {});
  return entries.length === 0
    ? '<none>'
    : entries.map(([key, label]) => `${key}=${label}`).join(',');
}

function size(object: ApiObject, ...fields: string[]): number {
  return fields.reduce(
    (sum, field) => sum + Object.keys(recordAt(object, field) ?? {}).length,
    0,
  );
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

/** Init containers that restart are sidecars, and count. */
function containersReady(object: ApiObject): string {
  const sidecars = listAt(object, 'spec', 'initContainers')
    .filter(isRecord)
    .filter(({ restartPolicy }) => restartPolicy === 'Always')
    .map(({ name }) => name);
  const running = [
    ...listAt(object, 'status', 'containerStatuses').filter(isRecord),
    ...listAt(object, 'status', 'initContainerStatuses')
      .filter(isRecord)
      .filter(({ name }) => sidecars.includes(name)),
  ];
  const count = running.filter(status => status.ready === true).length;
  return `${count}/${
    listAt(object, 'spec', 'containers').length + sidecars.length
  }`;
}

function containers(field: string, ...path: string[]) {
  return (object: ApiObject) =>
    listAt(object, ...path, 'containers')
      .filter(isRecord)
      .map(container => String(container[field]))
      .join(',');
}

function inTemplate(...path: string[]): Column[] {
  return [
    wide('Containers', containers('name', ...path)),
    wide('Images', containers('image', ...path)),
  ];
}

const template = ['spec', 'template', 'spec'];
const selector = wide('Selector', object =>
  pairs(recordAt(object, 'spec', 'selector', 'matchLabels')),
);
const ready = text('Ready', readyOf);
const role = text(
  'Role',
  object =>
    `${stringAt(object, 'roleRef', 'kind')}/${stringAt(
      object,
      'roleRef',
      'name',
    )}`,
);

function subjects(name: string, kind: string): Column {
  return wide(name, object =>
    listAt(object, 'subjects')
      .filter(isRecord)
      .filter(subject => subject.kind === kind)
      .map(subject =>
        kind === 'ServiceAccount'
          ? `${String(subject.namespace)}/${String(subject.name)}`
          : String(subject.name),
      )
      .join(', '),
  );
}

const binding = [
  role,
  age,
  subjects('Users', 'User'),
  subjects('Groups', 'Group'),
  subjects('ServiceAccounts', 'ServiceAccount'),
];

export const COLUMNS: Record<string, readonly Column[]> = {
  namespaces: [text('Status', '.status.phase'), age],
  pods: [
    text('Ready', containersReady),
    text('Status', object =>
      object.metadata.deletionTimestamp
        ? 'Terminating'
        : stringAt(object, 'status', 'phase') ?? '',
    ),
    text('Restarts', () => '0'),
    age,
    wide('IP', '.status.podIP'),
    wide('Node', '.spec.nodeName'),
    wide('Nominated Node', '.status.nominatedNodeName'),
    wide('Readiness Gates', () => '<none>'),
  ],
  services: [
    text('Type', '.spec.type'),
    text('Cluster-IP', '.spec.clusterIP'),
    text(
      'External-IP',
      object => stringAt(object, 'spec', 'externalName') ?? '<none>',
    ),
    text('Port(s)', servicePorts),
    age,
    wide('Selector', object => pairs(recordAt(object, 'spec', 'selector'))),
  ],
  configmaps: [text('Data', object => size(object, 'data', 'binaryData')), age],
  secrets: [
    text('Type', '.type'),
    text('Data', object => size(object, 'data')),
    age,
  ],
  serviceaccounts: [age],
  nodes: [
    text('Status', () => 'Ready'),
    text('Roles', () => '<none>'),
    age,
    text('Version', '.status.nodeInfo.kubeletVersion'),
    wide('Internal-IP', object =>
      String(
        listAt(object, 'status', 'addresses').filter(isRecord)[0]?.address ??
          '<none>',
      ),
    ),
    wide('External-IP', () => '<none>'),
    wide('OS-Image', '.status.nodeInfo.osImage'),
    wide('Kernel-Version', '.status.nodeInfo.kernelVersion'),
    wide('Container-Runtime', '.status.nodeInfo.containerRuntimeVersion'),
  ],
  replicationcontrollers: [
    number('Desired', 'spec', 'replicas'),
    number('Current', 'status', 'replicas'),
    number('Ready', 'status', 'readyReplicas'),
    age,
    ...inTemplate(...template),
    wide('Selector', object => pairs(recordAt(object, 'spec', 'selector'))),
  ],
  'deployments.apps': [
    ready,
    text('Up-to-date', object => numberAt(object, 'status', 'updatedReplicas')),
    text('Available', object =>
      numberAt(object, 'status', 'availableReplicas'),
    ),
    age,
    ...inTemplate(...template),
    selector,
  ],
  'statefulsets.apps': [ready, age, ...inTemplate(...template)],
  'replicasets.apps': [
    number('Desired', 'spec', 'replicas'),
    number('Current', 'status', 'replicas'),
    number('Ready', 'status', 'readyReplicas'),
    age,
    ...inTemplate(...template),
    selector,
  ],
  'daemonsets.apps': [
    number('Desired', 'status', 'desiredNumberScheduled'),
    number('Current', 'status', 'currentNumberScheduled'),
    number('Ready', 'status', 'numberReady'),
    number('Up-to-date', 'status', 'updatedNumberScheduled'),
    number('Available', 'status', 'numberAvailable'),
    text('Node Selector', object =>
      pairs(recordAt(object, ...template, 'nodeSelector')),
    ),
    age,
    ...inTemplate(...template),
    selector,
  ],
  'jobs.batch': [
    text('Status', () => 'Running'),
    text(
      'Completions',
      object => `0/${numberAt(object, 'spec', 'completions')}`,
    ),
    text('Duration', () => ''),
    age,
    ...inTemplate(...template),
    selector,
  ],
  'cronjobs.batch': [
    text('Schedule', '.spec.schedule'),
    text(
      'Timezone',
      object => stringAt(object, 'spec', 'timeZone') ?? '<none>',
    ),
    {
      name: 'Suspend',
      type: 'boolean',
      value: object => recordAt(object, 'spec')?.suspend === true,
    },
    {
      name: 'Active',
      type: 'integer',
      value: object => listAt(object, 'status', 'active').length,
    },
    text('Last Schedule', () => '<none>'),
    age,
    ...inTemplate('spec', 'jobTemplate', ...template),
    wide('Selector', () => '<none>'),
  ],
  'networkpolicies.networking.k8s.io': [
    text('Pod-Selector', object =>
      pairs(recordAt(object, 'spec', 'podSelector', 'matchLabels')),
    ),
    age,
  ],
  'ingresses.networking.k8s.io': [
    text(
      'Class',
      object => stringAt(object, 'spec', 'ingressClassName') ?? '<none>',
    ),
    text(
      'Hosts',
      object =>
        listAt(object, 'spec', 'rules')
          .filter(isRecord)
          .map(({ host }) => String(host ?? '*'))
          .join(',') || '*',
    ),
    text('Address', () => ''),
    text('Ports', object =>
      listAt(object, 'spec', 'tls').length > 0 ? '80, 443' : '80',
    ),
    age,
  ],
  'customresourcedefinitions.apiextensions.k8s.io': [
    text('Scope', '.spec.scope'),
    text('Versions', object =>
      listAt(object, 'spec', 'versions')
        .filter(isRecord)
        .map(({ name }) => String(name))
        .join(','),
    ),
    createdAt,
    wide('Group', '.spec.group'),
    wide('Kind', '.spec.names.kind'),
    wide('ShortNames', object =>
      listAt(object, 'spec', 'names', 'shortNames').join(','),
    ),
    { name: 'Established', type: 'boolean', value: () => true, priority: 1 },
  ],
  'roles.rbac.authorization.k8s.io': [createdAt],
  'clusterroles.rbac.authorization.k8s.io': [createdAt],
  'rolebindings.rbac.authorization.k8s.io': binding,
  'clusterrolebindings.rbac.authorization.k8s.io': binding,
};

/** Of a built-in kind that is not in {@link COLUMNS}. */
export const DEFAULT_COLUMNS: readonly Column[] = [createdAt];
