/** What tests and the demo do with a cluster: fill it, change it, make it fail. */
import {
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Fault } from '../faults/fault';
import { namespace, workload } from '../testing/manifests';
import { readPods } from '../testing/readPods';
import { DemoCluster } from './DemoCluster';

const POLICIES = '/apis/networking.k8s.io/v1/networkpolicies';

function fetchAs(
  cluster: DemoCluster,
  path: string,
  token = cluster.readerToken,
) {
  return fetch(cluster.url + path, {
    headers: { Authorization: `Bearer ${token}` },
  });
}

describe('a cluster of objects', () => {
  let cluster: DemoCluster;

  beforeEach(async () => {
    cluster = await DemoCluster.start({
      name: 'test',
      objects: [namespace('shop')],
    });
  });

  afterEach(() => cluster.stop());

  it('stands beside others in one process, with its own objects and tokens', async () => {
    const other = await DemoCluster.start({ name: 'other' });
    try {
      expect(other.url).not.toBe(cluster.url);
      expect((await fetchAs(other, '/api/v1/namespaces/shop')).status).toBe(
        404,
      );
      expect(
        (await fetchAs(other, '/api/v1/namespaces', cluster.readerToken))
          .status,
      ).toBe(401);
    } finally {
      await other.stop();
    }
  });

  it('keeps uid, age and status of what it is given', () => {
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'a',
        namespace: 'shop',
        uid: 'my-own',
        creationTimestamp: '2020-01-01T00:00:00Z',
      },
    };
    expect(cluster.apply(object).metadata).toMatchObject({
      uid: 'my-own',
      creationTimestamp: '2020-01-01T00:00:00Z',
    });
  });

  it('replaces what is there: the uid stays, the generation counts up', () => {
    const first = cluster.apply(workload('web'));
    const second = cluster.apply(workload('web', { replicas: 2 }));
    expect(second.metadata.uid).toBe(first.metadata.uid);
    expect(second.metadata.generation).toBe(2);
  });

  it('says which kind it does not serve', () => {
    expect(() =>
      cluster.apply({
        apiVersion: 'security.istio.io/v1',
        kind: 'PeerAuthentication',
        metadata: { name: 'a', namespace: 'shop' },
      }),
    ).toThrow(
      'cluster test does not serve PeerAuthentication in security.istio.io (security.istio.io/v1)',
    );
  });

  it('writes down who asked for what, and no token', async () => {
    await fetchAs(cluster, '/api/v1/namespaces/shop/secrets?limit=1');
    const [entry] = cluster.requests.slice(-1);
    expect(entry).toMatchObject({
      method: 'GET',
      url: '/api/v1/namespaces/shop/secrets?limit=1',
      user: 'reader',
      code: 200,
      resource: {
        verb: 'list',
        group: '',
        resource: 'secrets',
        namespace: 'shop',
      },
    });
    expect(JSON.stringify(entry)).not.toContain(cluster.readerToken);
  });

  it('gives a kubeconfig for either account', async () => {
    expect(cluster.kubeconfig('admin')).toContain(cluster.adminToken);
    expect(cluster.kubeconfig()).toContain(cluster.readerToken);
    expect(cluster.kubeconfig()).not.toContain(cluster.adminToken);
  });
});

describe('what the reader may not read', () => {
  it('is a 403 for the reader, in those namespaces and in a list of all of them', async () => {
    const cluster = await DemoCluster.start({
      name: 'test',
      objects: [namespace('shop'), namespace('payments')],
      forbidden: [{ resources: ['networkpolicies'], namespaces: ['payments'] }],
    });
    const below = (name: string) =>
      POLICIES.replace(
        '/networkpolicies',
        `/namespaces/${name}/networkpolicies`,
      );
    try {
      expect((await fetchAs(cluster, below('payments'))).status).toBe(403);
      expect((await fetchAs(cluster, POLICIES)).status).toBe(403);
      expect((await fetchAs(cluster, below('shop'))).status).toBe(200);
      expect(
        (await fetchAs(cluster, POLICIES, cluster.adminToken)).status,
      ).toBe(200);
    } finally {
      await cluster.stop();
    }
  });
});

