/**
 * The demo clusters, from the file in which their server says where they are,
 * and the creation of objects in them.
 *
 * Objects travel as the JSON that they are. The models of
 * `@kubernetes/client-node` would drop the field `from` of a NetworkPolicy,
 * which they call `_from`: what is deployed would not be what was checked.
 */
import { promises as fs } from 'node:fs';
import { ConflictError, InputError, NotFoundError } from '@backstage/errors';
import {
  KubernetesObject,
  groupOf,
} from '@backstage-zero-trust/posture-engine';

/** What of a cluster in the state file is of use here. */
export interface DemoCluster {
  name: string;
  dataPlane: string;
  /** The address of its API server. */
  url: string;
  adminToken: string;
}

interface ApiResourceList {
  resources: { name: string; kind: string; namespaced: boolean }[];
}

/** The first cluster that is there and protects its pods as asked. */
export async function findDemoCluster(
  stateFile: string,
  dataPlane: string,
): Promise<DemoCluster> {
  const text = await fs.readFile(stateFile, 'utf8').catch(() => {
    throw new NotFoundError(
      'The demo clusters do not run; start them with bin/start',
    );
  });
  const { clusters } = JSON.parse(text) as { clusters: DemoCluster[] };
  const cluster = clusters.find(candidate => candidate.dataPlane === dataPlane);
  if (!cluster) {
    throw new NotFoundError(
      `No demo cluster has the data plane "${dataPlane}"`,
    );
  }
  return cluster;
}

/**
 * Creates all of the objects, or, where one of them cannot be created, none.
 *
 * @throws ConflictError where one is there already, InputError where the
 * cluster refuses one.
 */
export async function createObjects(
  cluster: DemoCluster,
  objects: readonly KubernetesObject[],
): Promise<void> {
  const created: string[] = [];
  try {
    for (const object of objects) {
      const collection = await collectionOf(cluster, object);
      await request(cluster, 'POST', collection, object);
      created.push(`${collection}/${object.metadata.name}`);
    }
  } catch (error) {
    for (const path of created.reverse()) {
      await request(cluster, 'DELETE', path);
    }
    throw error;
  }
}

/** The path under which the cluster keeps objects of this kind in this namespace. */
async function collectionOf(
  cluster: DemoCluster,
  { apiVersion, kind, metadata }: KubernetesObject,
): Promise<string> {
  const root = `${groupOf(apiVersion) === '' ? '/api' : '/apis'}/${apiVersion}`;
  const { resources } = (await request(
    cluster,
    'GET',
    root,
  )) as ApiResourceList;
  const resource = resources.find(
    candidate => candidate.kind === kind && !candidate.name.includes('/'),
  );
  if (!resource) {
    throw new InputError(
      `${cluster.name} serves no kind "${kind}" in ${apiVersion}`,
    );
  }
  return resource.namespaced
    ? `${root}/namespaces/${metadata.namespace ?? 'default'}/${resource.name}`
    : `${root}/${resource.name}`;
}

async function request(
  cluster: DemoCluster,
  method: string,
  path: string,
  body?: KubernetesObject,
): Promise<unknown> {
  const response = await fetch(`${cluster.url}${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${cluster.adminToken}`,
      Accept: 'application/json',
      ...(body ? { 'Content-Type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
    signal: AbortSignal.timeout(10_000),
  });
  const answer: unknown = await response.json();
  if (response.ok) {
    return answer;
  }
  const { message } = answer as { message?: string };
  throw response.status === 409
    ? new ConflictError(`${cluster.name}: ${message}; nothing was changed`)
    : new InputError(`${cluster.name} refuses it: ${message}`);
}
