/** Deploys to a cluster of the demo and takes away again what was deployed. */
import { readFileSync } from 'node:fs';

interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
  };
  [field: string]: unknown;
}

interface ClusterAccess {
  name: string;
  url: string;
  adminToken: string;
}

const RESOURCES: Record<string, string> = {
  Namespace: 'namespaces',
  Deployment: 'deployments',
  NetworkPolicy: 'networkpolicies',
  AuthorizationPolicy: 'authorizationpolicies',
};

function collectionOf({ apiVersion, kind, metadata }: KubernetesObject) {
  const group = apiVersion.includes('/') ? `apis/${apiVersion}` : 'api/v1';
  const namespace =
    metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  return `/${group}${namespace}/${RESOURCES[kind]}`;
}

export class Deployer {
  readonly #access: ClusterAccess;
  readonly #deployed: KubernetesObject[] = [];

  static create(cluster: string): Deployer {
    const file = `${process.env.DEMO_FOLDER}/demo-cluster.json`;
    const { clusters } = JSON.parse(readFileSync(file, 'utf8')) as {
      clusters: ClusterAccess[];
    };
    const access = clusters.find(({ name }) => name === cluster);
    if (!access) {
      throw new Error(`The demo has no cluster ${cluster}`);
    }
    return new Deployer(access);
  }

  private constructor(access: ClusterAccess) {
    this.#access = access;
  }

  async deploy(object: KubernetesObject): Promise<void> {
    await this.#send('POST', collectionOf(object), object);
    this.#deployed.push(object);
  }

  /** The last first, so that namespaces go when they are empty. */
  async takeAway(): Promise<void> {
    for (const object of this.#deployed.splice(0).reverse()) {
      await this.#send(
        'DELETE',
        `${collectionOf(object)}/${object.metadata.name}`,
      );
    }
  }

  async #send(method: string, path: string, body?: object): Promise<void> {
    const response = await fetch(`${this.#access.url}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${this.#access.adminToken}`,
        'Content-Type': 'application/json',
      },
      body: body && JSON.stringify(body),
    });
    if (!response.ok) {
      throw new Error(`${method} ${path}: ${await response.text()}`);
    }
  }
}

/** So many workloads, shared out to namespaces, in the mesh, and policies of both layers that let all of them call a service. */
export async function deployCallers(
  deployer: Deployer,
  { namespaces, each }: { namespaces: number; each: number },
  service: { namespace: string; name: string },
): Promise<void> {
  for (let index = 0; index < namespaces; index++) {
    const namespace = `callers-${String(index).padStart(2, '0')}`;
    await deployer.deploy({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace, labels: { 'istio-injection': 'enabled' } },
    });
    for (let number = 0; number < each; number++) {
      const name = `caller-${String(number).padStart(2, '0')}`;
      const labels = { 'app.kubernetes.io/name': name, calls: service.name };
      await deployer.deploy({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name, namespace },
        spec: {
          replicas: 1,
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: { containers: [{ name: 'app', image: 'example.org/app:1' }] },
          },
        },
      });
    }
  }
  await deployer.deploy({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: {
      name: `${service.name}-callers`,
      namespace: service.namespace,
    },
    spec: {
      podSelector: {
        matchLabels: { 'app.kubernetes.io/name': service.name },
      },
      policyTypes: ['Ingress'],
      ingress: [
        {
          from: [
            {
              namespaceSelector: {},
              podSelector: { matchLabels: { calls: service.name } },
            },
          ],
          ports: [{ protocol: 'TCP', port: 8080 }],
        },
      ],
    },
  });
  await deployer.deploy({
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: {
      name: `${service.name}-callers`,
      namespace: service.namespace,
    },
    spec: {
      selector: { matchLabels: { 'app.kubernetes.io/name': service.name } },
      rules: [{ from: [{ source: { namespaces: ['callers-*'] } }] }],
    },
  });
}