describe('faults', () => {
  let cluster: DemoCluster;

  beforeEach(async () => {
    cluster = await DemoCluster.start({
      name: 'test',
      objects: [namespace('shop')],
    });
  });

  afterEach(() => cluster.stop());

  const during = async <T>(
    fault: Fault,
    look: () => Promise<T>,
  ): Promise<T> => {
    const end = await cluster.fault(fault);
    try {
      return await look();
    } finally {
      await end();
    }
  };
  const status = async (path: string) => (await fetchAs(cluster, path)).status;
  const openWatch = async (path: string) => {
    const response = await fetchAs(cluster, `${path}?watch=true`);
    return response.text();
  };

  it('forbidden: 403 for what it names, and its watches end', async () => {
    const policies = openWatch(POLICIES).catch(() => 'cut');
    const pods = fetchAs(cluster, '/api/v1/pods?watch=true');
    await pods;
    await during(
      { type: 'forbidden', resources: ['networkpolicies'] },
      async () => {
        expect(await policies).toBe('cut');
        expect(await status(POLICIES)).toBe(403);
        expect(await status('/api/v1/pods')).toBe(200);
        expect(cluster.openWatches).toBe(1);
      },
    );
    expect(await status(POLICIES)).toBe(200);
  });

  it('unauthorized: 401 for every token', async () => {
    expect(
      await during({ type: 'unauthorized' }, () => status('/api/v1/pods')),
    ).toBe(401);
    expect(await status('/api/v1/pods')).toBe(200);
  });

  it('expired: 410 for every continue token and resourceVersion given out before', async () => {
    for (const name of ['a', 'b']) {
      cluster.apply({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, namespace: 'shop' },
      });
    }
    const list = await (
      await fetchAs(cluster, '/api/v1/configmaps?limit=1')
    ).json();
    const { continue: token, resourceVersion } = list.metadata;
    await cluster.fault({ type: 'expired' });
    expect(await status(`/api/v1/configmaps?limit=1&continue=${token}`)).toBe(
      410,
    );
    const watch = await fetchAs(
      cluster,
      `/api/v1/configmaps?watch=true&resourceVersion=${resourceVersion}`,
    );
    expect(JSON.parse(await watch.text())).toMatchObject({
      type: 'ERROR',
      object: { code: 410, reason: 'Expired' },
    });
  });

  it('slow: answers come, but late', async () => {
    const answered = jest.fn();
    const answer = during(
      { type: 'slow', milliseconds: 300, resources: ['pods'] },
      async () => {
        const slow = status('/api/v1/pods').then(answered);
        await status('/api/v1/nodes');
        expect(answered).not.toHaveBeenCalled();
        await slow;
      },
    );
    await answer;
    expect(answered).toHaveBeenCalledWith(200);
  });

  it('cut-watch: open watches of what it names end in the middle, once', async () => {
    const first = openWatch('/api/v1/pods').catch(() => 'cut');
    await fetchAs(cluster, '/api/v1/nodes?watch=true');
    await cluster.fault({ type: 'cut-watch', resources: ['pods'] });
    expect(await first).toBe('cut');
    expect(cluster.openWatches).toBe(1);
  });

  it('cut-watch with milliseconds: every watch ends after that long', async () => {
    await during({ type: 'cut-watch', milliseconds: 20 }, async () => {
      expect(await openWatch('/api/v1/pods').catch(() => 'cut')).toBe('cut');
    });
  });

  it('malformed: answers break off in the middle of the JSON', async () => {
    await during({ type: 'malformed', resources: ['pods'] }, async () => {
      const text = await (await fetchAs(cluster, '/api/v1/pods')).text();
      expect(() => JSON.parse(text)).toThrow(SyntaxError);
      expect(await status('/api/v1/nodes')).toBe(200);
    });
  });

  it('down: the port refuses, and answers again afterwards', async () => {
    await during({ type: 'down' }, async () => {
      expect(cluster.isUp).toBe(false);
      await expect(fetchAs(cluster, '/version')).rejects.toThrow(
        'fetch failed',
      );
    });
    expect(await status('/version')).toBe(200);
  });

  it('all end together', async () => {
    await cluster.fault({ type: 'down' });
    await cluster.fault({ type: 'unauthorized' });
    await cluster.clearFaults();
    expect(cluster.faults).toEqual([]);
    expect(await status('/api/v1/pods')).toBe(200);
  });
});

