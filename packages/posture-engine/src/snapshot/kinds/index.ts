/**
 * Every kind that the engine reads: where an API server serves it, and the
 * schema that checks, projects and types it. A new kind is a line here and a
 * schema beside it; sources list exactly what this table says.
 */
import { z } from 'zod';
import { configMap, namespace, secret, service, serviceAccount } from './core';
import { authorizationPolicy, peerAuthentication } from './istio';
import { gatewayRoute, ingress, networkPolicy, opaquePolicy } from './network';
import { cronJob, pod, podOwner } from './pod';

const core = '';
const gatewayApi = 'gateway.networking.k8s.io';
const istioSecurity = 'security.istio.io';

/** How a kind is found in the API. `plural` is its resource name; `metadataOnly` kinds are requested without their content. */
export interface KindDefinition<S extends z.ZodType = z.ZodType> {
  group: string;
  kind: string;
  plural: string;
  namespaced: boolean;
  schema: S;
  /** Narrows what is requested, so that nothing beyond it is ever read. */
  fieldSelector?: string;
  metadataOnly?: boolean;
}

function define<S extends z.ZodType>(
  group: string,
  kind: string,
  plural: string,
  schema: S,
  options: Partial<
    Pick<KindDefinition, 'namespaced' | 'fieldSelector' | 'metadataOnly'>
  > = {},
): KindDefinition<S> {
  return { group, kind, plural, schema, namespaced: true, ...options };
}

export const KINDS = {
  Namespace: define(core, 'Namespace', 'namespaces', namespace, {
    namespaced: false,
  }),
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
    fieldSelector: 'metadata.name=istio',
  }),
  Secret: define(core, 'Secret', 'secrets', secret, {
    fieldSelector: 'type=kubernetes.io/service-account-token',
    metadataOnly: true,
  }),
  Deployment: define('apps', 'Deployment', 'deployments', podOwner),
  StatefulSet: define('apps', 'StatefulSet', 'statefulsets', podOwner),
  DaemonSet: define('apps', 'DaemonSet', 'daemonsets', podOwner),
  ReplicaSet: define('apps', 'ReplicaSet', 'replicasets', podOwner),
  Job: define('batch', 'Job', 'jobs', podOwner),
  CronJob: define('batch', 'CronJob', 'cronjobs', cronJob),
  NetworkPolicy: define(
    'networking.k8s.io',
    'NetworkPolicy',
    'networkpolicies',
    networkPolicy,
  ),
  Ingress: define('networking.k8s.io', 'Ingress', 'ingresses', ingress),
  HTTPRoute: define(gatewayApi, 'HTTPRoute', 'httproutes', gatewayRoute),
  GRPCRoute: define(gatewayApi, 'GRPCRoute', 'grpcroutes', gatewayRoute),
  TLSRoute: define(gatewayApi, 'TLSRoute', 'tlsroutes', gatewayRoute),
  TCPRoute: define(gatewayApi, 'TCPRoute', 'tcproutes', gatewayRoute),
  UDPRoute: define(gatewayApi, 'UDPRoute', 'udproutes', gatewayRoute),
  PeerAuthentication: define(
    istioSecurity,
    'PeerAuthentication',
    'peerauthentications',
    peerAuthentication,
  ),
  AuthorizationPolicy: define(
    istioSecurity,
    'AuthorizationPolicy',
    'authorizationpolicies',
    authorizationPolicy,
  ),
  AdminNetworkPolicy: define(
    'policy.networking.k8s.io',
    'AdminNetworkPolicy',
    'adminnetworkpolicies',
    opaquePolicy,
    { namespaced: false },
  ),
  BaselineAdminNetworkPolicy: define(
    'policy.networking.k8s.io',
    'BaselineAdminNetworkPolicy',
    'baselineadminnetworkpolicies',
    opaquePolicy,
    { namespaced: false },
  ),
  ClusterNetworkPolicy: define(
    'policy.networking.k8s.io',
    'ClusterNetworkPolicy',
    'clusternetworkpolicies',
    opaquePolicy,
    { namespaced: false },
  ),
  CiliumNetworkPolicy: define(
    'cilium.io',
    'CiliumNetworkPolicy',
    'ciliumnetworkpolicies',
    opaquePolicy,
  ),
  CiliumClusterwideNetworkPolicy: define(
    'cilium.io',
    'CiliumClusterwideNetworkPolicy',
    'ciliumclusterwidenetworkpolicies',
    opaquePolicy,
    { namespaced: false },
  ),
  'NetworkPolicy.projectcalico.org': define(
    'projectcalico.org',
    'NetworkPolicy',
    'networkpolicies',
    opaquePolicy,
  ),
  'GlobalNetworkPolicy.projectcalico.org': define(
    'projectcalico.org',
    'GlobalNetworkPolicy',
    'globalnetworkpolicies',
    opaquePolicy,
    { namespaced: false },
  ),
  'NetworkPolicy.crd.projectcalico.org': define(
    'crd.projectcalico.org',
    'NetworkPolicy',
    'networkpolicies',
    opaquePolicy,
  ),
  'GlobalNetworkPolicy.crd.projectcalico.org': define(
    'crd.projectcalico.org',
    'GlobalNetworkPolicy',
    'globalnetworkpolicies',
    opaquePolicy,
    { namespaced: false },
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

export type { LabelSelector, Metadata, OwnerReference } from './metadata';
export type { Namespace, Service, ServiceAccount } from './core';
export type {
  Container,
  Pod,
  PodOwner,
  PodSpec,
  PodTemplate,
  Volume,
} from './pod';
export type { GatewayRoute, Ingress, NetworkPolicy } from './network';
export type {
  AuthorizationPolicy,
  AuthorizationRule,
  PeerAuthentication,
} from './istio';
