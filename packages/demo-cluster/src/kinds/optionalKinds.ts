/**
 * The kinds of add-ons, by API group: a cluster that has the add-on serves
 * them. Versions, short names and columns are those of the projects' own
 * CustomResourceDefinitions.
 */
import { KINDS, KIND_NAMES } from '@backstage-zero-trust/posture-engine';
import { BUILT_IN_KINDS } from './builtInKinds';
import { Column, resourceName, ServedKind } from './servedKind';

const age: Column = {
  name: 'Age',
  type: 'date',
  value: '.metadata.creationTimestamp',
};

function text(name: string, value: string): Column {
  return { name, type: 'string', value };
}

interface Details {
  versions?: readonly string[];
  shortNames?: readonly string[];
  category?: string;
  columns?: readonly Column[];
  status?: boolean;
  namespaced?: boolean;
}

const meshVersions = ['v1', 'v1alpha3', 'v1beta1'];
const securityVersions = ['v1', 'v1beta1'];
const gatewayVersions = ['v1', 'v1beta1'];
const gatewayApi = { category: 'gateway-api' };
const mesh = { category: 'istio-io' };
const linkerdAuthentication = { versions: ['v1alpha1'], status: false };
const certManager = { category: 'cert-manager' };
const externalSecrets = { category: 'external-secrets' };
const prometheus = { category: 'prometheus-operator' };

/** What only a server needs to know of the optional kinds that the engine reads. */
const READ: Record<string, Details> = {
  'httproutes.gateway.networking.k8s.io': {
    ...gatewayApi,
    versions: gatewayVersions,
    columns: [text('Hostnames', '.spec.hostnames'), age],
  },
  'grpcroutes.gateway.networking.k8s.io': {
    ...gatewayApi,
    columns: [text('Hostnames', '.spec.hostnames'), age],
  },
  'tlsroutes.gateway.networking.k8s.io': gatewayApi,
  'tcproutes.gateway.networking.k8s.io': gatewayApi,
  'udproutes.gateway.networking.k8s.io': gatewayApi,
  'gateways.gateway.networking.k8s.io': {
    ...gatewayApi,
    versions: gatewayVersions,
    shortNames: ['gtw'],
    columns: [text('Class', '.spec.gatewayClassName'), age],
  },
  'listenersets.gateway.networking.k8s.io': {
    ...gatewayApi,
    columns: [text('Gateway', '.spec.parentRef.name'), age],
  },
  'gateways.networking.istio.io': {
    ...mesh,
    versions: meshVersions,
    shortNames: ['gw'],
  },
  'virtualservices.networking.istio.io': {
    ...mesh,
    versions: meshVersions,
    shortNames: ['vs'],
    columns: [
      text('Gateways', '.spec.gateways'),
      text('Hosts', '.spec.hosts'),
      age,
    ],
  },
  'peerauthentications.security.istio.io': {
    ...mesh,
    versions: securityVersions,
    shortNames: ['pa'],
    columns: [text('Mode', '.spec.mtls.mode'), age],
  },
  'authorizationpolicies.security.istio.io': {
    ...mesh,
    versions: securityVersions,
    shortNames: ['ap'],
    columns: [text('Action', '.spec.action'), age],
  },
  'servers.policy.linkerd.io': {
    versions: ['v1beta1', 'v1beta2', 'v1beta3'],
    shortNames: ['srv'],
    columns: [
      text('Port', '.spec.port'),
      text('Protocol', '.spec.proxyProtocol'),
      text('Access Policy', '.spec.accessPolicy'),
    ],
    status: false,
  },
  'serverauthorizations.policy.linkerd.io': {
    versions: ['v1beta1'],
    shortNames: ['saz'],
    columns: [text('Server', '.spec.server.name')],
    status: false,
  },
  'authorizationpolicies.policy.linkerd.io': linkerdAuthentication,
  'meshtlsauthentications.policy.linkerd.io': linkerdAuthentication,
  'networkauthentications.policy.linkerd.io': linkerdAuthentication,
  'httproutes.policy.linkerd.io': {
    versions: ['v1beta1', 'v1beta2', 'v1beta3'],
    columns: [text('Hostnames', '.spec.hostnames'), age],
  },
  'egressnetworks.policy.linkerd.io': {
    versions: ['v1alpha1'],
    category: 'policy',
  },
  'adminnetworkpolicies.policy.networking.k8s.io': {
    versions: ['v1alpha1'],
    shortNames: ['anp'],
    columns: [text('Priority', '.spec.priority'), age],
  },
  'baselineadminnetworkpolicies.policy.networking.k8s.io': {
    versions: ['v1alpha1'],
    shortNames: ['banp'],
  },
  'clusternetworkpolicies.policy.networking.k8s.io': {
    versions: ['v1alpha2'],
    shortNames: ['cnp'],
    columns: [
      text('Tier', '.spec.tier'),
      text('Priority', '.spec.priority'),
      age,
    ],
  },
  'ciliumnetworkpolicies.cilium.io': {
    versions: ['v2'],
    shortNames: ['cnp', 'ciliumnp'],
    category: 'cilium',
  },
  'ciliumclusterwidenetworkpolicies.cilium.io': {
    versions: ['v2'],
    shortNames: ['ccnp'],
    category: 'cilium',
  },
};

/** The same for all kinds of a group that are not in {@link READ}. */
const READ_BY_GROUP: Record<string, Details> = {
  'projectcalico.org': { versions: ['v3'], status: false },
  'crd.projectcalico.org': { status: false },
};

