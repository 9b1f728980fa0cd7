/** For the tests of mesh objects without an effect: a short cluster with both data planes, and what is said of its objects. */
import { parseManifests } from '../manifests';
import { ineffectiveMeshObjects } from '../mesh/ineffective';
import type { IneffectivePolicy } from '../network/ineffective';
import { ClusterSnapshot, Coverage, KindCoverage, KindName } from '../snapshot';

/** Running pods: in `shop` with sidecars, in `stock` taken over by ztunnel, in `old` without a mesh. */
const PODS = [
  ['shop', 'web'],
  ['shop', 'orders'],
  ['stock', 'items'],
  ['old', 'batch'],
]
  .map(([namespace, app]) => {
    const isSidecar = namespace === 'shop';
    const isAmbient = namespace === 'stock';
    return `
apiVersion: v1
kind: Namespace
metadata: { name: ${namespace} }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: ${app}, namespace: ${namespace} }
---
apiVersion: v1
kind: Pod
metadata:
  name: ${app}
  namespace: ${namespace}
  creationTimestamp: "2026-05-01T00:00:00Z"
  labels: { app: ${app} }
  annotations: { ${isAmbient ? 'ambient.istio.io/redirection: enabled' : ''} }
spec:
  nodeName: node-1
  serviceAccountName: ${app}
  containers:
    - { name: app, ports: [{ containerPort: 8080 }] }
    ${
      isSidecar
        ? '- { name: istio-proxy, image: proxyv2, args: [proxy, sidecar] }'
        : ''
    }
---
apiVersion: v1
kind: Service
metadata: { name: ${app}, namespace: ${namespace} }
spec: { selector: { app: ${app} }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
`;
  })
  .join('---\n');

const GROUPS: Readonly<Record<string, string>> = {
  DestinationRule: 'networking.istio.io/v1',
  Sidecar: 'networking.istio.io/v1',
  ClusterSPIFFEID: 'spire.spiffe.io/v1alpha1',
};

/** An object of Istio's, `namespace/name`, its spec in YAML flow style; the day of May 2026 on which it was created. */
export function meshObject(
  kind: string,
  name: string,
  spec: string,
  { day = 1, annotations = '' } = {},
): string {
  const [namespace, own = namespace] = name.split('/');
  return `
apiVersion: ${GROUPS[kind] ?? 'security.istio.io/v1'}
kind: ${kind}
metadata:
  name: ${own}
  ${own === namespace ? '' : `namespace: ${namespace}`}
  creationTimestamp: "2026-05-${String(day).padStart(2, '0')}T00:00:00Z"
  annotations: { ${annotations} }
spec: ${spec}
`;
}

export interface IneffectiveMeshOptions {
  meshConfig?: Record<string, unknown>;
  /** Kinds that were not simply listed. */
  coverage?: Partial<Record<KindName, KindCoverage>>;
}

export function ineffectiveInMesh(
  manifests: readonly string[],
  { meshConfig = {}, coverage = {} }: IneffectiveMeshOptions = {},
): readonly IneffectivePolicy[] {
  const { objects, problems } = parseManifests(
    [PODS, ...manifests].join('---\n'),
    'test.yaml',
  );
  if (problems.length > 0) {
    throw new Error(JSON.stringify(problems));
  }
  return ineffectiveMeshObjects(
    ClusterSnapshot.create({
      cluster: 'test',
      objects: objects.map(({ object }) => object),
      coverage: found =>
        Coverage.create({ ...Coverage.complete().kinds, ...coverage }, found),
      settings: { meshConfig },
    }),
  );
}

/** `name field: because`. */
export function saidInMesh(
  manifests: readonly string[],
  options?: IneffectiveMeshOptions,
): string[] {
  return ineffectiveInMesh(manifests, options).map(
    ({ object, field, because }) => `${object.name} ${field}: ${because}`,
  );
}
