/** Resources as people write them on the command line: `pods`, `pods/exec`, `deployments.apps`, `*`. */
import { InputError } from '../errors';

/** Kubernetes' own resources, whose group nobody has to say. */
const BUILT_IN: Readonly<Record<string, readonly string[]>> = {
  '': [
    ...['bindings', 'componentstatuses', 'configmaps', 'endpoints', 'events'],
    ...['limitranges', 'namespaces', 'nodes', 'persistentvolumeclaims'],
    ...['persistentvolumes', 'pods', 'podtemplates', 'replicationcontrollers'],
    ...['resourcequotas', 'secrets', 'serviceaccounts', 'services'],
    // Of no API, but impersonation asks for them.
    ...['users', 'groups'],
  ],
  'admissionregistration.k8s.io': [
    ...['mutatingadmissionpolicies', 'mutatingadmissionpolicybindings'],
    ...['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'],
    ...['validatingadmissionpolicies', 'validatingadmissionpolicybindings'],
  ],
  'apiextensions.k8s.io': ['customresourcedefinitions'],
  'apiregistration.k8s.io': ['apiservices'],
  apps: [
    ...['controllerrevisions', 'daemonsets', 'deployments', 'replicasets'],
    'statefulsets',
  ],
  'authentication.k8s.io': ['selfsubjectreviews', 'tokenreviews'],
  'authorization.k8s.io': [
    ...['localsubjectaccessreviews', 'selfsubjectaccessreviews'],
    ...['selfsubjectrulesreviews', 'subjectaccessreviews'],
  ],
  autoscaling: ['horizontalpodautoscalers'],
  batch: ['cronjobs', 'jobs'],
  'certificates.k8s.io': [
    ...['certificatesigningrequests', 'clustertrustbundles'],
    ...['podcertificaterequests', 'signers'],
  ],
  'coordination.k8s.io': ['leases'],
  'discovery.k8s.io': ['endpointslices'],
  'flowcontrol.apiserver.k8s.io': [
    ...['flowschemas', 'prioritylevelconfigurations'],
  ],
  'networking.k8s.io': [
    ...['ingressclasses', 'ingresses', 'ipaddresses', 'networkpolicies'],
    'servicecidrs',
  ],
  'node.k8s.io': ['runtimeclasses'],
  policy: ['poddisruptionbudgets'],
  'rbac.authorization.k8s.io': [
    ...['clusterrolebindings', 'clusterroles', 'rolebindings', 'roles'],
  ],
  'resource.k8s.io': [
    ...['deviceclasses', 'resourceclaims', 'resourceclaimtemplates'],
    'resourceslices',
  ],
  'scheduling.k8s.io': ['priorityclasses'],
  'storage.k8s.io': [
    ...['csidrivers', 'csinodes', 'csistoragecapacities', 'storageclasses'],
    ...['volumeattachments', 'volumeattributesclasses'],
  ],
};

const GROUP_OF = new Map(
  Object.entries(BUILT_IN).flatMap(([group, resources]) =>
    resources.map(resource => [resource, group] as const),
  ),
);

/** Throws an {@link InputError} for a resource of a group that was not said: a guess would be answered with a firm "no". */
export function parseResource(text: string): {
  group: string;
  resource: string;
  subresource?: string;
} {
  const [whole, subresource, ...rest] = text.split('/');
  const dot = whole.indexOf('.');
  const resource = dot < 0 ? whole : whole.slice(0, dot);
  if (resource === '' || subresource === '' || rest.length > 0) {
    throw new InputError(
      `"${text}" is no resource; write pods, pods/exec or deployments.apps`,
    );
  }
  const group =
    dot < 0
      ? GROUP_OF.get(resource) ?? (resource === '*' ? '' : undefined)
      : whole.slice(dot + 1);
  if (group === undefined) {
    throw new InputError(
      `of which API group is the resource "${resource}"? Write it with its group, such as ${resource}.example.com`,
    );
  }
  return {
    group,
    resource,
    ...(subresource === undefined ? {} : { subresource }),
  };
}