describe('a cluster of a folder', () => {
  const definition =
    'apiVersion: demo.zero-trust.backstage.io/v1\nkind: DemoCluster\nmetadata: { name: prod }\nspec: ';
  let parent = '';
  let folder = '';

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'demo-cluster-'));
    folder = join(parent, 'prod');
    mkdirSync(folder);
  });

  afterEach(() => rmSync(parent, { recursive: true }));

  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  const define = (spec: string) =>
    write('cluster.yaml', `${definition}{ ${spec} }`);
  const problem = async () => {
    try {
      const cluster = await DemoCluster.start({ folder });
      await cluster.stop();
    } catch (error) {
      return String((error as Error).message).replaceAll(`${folder}/`, '');
    }
    return undefined;
  };

  it('is what cluster.yaml and the manifests at any depth say', async () => {
    define('title: Test, dataPlane: sidecar, nodes: 1');
    write(
      'a/b/shop.yaml',
      'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { istio-injection: enabled } }\n---\napiVersion: security.istio.io/v1beta1\nkind: PeerAuthentication\nmetadata: { name: default, namespace: shop }\n',
    );
    write('web.json', JSON.stringify(workload('web')));
    write('notes.txt', 'not a manifest');
    const cluster = await DemoCluster.start({ folder });
    try {
      expect(cluster.definition).toMatchObject({ title: 'Test', nodes: 1 });
      const [pod] = await readPods(cluster);
      expect(pod.metadata.annotations).toHaveProperty([
        'sidecar.istio.io/status',
      ]);
      expect(
        (
          await fetchAs(
            cluster,
            '/apis/security.istio.io/v1/namespaces/shop/peerauthentications/default',
          )
        ).status,
      ).toBe(200);
    } finally {
      await cluster.stop();
    }
  });

  it('that is down has an address where nothing listens', async () => {
    define('down: true');
    const cluster = await DemoCluster.start({ folder });
    expect(cluster.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await expect(fetchAs(cluster, '/version')).rejects.toThrow('fetch failed');
    await cluster.stop();
  });

  const header = 'apiVersion: v1\nkind: ConfigMap\nmetadata: ';
  it.each([
    [
      'a value that cannot be',
      'cluster.yaml',
      `${definition}{ nodes: many }`,
      'cluster.yaml, document 1: spec.nodes: must be a whole number from 0 to 1000',
    ],
    [
      'an unknown field',
      'cluster.yaml',
      `${definition}{ dataplane: sidecar }`,
      /^cluster.yaml, document 1: spec.dataplane: is not known; the fields here are title, dataPlane, /,
    ],
    [
      'an unknown group',
      'cluster.yaml',
      `${definition}{ apiGroups: [nothing.example] }`,
      /^cluster.yaml, document 1: spec.apiGroups\[0\]: nothing.example is not an optional group; those are /,
    ],
    [
      'a definition of another cluster',
      'cluster.yaml',
      definition.replace('prod', 'test'),
      'cluster.yaml, document 1: metadata.name: must be the name of the folder, prod; it is test',
    ],
    [
      'a definition that does not say what it is',
      'cluster.yaml',
      'spec: {}',
      'cluster.yaml, document 1: apiVersion: is required',
    ],
    [
      'a broken definition',
      'cluster.yaml',
      'nodes: [1',
      /^cluster.yaml, document 1: /,
    ],
    [
      'broken YAML',
      'a.yaml',
      'a: [1',
      /^a.yaml, document 1: line \d+, column \d+: /,
    ],
    [
      'a document that is no object',
      'a.yaml',
      `${header}{ name: a }\n---\n- 1\n`,
      'a.yaml, document 2: is not a Kubernetes object',
    ],
    [
      'a label that is no text',
      'a.yaml',
      `${header}{ name: a, labels: { size: 1 } }`,
      /^a.yaml, document 1: ConfigMap a: .*cannot unmarshal number/,
    ],
    [
      'a namespace that is missing',
      'a.yaml',
      `${header}{ name: a, namespace: shop }`,
      'a.yaml, document 1: metadata.namespace: ConfigMap a: namespaces "shop" not found',
    ],
    [
      'a kind that is not served',
      'a.yaml',
      'apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: { name: a }',
      /^a.yaml, document 1: kind: CiliumNetworkPolicy a: no matches for kind "CiliumNetworkPolicy" in version "cilium.io\/v2"/,
    ],
    [
      'a workload without containers',
      'a.yaml',
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a }\nspec: { selector: {}, template: {} }',
      /^a.yaml, document 1: spec.template.spec.containers: Deployment a: /,
    ],
    [
      'the same object twice',
      'a.yaml',
      `${header}{ name: a }\n---\n${header}{ name: a }`,
      'a.yaml, document 2: metadata.name: ConfigMap a is already in a.yaml, document 1',
    ],
    [
      'an alias bomb',
      'a.yaml',
      `a: &a [x, x, x]\n${'bcdefgh'
        .split('')
        .map(
          (name, index) =>
            `${name}: &${name} [${`*${'abcdefgh'[index]}, `.repeat(9)}]`,
        )
        .join('\n')}`,
      /^a.yaml, document 1: .*alias/i,
    ],
  ])('does not start on %s, and says where', async (_, file, text, message) => {
    write(file, text);
    expect(await problem()).toMatch(message);
  });

  it('does not follow a link out of the folder', async () => {
    symlinkSync('/etc/hostname', join(folder, 'a.yaml'));
    expect(await problem()).toBe(
      'a.yaml, document 1: is a link; only files inside the folder are read',
    );
  });
});
