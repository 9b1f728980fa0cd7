/** Requests that nobody sends by mistake: each gets its answer, and the server lives on. */
import { connect } from 'node:net';
import { DemoCluster } from '../cluster/DemoCluster';
import { namespace, workload } from '../testing/manifests';
import { readPods } from '../testing/readPods';

describe('a server that is treated badly', () => {
  let cluster: DemoCluster;

  beforeAll(async () => {
    cluster = await DemoCluster.start({
      name: 'test',
      objects: [namespace('shop')],
    });
  });

  afterAll(() => cluster.stop());

  const answers = async () => (await fetch(`${cluster.url}/readyz`)).ok;
  const port = () => Number(new URL(cluster.url).port);
  /** Writes to a connection of its own; resolves once it is closed. */
  const send = (text: string, hangUp = false) =>
    new Promise<void>(resolve => {
      const socket = connect(port(), '127.0.0.1', () => {
        socket.write(text);
        if (hangUp) {
          socket.destroy();
        }
      });
      socket.on('error', () => resolve());
      socket.on('data', () => {});
      socket.on('close', () => resolve());
    });
  const post = async (path: string, body: unknown) => {
    const response = await fetch(cluster.url + path, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${cluster.adminToken}`,
        'Content-Type': 'application/json',
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return {
      code: response.status,
      body: (await response.json()) as { message?: string },
    };
  };
  const configMaps = '/api/v1/namespaces/shop/configmaps';
  const configMap = (metadata: object) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
  });

  it.each(['//[', '/%', '/api/v1/namespaces/%zz/pods', 'http://[/x', '*'])(
    'lives on after the target %s, which is no address',
    async target => {
      await send(
        `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      );
      expect(await answers()).toBe(true);
    },
  );

  it('lives on when a client goes away in the middle of its body', async () => {
    await send(
      `POST ${configMaps} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{`,
      true,
    );
    expect(await answers()).toBe(true);
  });

  it('refuses a body of more than 3 MiB', async () => {
    const { code, body } = await post(
      configMaps,
      ' '.repeat(3 * 1024 * 1024 + 1),
    );
    expect([code, body.message]).toEqual([
      413,
      'Request entity too large: limit is 3145728',
    ]);
  });

  it.each<[string, object, string]>([
    ['that are no maps', [5], 'metadata.ownerReferences[0].apiVersion'],
    [
      'without a uid',
      [{ apiVersion: 'v1', kind: 'Pod', name: 'a' }],
      'metadata.ownerReferences[0].uid: Invalid value: "": uid must not be empty',
    ],
    [
      'that are no list',
      { a: 1 },
      'Go struct field ObjectMeta.metadata.ownerReferences',
    ],
  ])('refuses owners %s', async (_, ownerReferences, message) => {
    const { code, body } = await post(
      configMaps,
      configMap({ name: 'a', ownerReferences }),
    );
    expect([code, body.message]).toEqual([
      code === 400 ? 400 : 422,
      expect.stringContaining(message),
    ]);
  });

  it('removes owners that own each other, once', async () => {
    const owned = (name: string, owner: string) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name,
        namespace: 'shop',
        uid: `uid-${name}`,
        ownerReferences: [
          {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            name: owner,
            uid: `uid-${owner}`,
          },
        ],
      },
    });
    cluster.apply(owned('hen', 'egg'));
    cluster.apply(owned('egg', 'hen'));
    cluster.delete({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: 'shop',
      name: 'hen',
    });
    expect(
      cluster.get({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        namespace: 'shop',
        name: 'egg',
      }),
    ).toBeUndefined();
  });

  it.each(['many', -1, 1.5, [1]])('refuses %j replicas', async replicas => {
    const { code, body } = await post(
      '/apis/apps/v1/namespaces/shop/deployments',
      {
        ...workload('web'),
        spec: { ...(workload('web').spec as object), replicas },
      },
    );
    expect([code, body.message]).toEqual([
      422,
      expect.stringContaining('spec.replicas'),
    ]);
  });

  it('makes what it can where a workload asks for pods that cannot be', async () => {
    // The name of its ReplicaSet would be too long.
    cluster.apply({
      ...workload('web'),
      metadata: { name: 'x'.repeat(250), namespace: 'shop' },
    });
    cluster.apply(workload('fine'));
    expect(await readPods(cluster)).toHaveLength(1);
  });

  it('does not let a definition replace a built-in kind', async () => {
    await post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'deployments.apps' },
      spec: {
        group: 'apps',
        scope: 'Cluster',
        names: { plural: 'deployments', kind: 'Nothing' },
        versions: [{ name: 'v1', served: true, storage: true }],
      },
    });
    expect(cluster.serves('apps/v1', 'Deployment')).toBe(true);
    expect(cluster.serves('apps/v1', 'Nothing')).toBe(false);
  });
});
