/**
 * The kinds that every cluster serves. What the engine reads comes from its
 * own table; here is what only a server needs to know of them, and the kinds
 * beside them that manifests of teams usually hold.
 */
import { KINDS, KIND_NAMES } from '@backstage-zero-trust/posture-engine';
import { COLUMNS, DEFAULT_COLUMNS } from './columns';
import { resourceName, ServedKind } from './servedKind';

type Details = Partial<
  Omit<ServedKind, 'group' | 'kind' | 'plural' | 'columns' | 'custom'>
>;

/** Keyed by resource name; a kind of the engine that is not here is optional (see optionalKinds). */
const DETAILS: Record<string, Details> = {
  namespaces: {
    shortNames: ['ns'],
    status: true,
    generation: false,
    fieldSelectors: ['status.phase'],
  },
  pods: {
    shortNames: ['po'],
    categories: ['all'],
    status: true,
    returnsDeleted: true,
    fieldSelectors: [
      'spec.nodeName',
      'spec.restartPolicy',
      'spec.schedulerName',
      'spec.serviceAccountName',
      'spec.hostNetwork',
      'status.phase',
      'status.podIP',
      'status.podIPs',
      'status.nominatedNodeName',
    ],
  },
  services: {
    shortNames: ['svc'],
    categories: ['all'],
    status: true,
    generation: false,
    returnsDeleted: true,
    fieldSelectors: ['spec.clusterIP', 'spec.type'],
  },
  serviceaccounts: {
    shortNames: ['sa'],
    generation: false,
    returnsDeleted: true,
  },
  replicationcontrollers: {
    shortNames: ['rc'],
    categories: ['all'],
    status: true,
    scale: true,
    fieldSelectors: ['status.replicas'],
  },
  configmaps: { shortNames: ['cm'], generation: false },
  secrets: { generation: false, fieldSelectors: ['type'] },
  'deployments.apps': {
    shortNames: ['deploy'],
    categories: ['all'],
    status: true,
    scale: true,
  },
  'statefulsets.apps': {
    shortNames: ['sts'],
    categories: ['all'],
    status: true,
    scale: true,
  },
  'daemonsets.apps': { shortNames: ['ds'], categories: ['all'], status: true },
  'replicasets.apps': {
    shortNames: ['rs'],
    categories: ['all'],
    status: true,
    scale: true,
  },
  'jobs.batch': {
    categories: ['all'],
    status: true,
    fieldSelectors: ['status.successful'],
  },
  'cronjobs.batch': { shortNames: ['cj'], categories: ['all'], status: true },
  'networkpolicies.networking.k8s.io': { shortNames: ['netpol'] },
  'ingresses.networking.k8s.io': { shortNames: ['ing'], status: true },
  'roles.rbac.authorization.k8s.io': { generation: false },
  'rolebindings.rbac.authorization.k8s.io': { generation: false },
  'clusterroles.rbac.authorization.k8s.io': { generation: false },
  'clusterrolebindings.rbac.authorization.k8s.io': { generation: false },
};

function served(
  identity: Pick<ServedKind, 'group' | 'kind' | 'plural' | 'namespaced'>,
  details: Details,
): ServedKind {
  return {
    ...identity,
    versions: ['v1'],
    singular: identity.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    status: false,
    scale: false,
    generation: true,
    returnsDeleted: false,
    fieldSelectors: [],
    columns: COLUMNS[resourceName(identity)] ?? DEFAULT_COLUMNS,
    custom: false,
    ...details,
  };
}

function other(
  group: string,
  kind: string,
  plural: string,
  details: Details = {},
): ServedKind {
  return served({ group, kind, plural, namespaced: true }, details);
}

const read = KIND_NAMES.flatMap(name => {
  const { group, kind, plural, namespaced } = KINDS[name];
  const details = DETAILS[resourceName({ group, plural })];
  return details ? [served({ group, kind, plural, namespaced }, details)] : [];
});

const still = { generation: false };
const admission = 'admissionregistration.k8s.io';

export const BUILT_IN_KINDS: readonly ServedKind[] = [
  ...read,
  other('', 'Node', 'nodes', {
    namespaced: false,
    shortNames: ['no'],
    status: true,
    generation: false,
    fieldSelectors: ['spec.unschedulable'],
  }),
  other('', 'Event', 'events', {
    shortNames: ['ev'],
    generation: false,
    fieldSelectors: [
      'involvedObject.kind',
      'involvedObject.name',
      'involvedObject.namespace',
      'involvedObject.uid',
      'reason',
      'source',
      'type',
    ],
  }),
  other('', 'Endpoints', 'endpoints', { shortNames: ['ep'], ...still }),
  other('', 'PersistentVolumeClaim', 'persistentvolumeclaims', {
    shortNames: ['pvc'],
    status: true,
    returnsDeleted: true,
    ...still,
  }),
  other('', 'PersistentVolume', 'persistentvolumes', {
    namespaced: false,
    shortNames: ['pv'],
    status: true,
    returnsDeleted: true,
    ...still,
  }),
  other('', 'ResourceQuota', 'resourcequotas', {
    shortNames: ['quota'],
    status: true,
    returnsDeleted: true,
    ...still,
  }),
  other('', 'LimitRange', 'limitranges', { shortNames: ['limits'], ...still }),
  other('discovery.k8s.io', 'EndpointSlice', 'endpointslices'),
  other('apps', 'ControllerRevision', 'controllerrevisions', still),
  other('autoscaling', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', {
    versions: ['v2'],
    shortNames: ['hpa'],
    categories: ['all'],
    status: true,
    ...still,
  }),
  other('policy', 'PodDisruptionBudget', 'poddisruptionbudgets', {
    shortNames: ['pdb'],
    status: true,
  }),
  other('networking.k8s.io', 'IngressClass', 'ingressclasses', {
    namespaced: false,
  }),
  other('coordination.k8s.io', 'Lease', 'leases', still),
  other('storage.k8s.io', 'StorageClass', 'storageclasses', {
    namespaced: false,
    shortNames: ['sc'],
    ...still,
  }),
  other('scheduling.k8s.io', 'PriorityClass', 'priorityclasses', {
    namespaced: false,
    shortNames: ['pc'],
  }),
  other(
    admission,
    'ValidatingWebhookConfiguration',
    'validatingwebhookconfigurations',
    { namespaced: false },
  ),
  other(
    admission,
    'MutatingWebhookConfiguration',
    'mutatingwebhookconfigurations',
    { namespaced: false },
  ),
  other(admission, 'ValidatingAdmissionPolicy', 'validatingadmissionpolicies', {
    namespaced: false,
    status: true,
  }),
  other(
    admission,
    'ValidatingAdmissionPolicyBinding',
    'validatingadmissionpolicybindings',
    { namespaced: false },
  ),
  other(
    'apiextensions.k8s.io',
    'CustomResourceDefinition',
    'customresourcedefinitions',
    {
      namespaced: false,
      shortNames: ['crd', 'crds'],
      categories: ['api-extensions'],
      status: true,
    },
  ),
];
