/**
 * Every kind that the engine reads: where an API server serves it, and the
 * schema that checks, projects and types it. A new kind is a line here and a
 * schema beside it; sources list exactly what this table says.
 */
import { z } from 'zod';
import {
  configMap,
  endpointSlice,
  namespace,
  node,
  secret,
  service,
  serviceAccount,
} from './core';
import {
  authorizationPolicy,
  destinationRule,
  peerAuthentication,
  requestAuthentication,
  serviceEntry,
  sidecar,
  workloadEntry,
} from './istio';
import { ingress, istioGateway, openShiftRoute, virtualService } from './edge';
import {
  gateway,
  gatewayRoute,
  grpcRoute,
  httpRoute,
  listenerSet,
  referenceGrant,
} from './gatewayApi';
import { ciliumPolicy } from './cilium';
import { envoyFilter } from './envoy';
import {
  calicoHostEndpoint,
  calicoNetworkSet,
  calicoPolicy,
  calicoTier,
  stagedPolicy,
} from './calico';
import {
  egressNetwork,
  linkerdAuthorizationPolicy,
  linkerdServer,
  meshTlsAuthentication,
  networkAuthentication,
  serverAuthorization,
} from './linkerd';
import { networkPolicy, tieredPolicy } from './network';
import { cronJob, pod, podOwner } from './pod';
import { clusterRole, role, roleBinding } from './rbac';
import { clusterSpiffeId } from './spire';

const core = '';
const gatewayVersions = ['v1', 'v1beta1', 'v1alpha2', 'v1alpha3'];
const istioVersions = ['v1', 'v1beta1', 'v1alpha3'];
const gatewayApi = 'gateway.networking.k8s.io';
const rbac = 'rbac.authorization.k8s.io';
const istioSecurity = 'security.istio.io';
const istioNetworking = 'networking.istio.io';
const linkerdPolicy = 'policy.linkerd.io';

/** How a kind is found in the API. `plural` is its resource name; `metadataOnly` kinds are requested without their content. */
export interface KindDefinition<S extends z.ZodType = z.ZodType> {
  group: string;
  kind: string;
  plural: string;
  namespaced: boolean;
  schema: S;
  /** The versions whose fields mean what the schema says; objects of another are problems, not guesses. */
  versions: readonly string[];
  /** Narrows what is requested, so that nothing beyond it is ever read. */
  fieldSelector?: string;
  /** Only objects of these names are requested, each name by itself: one that is forbidden costs the others nothing. */
  names?: readonly string[];
  metadataOnly?: boolean;
}

function define<S extends z.ZodType>(
  group: string,
  kind: string,
  plural: string,
  schema: S,
  options: Partial<
    Pick<
      KindDefinition,
      'namespaced' | 'versions' | 'fieldSelector' | 'names' | 'metadataOnly'
    >
  > = {},
): KindDefinition<S> {
  return {
    group,
    kind,
    plural,
    schema,
    namespaced: true,
    versions: ['v1'],
    ...options,
  };
}

