/** The pods of a cluster, read as a client reads them. */
import type { DemoCluster } from '../cluster/DemoCluster';
import type { ApiObject } from '../store/apiObject';

export async function readList(
  cluster: DemoCluster,
  path: string,
): Promise<ApiObject[]> {
  const response = await fetch(cluster.url + path, {
    headers: { Authorization: `Bearer ${cluster.readerToken}` },
  });
  const { items } = (await response.json()) as { items: ApiObject[] };
  return items;
}

export function readPods(
  cluster: DemoCluster,
  namespace = 'shop',
): Promise<ApiObject[]> {
  return readList(cluster, `/api/v1/namespaces/${namespace}/pods`);
}
