/** A workload, SPIRE's controller and a ClusterSPIFFEID, as the tests of several controls vary them. */

export const ID_TEMPLATE =
  'spiffe://{{ .TrustDomain }}/ns/{{ .PodMeta.Namespace }}/sa/{{ .PodSpec.ServiceAccountName }}';

export function spireController(
  className = 'own',
  more = '',
  trustDomain = 'example.org',
): string {
  return `
---
apiVersion: v1
kind: ConfigMap
metadata: { name: spire-controller-manager, namespace: spire }
data:
  controller-manager-config.yaml: |
    apiVersion: spire.spiffe.io/v1alpha1
    kind: ControllerManagerConfig
    clusterName: prod
    trustDomain: ${trustDomain}
    className: "${className}"
    ${more}`;
}

export function clusterSpiffeId(
  spec = 'className: own',
  name = 'workloads',
  status = '',
): string {
  return `
---
apiVersion: spire.spiffe.io/v1alpha1
kind: ClusterSPIFFEID
metadata: { name: ${name} }
spec: { ${
    spec.includes('spiffeIDTemplate')
      ? ''
      : `spiffeIDTemplate: '${ID_TEMPLATE}', `
  }${spec} }
${status && `status: ${status}`}`;
}

export function deploymentWith(
  spec = '',
  { name = 'orders', annotations = '' } = {},
): string {
  return `
---
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { team: shop } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: shop }
spec:
  template:
    metadata:
      labels: { app: ${name} }
      annotations: { ${annotations} }
    spec:
      serviceAccountName: ${name}
      containers: [{ name: app }]
      ${spec}`;
}

/** The socket of SPIRE's Workload API. */
export const SOCKET =
  'volumes: [{ name: spire, csi: { driver: csi.spiffe.io } }]';