function optional(
  identity: Pick<ServedKind, 'group' | 'kind' | 'plural' | 'namespaced'>,
  details: Details,
): ServedKind {
  return {
    ...identity,
    versions: details.versions ?? ['v1'],
    singular: identity.kind.toLowerCase(),
    shortNames: details.shortNames ?? [],
    categories: details.category ? [details.category] : [],
    status: details.status ?? true,
    scale: false,
    generation: true,
    returnsDeleted: false,
    fieldSelectors: [],
    columns: details.columns ?? [age],
    custom: true,
  };
}

function other(
  group: string,
  kind: string,
  plural: string,
  details: Details,
): ServedKind {
  const namespaced = details.namespaced ?? true;
  return optional({ group, kind, plural, namespaced }, details);
}

const istioNetworking = 'networking.istio.io';
const gatewayGroup = 'gateway.networking.k8s.io';
const all = { ...mesh, versions: meshVersions };

/** Kinds that are described whole here, whether the engine reads them or not. */
const described: readonly ServedKind[] = [
  other(
    'security.istio.io',
    'RequestAuthentication',
    'requestauthentications',
    {
      ...mesh,
      versions: securityVersions,
      shortNames: ['ra'],
    },
  ),
  other(istioNetworking, 'DestinationRule', 'destinationrules', {
    ...all,
    shortNames: ['dr'],
    columns: [text('Host', '.spec.host'), age],
  }),
  other(istioNetworking, 'ServiceEntry', 'serviceentries', {
    ...all,
    shortNames: ['se'],
    columns: [text('Hosts', '.spec.hosts'), age],
  }),
  other(istioNetworking, 'Sidecar', 'sidecars', all),
  other(istioNetworking, 'WorkloadEntry', 'workloadentries', {
    ...all,
    shortNames: ['we'],
  }),
  other(istioNetworking, 'WorkloadGroup', 'workloadgroups', {
    ...all,
    shortNames: ['wg'],
  }),
  other(istioNetworking, 'EnvoyFilter', 'envoyfilters', {
    ...mesh,
    versions: ['v1alpha3'],
  }),
  other(istioNetworking, 'ProxyConfig', 'proxyconfigs', {
    ...mesh,
    versions: ['v1beta1'],
  }),
  other('telemetry.istio.io', 'Telemetry', 'telemetries', {
    ...mesh,
    versions: ['v1', 'v1alpha1'],
    shortNames: ['telemetry'],
  }),
  other('extensions.istio.io', 'WasmPlugin', 'wasmplugins', {
    ...mesh,
    versions: ['v1alpha1'],
  }),
  other(gatewayGroup, 'GatewayClass', 'gatewayclasses', {
    ...gatewayApi,
    versions: gatewayVersions,
    shortNames: ['gc'],
    namespaced: false,
    columns: [text('Controller', '.spec.controllerName'), age],
  }),
  other(gatewayGroup, 'ReferenceGrant', 'referencegrants', {
    ...gatewayApi,
    versions: ['v1beta1', 'v1'],
    shortNames: ['refgrant'],
    status: false,
  }),
  other('cert-manager.io', 'Certificate', 'certificates', {
    ...certManager,
    shortNames: ['cert', 'certs'],
  }),
  other('cert-manager.io', 'Issuer', 'issuers', {
    ...certManager,
    shortNames: ['iss'],
  }),
  other('cert-manager.io', 'ClusterIssuer', 'clusterissuers', {
    ...certManager,
    shortNames: ['ciss'],
    namespaced: false,
  }),
  other('external-secrets.io', 'ExternalSecret', 'externalsecrets', {
    ...externalSecrets,
    shortNames: ['es'],
  }),
  other('external-secrets.io', 'SecretStore', 'secretstores', {
    ...externalSecrets,
    shortNames: ['ss'],
  }),
  other('external-secrets.io', 'ClusterSecretStore', 'clustersecretstores', {
    ...externalSecrets,
    shortNames: ['css'],
    namespaced: false,
  }),
  other('monitoring.coreos.com', 'ServiceMonitor', 'servicemonitors', {
    ...prometheus,
    shortNames: ['smon'],
  }),
  other('monitoring.coreos.com', 'PodMonitor', 'podmonitors', {
    ...prometheus,
    shortNames: ['pmon'],
  }),
  other('monitoring.coreos.com', 'PrometheusRule', 'prometheusrules', {
    ...prometheus,
    shortNames: ['promrule'],
  }),
  other(
    'secrets-store.csi.x-k8s.io',
    'SecretProviderClass',
    'secretproviderclasses',
    { versions: ['v1', 'v1alpha1'], status: false },
  ),
  other('spire.spiffe.io', 'ClusterSPIFFEID', 'clusterspiffeids', {
    versions: ['v1alpha1'],
    namespaced: false,
  }),
  other('kyverno.io', 'ClusterPolicy', 'clusterpolicies', {
    category: 'kyverno',
    versions: ['v1', 'v2beta1'],
    shortNames: ['cpol'],
    namespaced: false,
  }),
  other(
    'templates.gatekeeper.sh',
    'ConstraintTemplate',
    'constrainttemplates',
    {
      versions: ['v1', 'v1alpha1', 'v1beta1'],
      namespaced: false,
    },
  ),
];

const known = new Set([...BUILT_IN_KINDS, ...described].map(resourceName));

/** The others that the engine reads, from its own table. */
const read = KIND_NAMES.map(name => KINDS[name])
  .filter(kind => !known.has(resourceName(kind)))
  .map(({ group, kind, plural, namespaced }) =>
    optional(
      { group, kind, plural, namespaced },
      READ[resourceName({ group, plural })] ?? READ_BY_GROUP[group] ?? {},
    ),
  );

export const OPTIONAL_KINDS: readonly ServedKind[] = [...read, ...described];

/** The groups that a cluster may be asked to serve, sorted. */
export const OPTIONAL_GROUPS: readonly string[] = [
  ...new Set(OPTIONAL_KINDS.map(({ group }) => group)),
].sort();
