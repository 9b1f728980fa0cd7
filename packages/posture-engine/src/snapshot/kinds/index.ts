export * from './kinds';
export type { LabelSelector, Metadata, OwnerReference } from './metadata';
export type { Namespace, Node, Secret, Service, ServiceAccount } from './core';
export type {
  Container,
  Pod,
  PodOwner,
  PodSpec,
  PodTemplate,
  Volume,
} from './pod';
export type {
  Ingress,
  IstioGateway,
  OpenShiftRoute,
  VirtualService,
} from './edge';
export type {
  Gateway,
  GatewayListener,
  GatewayRoute,
  GrpcRoute,
  HttpRoute,
  ListenerSet,
} from './gatewayApi';
export type {
  CiliumDomainName,
  CiliumEgressRule,
  CiliumIngressRule,
  CiliumPolicy,
  CiliumPolicySpec,
  CiliumPortRule,
  CiliumService,
} from './cilium';
export type {
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  TieredPolicy,
  TieredPolicyPeer,
  TieredPolicyRule,
} from './network';
export type {
  CalicoEntity,
  CalicoHostEndpoint,
  CalicoNetworkSet,
  CalicoPolicy,
  CalicoRule,
  CalicoTier,
} from './calico';
export type {
  AuthorizationPolicy,
  AuthorizationRule,
  DestinationRule,
  PeerAuthentication,
  RequestAuthentication,
  ServiceEntry,
  Sidecar,
  WorkloadEntry,
  WrittenEndpoint,
} from './istio';
export type {
  LinkerdAuthorizationPolicy,
  LinkerdNetwork,
  LinkerdReference,
  LinkerdServer,
  MeshTlsAuthentication,
  NetworkAuthentication,
  ServerAuthorization,
} from './linkerd';
export type { EnvoyFilter, EnvoyPatch, PatchedFields } from './envoy';
export type { ClusterRole, PolicyRule, Role, RoleBinding } from './rbac';
export type { ClusterSpiffeId } from './spire';
