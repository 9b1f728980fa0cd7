/** What the real istiod computes for the proxies of a mesh. */
import {
  AdsStream,
  IstiodServer,
  KubernetesServers,
  StoredObject,
  StoredObjects,
  ZtunnelState,
  askAsZtunnel,
} from '@backstage-zero-trust/test-servers';
import { ConfigDump } from './envoy/ConfigDump';
import type { RandomMesh } from './randomMesh';

const TYPES = {
  clusters: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
  listeners: 'type.googleapis.com/envoy.config.listener.v3.Listener',
  endpoints:
    'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
};

export interface ComputedMesh {
  /** Those of the mesh that the API server takes, as it gives them back. */
  objects: readonly StoredObject[];
  /** Of each pod that has a sidecar or is a gateway, by `namespace/name`. */
  proxies: ReadonlyMap<string, ConfigDump>;
  /** What ztunnels are told, if the mesh has any. */
  ztunnel?: ZtunnelState;
  /** Of the waypoint, if there is one. */
  waypoint?: ConfigDump;
}

export class IstiodOracle {
  static async start(): Promise<IstiodOracle> {
    const kubernetes = await KubernetesServers.start();
    try {
      await IstiodServer.prepare(kubernetes);
      return new IstiodOracle(kubernetes, StoredObjects.create(kubernetes));
    } catch (error) {
      await kubernetes.stop();
      throw error;
    }
  }

  private constructor(
    private readonly kubernetes: KubernetesServers,
    private readonly store: StoredObjects,
  ) {}

  /** An istiod that starts over objects that lie there has nothing to wait for when it says that it is ready. */
  async compute(mesh: RandomMesh): Promise<ComputedMesh> {
    for (const [name, labels] of Object.entries(mesh.namespaces)) {
      await this.#labelNamespace(name, labels);
    }
    const objects = await this.store.replace(mesh.objects);
    const istiod = await IstiodServer.start({
      kubernetes: this.kubernetes,
      meshConfig: mesh.meshConfig,
      ambient: mesh.ambient,
    });
    try {
      const proxies = new Map<string, ConfigDump>();
      let waypoint: ConfigDump | undefined;
      for (const object of objects) {
        const { namespace, name } = object.metadata;
        const role = roleOf(object);
        if (role === 'waypoint') {
          waypoint = await configOf(role, object, istiod);
        } else if (role) {
          const config = await configOf(role, object, istiod);
          proxies.set(`${namespace}/${name}`, config);
        }
      }
      return {
        objects,
        proxies,
        ...(mesh.ambient ? { ztunnel: await askAsZtunnel(istiod) } : {}),
        ...(waypoint ? { waypoint } : {}),
      };
    } finally {
      await istiod.stop();
    }
  }

  async stop(): Promise<void> {
    await this.kubernetes.stop();
  }

  async #labelNamespace(
    name: string,
    labels: Readonly<Record<string, string>>,
  ): Promise<void> {
    const { status } = await this.kubernetes.request(
      `/api/v1/namespaces/${name}`,
      {
        method: 'PUT',
        body: { metadata: { name, labels } },
      },
    );
    if (status === 404) {
      await this.kubernetes.request('/api/v1/namespaces', {
        method: 'POST',
        body: { metadata: { name, labels } },
      });
    }
  }
}

type Role = 'sidecar' | 'router' | 'waypoint';

interface PodFields {
  containers: { name: string; args?: [string, Role] }[];
  serviceAccountName: string;
}

/** Of the Envoy of a pod, if it has one. */
function roleOf({ kind, spec }: StoredObject): Role | undefined {
  return kind === 'Pod'
    ? (spec as PodFields).containers.find(({ name }) => name === 'istio-proxy')
        ?.args?.[1]
    : undefined;
}

async function configOf(
  role: Role,
  { metadata, spec, status }: StoredObject,
  istiod: IstiodServer,
): Promise<ConfigDump> {
  const { name, namespace, labels } = metadata;
  const { podIP } = status as { podIP: string };
  const stream = AdsStream.open(istiod.discoveryAddress, {
    id: `${role}~${podIP}~${name}.${namespace}~${namespace}.svc.cluster.local`,
    metadata: {
      NAMESPACE: namespace,
      NAME: name,
      CLUSTER_ID: 'Kubernetes',
      SERVICE_ACCOUNT: (spec as PodFields).serviceAccountName,
      INSTANCE_IPS: podIP,
      ISTIO_VERSION: '1.31.0',
      LABELS: labels,
    },
  });
  const read = async () =>
    ConfigDump.create(
      await istiod.debug(
        `/debug/config_dump?include_eds&proxyID=${name}.${namespace}`,
      ),
    );
  try {
    await stream.subscribe(TYPES.clusters);
    await stream.subscribe(TYPES.listeners);
    const { clusters } = await read();
    const named = [...clusters.values()]
      .filter(({ type }) => type === 'EDS')
      .map(cluster => String(cluster.name));
    if (named.length > 0) {
      await stream.subscribe(TYPES.endpoints, named);
    }
    return await read();
  } finally {
    stream.close();
  }
}
