/** Fills a new cluster: what every cluster has, the definitions of its optional kinds, then the objects that it is given. */
import { ManifestProblem } from '@backstage-zero-trust/posture-engine';
import { decodeObject } from '../admission/decode';
import { ApiError } from '../api/status';
import { nodeAddress } from '../controllers/Kubelet';
import { KindRegistry } from '../kinds/KindRegistry';
import { OPTIONAL_KINDS } from '../kinds/optionalKinds';
import { customResourceDefinitionOf } from '../kinds/servedKind';
import type { ApiObject } from '../store/apiObject';
import type { ObjectService } from '../store/ObjectService';
import { ClusterDefinition, servedGroups } from './clusterDefinition';
import { InputError, LocatedObject } from './folder';

const SYSTEM = 'system:apiserver';
const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

function node(name: string, index: number, version: string): ApiObject {
  const resources = { cpu: '8', memory: '32Gi', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
      },
    },
    spec: { podCIDR: `10.244.${index % 256}.0/24` },
    status: {
      addresses: [
        { type: 'InternalIP', address: nodeAddress(index) },
        { type: 'Hostname', address: name },
      ],
      capacity: resources,
      allocatable: resources,
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }],
      nodeInfo: {
        architecture: 'amd64',
        containerRuntimeVersion: 'containerd://2.1.4',
        kubeletVersion: version,
        operatingSystem: 'linux',
      },
    },
  };
}

function systemObjects(
  name: string,
  definition: ClusterDefinition,
): ApiObject[] {
  const { nodes, kubernetesVersion } = definition;
  const groups = servedGroups(definition);
  return [
    ...NAMESPACES.map(namespace => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace },
    })),
    ...OPTIONAL_KINDS.filter(({ group }) => groups.includes(group)).map(
      customResourceDefinitionOf,
    ),
    ...[...Array(nodes).keys()].map(index =>
      node(`${name}-node-${index + 1}`, index, kubernetesVersion),
    ),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: 'kubernetes',
        namespace: 'default',
        labels: { component: 'apiserver', provider: 'kubernetes' },
      },
      spec: {
        clusterIP: '10.96.0.1',
        ports: [{ name: 'https', port: 443, targetPort: 6443 }],
      },
    },
  ];
}

/** Kinds that others need come first; the rest keeps the order of the files. */
function rank({ object }: LocatedObject): number {
  const order = ['CustomResourceDefinition', 'Namespace', 'ServiceAccount'];
  const index = order.indexOf(object.kind);
  return index < 0 ? order.length : index;
}

export interface SeedOptions {
  name: string;
  definition: ClusterDefinition;
  kinds: KindRegistry;
  objects: ObjectService;
  /** What the cluster is to hold. */
  content: readonly LocatedObject[];
}

/** Throws an {@link InputError} with every object that cannot be taken. */
export function seedCluster(options: SeedOptions): void {
  const { name, definition, kinds, objects, content } = options;
  const restore = (object: ApiObject) => {
    const kind = kinds.ofManifest(object.apiVersion, object.kind);
    if (!kind) {
      throw new ApiError(
        404,
        'NotFound',
        `no matches for kind "${object.kind}" in version "${object.apiVersion}": this cluster does not serve it`,
      );
    }
    const version = object.apiVersion.slice(object.apiVersion.indexOf('/') + 1);
    return objects.restore(kind, decodeObject(object, { kind, version }), {
      user: SYSTEM,
    });
  };
  systemObjects(name, definition).forEach(restore);
  const problems: ManifestProblem[] = [];
  const seen = new Map<string, LocatedObject>();
  for (const located of [...content].sort((a, b) => rank(a) - rank(b))) {
    const { file, document, object } = located;
    try {
      const { metadata, kind } = restore(object as ApiObject);
      const key = [
        kind,
        object.apiVersion.split('/')[0],
        metadata.namespace,
        metadata.name,
      ].join('/');
      const first = seen.get(key);
      seen.set(key, located);
      if (first) {
        problems.push({
          file,
          document,
          field: 'metadata.name',
          message: `${kind} ${metadata.name} is already in ${first.file}, document ${first.document}`,
        });
      }
    } catch (error) {
      if (!(error instanceof ApiError)) {
        throw error;
      }
      problems.push({
        file,
        document,
        field: fieldOf(error),
        message: `${object.kind} ${object.metadata.name}: ${error.message}`,
      });
    }
  }
  if (problems.length > 0) {
    throw new InputError(problems);
  }
}

function fieldOf(error: ApiError): string {
  const [cause] = error.details?.causes ?? [];
  if (cause?.field) {
    return cause.field;
  }
  if (error.details?.kind === 'namespaces') {
    return 'metadata.namespace';
  }
  return error.code === 404 ? 'kind' : '';
}