export const KINDS = {
  Namespace: define(core, 'Namespace', 'namespaces', namespace, {
    namespaced: false,
  }),
  Node: define(core, 'Node', 'nodes', node, { namespaced: false }),
  Pod: define(core, 'Pod', 'pods', pod),
  Service: define(core, 'Service', 'services', service),
  ServiceAccount: define(
    core,
    'ServiceAccount',
    'serviceaccounts',
    serviceAccount,
  ),
  ReplicationController: define(
    core,
    'ReplicationController',
    'replicationcontrollers',
    podOwner,
  ),
  ConfigMap: define(core, 'ConfigMap', 'configmaps', configMap, {
    // Istio's MeshConfig, what decides which policies a network enforces, and what SPIRE's controller and Linkerd are told.
    names: [
      'istio',
      'cilium-config',
      'antrea-config',
      'amazon-vpc-cni',
      'spire-controller-manager',
      'spire-controller-manager-config',
      'linkerd-config',
    ],
  }),
  Secret: define(core, 'Secret', 'secrets', secret, {
    fieldSelector: 'type=kubernetes.io/service-account-token',
    metadataOnly: true,
  }),
  EndpointSlice: define(
    'discovery.k8s.io',
    'EndpointSlice',
    'endpointslices',
    endpointSlice,
    { names: ['kubernetes'] },
  ),
  Deployment: define('apps', 'Deployment', 'deployments', podOwner),
  StatefulSet: define('apps', 'StatefulSet', 'statefulsets', podOwner),
  DaemonSet: define('apps', 'DaemonSet', 'daemonsets', podOwner),
  ReplicaSet: define('apps', 'ReplicaSet', 'replicasets', podOwner),
  Job: define('batch', 'Job', 'jobs', podOwner),
  CronJob: define('batch', 'CronJob', 'cronjobs', cronJob),
  Role: define(rbac, 'Role', 'roles', role),
  RoleBinding: define(rbac, 'RoleBinding', 'rolebindings', roleBinding),
  ClusterRole: define(rbac, 'ClusterRole', 'clusterroles', clusterRole, {
    namespaced: false,
  }),
  ClusterRoleBinding: define(
    rbac,
    'ClusterRoleBinding',
    'clusterrolebindings',
    roleBinding,
    { namespaced: false },
  ),
  ClusterSPIFFEID: define(
    'spire.spiffe.io',
    'ClusterSPIFFEID',
    'clusterspiffeids',
    clusterSpiffeId,
    { namespaced: false, versions: ['v1alpha1'] },
  ),
  NetworkPolicy: define(
    'networking.k8s.io',
    'NetworkPolicy',
    'networkpolicies',
    networkPolicy,
  ),
  Ingress: define('networking.k8s.io', 'Ingress', 'ingresses', ingress),
  HTTPRoute: define(gatewayApi, 'HTTPRoute', 'httproutes', httpRoute, {
    versions: gatewayVersions,
  }),
  GRPCRoute: define(gatewayApi, 'GRPCRoute', 'grpcroutes', grpcRoute, {
    versions: gatewayVersions,
  }),
  TLSRoute: define(gatewayApi, 'TLSRoute', 'tlsroutes', gatewayRoute, {
    versions: gatewayVersions,
  }),
  TCPRoute: define(gatewayApi, 'TCPRoute', 'tcproutes', gatewayRoute, {
    versions: gatewayVersions,
  }),
  UDPRoute: define(gatewayApi, 'UDPRoute', 'udproutes', gatewayRoute, {
    versions: gatewayVersions,
  }),
  Gateway: define(gatewayApi, 'Gateway', 'gateways', gateway, {
    versions: gatewayVersions,
  }),
  ListenerSet: define(gatewayApi, 'ListenerSet', 'listenersets', listenerSet, {
    versions: gatewayVersions,
  }),
  ReferenceGrant: define(
    gatewayApi,
    'ReferenceGrant',
    'referencegrants',
    referenceGrant,
    { versions: gatewayVersions },
  ),
  'Gateway.networking.istio.io': define(
    istioNetworking,
    'Gateway',
    'gateways',
    istioGateway,
    { versions: istioVersions },
  ),
  VirtualService: define(
    istioNetworking,
    'VirtualService',
    'virtualservices',
    virtualService,
    { versions: istioVersions },
  ),
  EnvoyFilter: define(
    istioNetworking,
    'EnvoyFilter',
    'envoyfilters',
    envoyFilter,
    { versions: ['v1alpha3'] },
  ),
  'Route.route.openshift.io': define(
    'route.openshift.io',
    'Route',
    'routes',
    openShiftRoute,
  ),
  PeerAuthentication: define(
    istioSecurity,
    'PeerAuthentication',
    'peerauthentications',
    peerAuthentication,
    { versions: ['v1', 'v1beta1'] },
  ),
  AuthorizationPolicy: define(
    istioSecurity,
    'AuthorizationPolicy',
    'authorizationpolicies',
    authorizationPolicy,
    { versions: ['v1', 'v1beta1'] },
  ),
  RequestAuthentication: define(
    istioSecurity,
    'RequestAuthentication',
    'requestauthentications',
    requestAuthentication,
    { versions: ['v1', 'v1beta1'] },
  ),
  DestinationRule: define(
    istioNetworking,
    'DestinationRule',
    'destinationrules',
    destinationRule,
    { versions: istioVersions },
  ),
  ServiceEntry: define(
    istioNetworking,
    'ServiceEntry',
    'serviceentries',
    serviceEntry,
    { versions: istioVersions },
  ),
  WorkloadEntry: define(
    istioNetworking,
    'WorkloadEntry',
    'workloadentries',
    workloadEntry,
    { versions: istioVersions },
  ),
  Sidecar: define(istioNetworking, 'Sidecar', 'sidecars', sidecar, {
    versions: istioVersions,
  }),
  // Newest first: what an older version is asked for lacks `accessPolicy`.
  Server: define(linkerdPolicy, 'Server', 'servers', linkerdServer, {
    versions: ['v1beta3', 'v1beta2', 'v1beta1'],
  }),
  ServerAuthorization: define(
    linkerdPolicy,
    'ServerAuthorization',
    'serverauthorizations',
    serverAuthorization,
    { versions: ['v1beta1'] },
  ),
  'AuthorizationPolicy.policy.linkerd.io': define(
    linkerdPolicy,
    'AuthorizationPolicy',
    'authorizationpolicies',
    linkerdAuthorizationPolicy,
    { versions: ['v1alpha1'] },
  ),
  MeshTLSAuthentication: define(
    linkerdPolicy,
    'MeshTLSAuthentication',
    'meshtlsauthentications',
    meshTlsAuthentication,
    { versions: ['v1alpha1'] },
  ),
  NetworkAuthentication: define(
    linkerdPolicy,
    'NetworkAuthentication',
    'networkauthentications',
    networkAuthentication,
    { versions: ['v1alpha1'] },
  ),
  'HTTPRoute.policy.linkerd.io': define(
    linkerdPolicy,
    'HTTPRoute',
    'httproutes',
    httpRoute,
    { versions: ['v1beta3', 'v1beta2', 'v1beta1'] },
  ),
  EgressNetwork: define(
    linkerdPolicy,
    'EgressNetwork',
    'egressnetworks',
    egressNetwork,
    { versions: ['v1alpha1'] },
  ),
  AdminNetworkPolicy: define(
    'policy.networking.k8s.io',
    'AdminNetworkPolicy',
    'adminnetworkpolicies',
    tieredPolicy,
    { namespaced: false, versions: ['v1alpha1'] },
  ),
  BaselineAdminNetworkPolicy: define(
    'policy.networking.k8s.io',
    'BaselineAdminNetworkPolicy',
    'baselineadminnetworkpolicies',
    tieredPolicy,
    { namespaced: false, versions: ['v1alpha1'] },
  ),
  ClusterNetworkPolicy: define(
    'policy.networking.k8s.io',
    'ClusterNetworkPolicy',
    'clusternetworkpolicies',
    tieredPolicy,
    { namespaced: false, versions: ['v1alpha2'] },
  ),
  CiliumNetworkPolicy: define(
    'cilium.io',
    'CiliumNetworkPolicy',
    'ciliumnetworkpolicies',
    ciliumPolicy,
    { versions: ['v2'] },
  ),
  CiliumClusterwideNetworkPolicy: define(
    'cilium.io',
    'CiliumClusterwideNetworkPolicy',
    'ciliumclusterwidenetworkpolicies',
    ciliumPolicy,
    { namespaced: false, versions: ['v2'] },
  ),
  'NetworkPolicy.projectcalico.org': define(
    'projectcalico.org',
    'NetworkPolicy',
    'networkpolicies',
    calicoPolicy,
    { versions: ['v3'] },
  ),
  'GlobalNetworkPolicy.projectcalico.org': define(
    'projectcalico.org',
    'GlobalNetworkPolicy',
    'globalnetworkpolicies',
    calicoPolicy,
    { namespaced: false, versions: ['v3'] },
  ),
  'Tier.projectcalico.org': define(
    'projectcalico.org',
    'Tier',
    'tiers',
    calicoTier,
    { namespaced: false, versions: ['v3'] },
  ),
  'NetworkSet.projectcalico.org': define(
    'projectcalico.org',
    'NetworkSet',
    'networksets',
    calicoNetworkSet,
    { versions: ['v3'] },
  ),
  'GlobalNetworkSet.projectcalico.org': define(
    'projectcalico.org',
    'GlobalNetworkSet',
    'globalnetworksets',
    calicoNetworkSet,
    { namespaced: false, versions: ['v3'] },
  ),
  'HostEndpoint.projectcalico.org': define(
    'projectcalico.org',
    'HostEndpoint',
    'hostendpoints',
    calicoHostEndpoint,
    { namespaced: false, versions: ['v3'] },
  ),
  'NetworkPolicy.crd.projectcalico.org': define(
    'crd.projectcalico.org',
    'NetworkPolicy',
    'networkpolicies',
    calicoPolicy,
  ),
  'GlobalNetworkPolicy.crd.projectcalico.org': define(
    'crd.projectcalico.org',
    'GlobalNetworkPolicy',
    'globalnetworkpolicies',
    calicoPolicy,
    { namespaced: false },
  ),
  'Tier.crd.projectcalico.org': define(
    'crd.projectcalico.org',
    'Tier',
    'tiers',
    calicoTier,
    { namespaced: false },
  ),
  'NetworkSet.crd.projectcalico.org': define(
    'crd.projectcalico.org',
    'NetworkSet',
    'networksets',
    calicoNetworkSet,
  ),
  'GlobalNetworkSet.crd.projectcalico.org': define(
    'crd.projectcalico.org',
    'GlobalNetworkSet',
    'globalnetworksets',
    calicoNetworkSet,
    { namespaced: false },
  ),
  'HostEndpoint.crd.projectcalico.org': define(
    'crd.projectcalico.org',
    'HostEndpoint',
    'hostendpoints',
    calicoHostEndpoint,
    { namespaced: false },
  ),
  'StagedNetworkPolicy.projectcalico.org': define(
    'projectcalico.org',
    'StagedNetworkPolicy',
    'stagednetworkpolicies',
    stagedPolicy,
    { metadataOnly: true, versions: ['v3'] },
  ),
  'StagedGlobalNetworkPolicy.projectcalico.org': define(
    'projectcalico.org',
    'StagedGlobalNetworkPolicy',
    'stagedglobalnetworkpolicies',
    stagedPolicy,
    { namespaced: false, metadataOnly: true, versions: ['v3'] },
  ),
  'StagedKubernetesNetworkPolicy.projectcalico.org': define(
    'projectcalico.org',
    'StagedKubernetesNetworkPolicy',
    'stagedkubernetesnetworkpolicies',
    stagedPolicy,
    { metadataOnly: true, versions: ['v3'] },
  ),
  'StagedNetworkPolicy.crd.projectcalico.org': define(
    'crd.projectcalico.org',
    'StagedNetworkPolicy',
    'stagednetworkpolicies',
    stagedPolicy,
    { metadataOnly: true },
  ),
  'StagedGlobalNetworkPolicy.crd.projectcalico.org': define(
    'crd.projectcalico.org',
    'StagedGlobalNetworkPolicy',
    'stagedglobalnetworkpolicies',
    stagedPolicy,
    { namespaced: false, metadataOnly: true },
  ),
  'StagedKubernetesNetworkPolicy.crd.projectcalico.org': define(
    'crd.projectcalico.org',
    'StagedKubernetesNetworkPolicy',
    'stagedkubernetesnetworkpolicies',
    stagedPolicy,
    { metadataOnly: true },
  ),
} as const;

/** A key of {@link KINDS}: the kind's name, with its group where two kinds share the name. */
export type KindName = keyof typeof KINDS;

/** The object of a kind, as its schema projects it. */
export type Resource<K extends KindName> = z.infer<(typeof KINDS)[K]['schema']>;

export const KIND_NAMES = Object.keys(KINDS) as KindName[];

const byGroupAndKind = new Map<string, KindName>(
  KIND_NAMES.map(name => [`${KINDS[name].group}/${KINDS[name].kind}`, name]),
);

/** The engine's name for a kind of an API group, or undefined where it reads no such kind. */
export function kindNameOf(group: string, kind: string): KindName | undefined {
  return byGroupAndKind.get(`${group}/${kind}`);
}

/**
 * Whether Kubernetes once served the kind in the group `extensions`, which no
 * API server of today does: an object written for it would silently not exist.
 */
export function isRemovedKind(group: string, kind: string): boolean {
  return (
    group === 'extensions' &&
    [
      'Deployment',
      'DaemonSet',
      'ReplicaSet',
      'Ingress',
      'NetworkPolicy',
    ].includes(kind)
  );
}
