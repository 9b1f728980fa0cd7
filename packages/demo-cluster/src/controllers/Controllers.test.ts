/** What the controllers of a cluster make of the objects in it. */
import { DemoCluster } from '../cluster/DemoCluster';
import { namespace, workload } from '../testing/manifests';
import { readList, readPods } from '../testing/readPods';

describe('controllers', () => {
  let cluster: DemoCluster;

  beforeEach(async () => {
    cluster = await DemoCluster.start({
      name: 'test',
      objects: [namespace('shop')],
      nodes: 3,
    });
  });

  afterEach(() => cluster.stop());

  it('make the running pods that a Deployment asks for, through a ReplicaSet', async () => {
    cluster.apply(workload('web', { replicas: 2 }));
    const [set] = await readList(
      cluster,
      '/apis/apps/v1/namespaces/shop/replicasets',
    );
    expect(set.metadata).toMatchObject({
      name: expect.stringMatching(/^web-[a-z0-9]{10}$/),
      ownerReferences: [{ kind: 'Deployment', name: 'web', controller: true }],
    });
    const pods = await readPods(cluster);
    expect(pods).toHaveLength(2);
    for (const pod of pods) {
      expect(pod).toMatchObject({
        metadata: {
          generateName: `${set.metadata.name}-`,
          labels: {
            app: 'web',
            'pod-template-hash': set.metadata.name.slice(4),
          },
          ownerReferences: [{ kind: 'ReplicaSet', name: set.metadata.name }],
        },
        spec: {
          nodeName: expect.stringMatching(/^test-node-/),
          serviceAccountName: 'default',
        },
        status: {
          phase: 'Running',
          podIP: expect.stringMatching(/^10\.244\./),
        },
      });
    }
    expect(
      new Set(pods.map(({ status }) => (status as { podIP: string }).podIP))
        .size,
    ).toBe(2);
  });

  it.each([
    ['StatefulSet', { replicas: 2 }, ['web-0', 'web-1']],
    [
      'DaemonSet',
      {},
      [1, 2, 3].map(() => expect.stringMatching(/^web-[a-z0-9]{5}$/)),
    ],
    [
      'Job',
      { spec: { restartPolicy: 'Never' } },
      [expect.stringMatching(/^web-[a-z0-9]{5}$/)],
    ],
    ['ReplicaSet', {}, [expect.stringMatching(/^web-[a-z0-9]{5}$/)]],
  ])('make the pods of a %s', async (kind, options, names) => {
    cluster.apply(workload('web', { kind, ...options }));
    const pods = await readPods(cluster);
    expect(pods.map(({ metadata }) => metadata.name)).toEqual(names);
    for (const { metadata, status } of pods) {
      expect(metadata.ownerReferences).toMatchObject([{ kind, name: 'web' }]);
      expect(status).toMatchObject({ phase: 'Running' });
    }
  });

  it('put a pod of a DaemonSet on every node', async () => {
    cluster.apply(workload('agent', { kind: 'DaemonSet' }));
    const nodes = (await readPods(cluster)).map(
      ({ spec }) => (spec as { nodeName: string }).nodeName,
    );
    expect(nodes.sort()).toEqual(['test-node-1', 'test-node-2', 'test-node-3']);
  });

  it('make no pods for a CronJob until it runs', async () => {
    cluster.apply({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'nightly', namespace: 'shop' },
      spec: {
        schedule: '0 3 * * *',
        jobTemplate: { spec: workload('x', { kind: 'Job' }).spec },
      },
    });
    expect(await readPods(cluster)).toEqual([]);
  });

  it('replace the pods when the template changes, and go back to the old ReplicaSet with it', async () => {
    cluster.apply(workload('web', { replicas: 2 }));
    const before = await readPods(cluster);
    const reference = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      namespace: 'shop',
      name: 'web',
    };
    const change = (image: string) =>
      cluster.patch(reference, {
        merge: {
          spec: {
            template: { spec: { containers: [{ name: 'main', image }] } },
          },
        },
      });
    change('main:2');
    const after = await readPods(cluster);
    expect(after).toHaveLength(2);
    expect(after.map(({ metadata }) => metadata.uid)).not.toEqual(
      expect.arrayContaining(before.map(({ metadata }) => metadata.uid)),
    );
    expect(after[0].spec).toMatchObject({ containers: [{ image: 'main:2' }] });
    change('main:1');
    const sets = await readList(
      cluster,
      '/apis/apps/v1/namespaces/shop/replicasets',
    );
    expect(
      sets.map(({ spec }) => (spec as { replicas: number }).replicas).sort(),
    ).toEqual([0, 2]);
  });

  it('remove surplus pods when scaled down, and make a lost pod anew', async () => {
    cluster.apply(workload('web', { replicas: 3 }));
    const [first] = await readPods(cluster);
    cluster.delete({
      apiVersion: 'v1',
      kind: 'Pod',
      namespace: 'shop',
      name: first.metadata.name,
    });
    const remade = await readPods(cluster);
    expect(remade).toHaveLength(3);
    expect(remade.map(({ metadata }) => metadata.uid)).not.toContain(
      first.metadata.uid,
    );
    cluster.patch(
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        namespace: 'shop',
        name: 'web',
      },
      { merge: { spec: { replicas: 1 } } },
    );
    expect(await readPods(cluster)).toHaveLength(1);
  });

  it('remove everything that an object owned when it goes', async () => {
    cluster.apply(workload('web', { replicas: 2 }));
    cluster.delete({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      namespace: 'shop',
      name: 'web',
    });
    expect(await readPods(cluster)).toEqual([]);
    expect(await readList(cluster, '/apis/apps/v1/replicasets')).toEqual([]);
  });

  it('leave what an owner owned where a client asks to orphan it', async () => {
    cluster.apply(workload('web', { kind: 'ReplicaSet' }));
    await fetch(
      `${cluster.url}/apis/apps/v1/namespaces/shop/replicasets/web?propagationPolicy=Orphan`,
      {
        method: 'DELETE',
        headers: { Authorization: `Bearer ${cluster.adminToken}` },
      },
    );
    const [pod] = await readPods(cluster);
    expect(pod.metadata.ownerReferences ?? []).toEqual([]);
  });

  it('give a new namespace its account, and empty one that is deleted', async () => {
    cluster.apply(namespace('bank'));
    const account = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      namespace: 'bank',
      name: 'default',
    };
    expect(cluster.get(account)).toBeDefined();
    cluster.apply(workload('vault', { namespace: 'bank' }));
    cluster.delete({ apiVersion: 'v1', kind: 'Namespace', name: 'bank' });
    expect(await readPods(cluster, 'bank')).toEqual([]);
    expect(
      cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: 'bank' }),
    ).toBeUndefined();
  });

  it('make no pod whose account is missing, say so, and make it once the account is there', async () => {
    cluster.apply(workload('web', { spec: { serviceAccountName: 'web' } }));
    expect(await readPods(cluster)).toEqual([]);
    const reference = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      namespace: 'shop',
      name: 'web',
    };
    expect(cluster.get(reference)?.status).toMatchObject({
      conditions: expect.arrayContaining([
        expect.objectContaining({
          type: 'ReplicaFailure',
          message: expect.stringContaining('serviceaccount "web" not found'),
        }),
      ]),
    });
    cluster.apply({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'web', namespace: 'shop' },
    });
    expect(await readPods(cluster)).toHaveLength(1);
  });

  it("mount the account's token unless the pod or the account declines", async () => {
    const account = (name: string, automountServiceAccountToken?: boolean) =>
      cluster.apply({
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name, namespace: 'shop' },
        ...(automountServiceAccountToken === undefined
          ? {}
          : { automountServiceAccountToken }),
      });
    account('mounted');
    account('declined', false);
    for (const serviceAccountName of ['mounted', 'declined']) {
      cluster.apply(
        workload(serviceAccountName, { spec: { serviceAccountName } }),
      );
    }
    const mounts = (await readPods(cluster)).map(({ metadata, spec }) => [
      metadata.labels?.app,
      JSON.stringify(spec).includes('serviceAccountToken'),
    ]);
    expect(mounts).toEqual([
      ['declined', false],
      ['mounted', true],
    ]);
  });
});

describe('a workload that comes with its pods', () => {
  it('keeps exactly those, until it is changed itself', async () => {
    const owner = {
      ...workload('web', { kind: 'ReplicaSet', replicas: 3 }),
      metadata: { name: 'web', namespace: 'shop', uid: 'the-owner' },
    };
    const cluster = await DemoCluster.start({
      name: 'test',
      objects: [
        namespace('shop'),
        owner,
        {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: {
            name: 'web-old',
            namespace: 'shop',
            labels: { app: 'web' },
            ownerReferences: [
              {
                apiVersion: 'apps/v1',
                kind: 'ReplicaSet',
                name: 'web',
                uid: 'the-owner',
                controller: true,
              },
            ],
          },
          spec: { containers: [{ name: 'main', image: 'main:1' }] },
          status: { phase: 'Running', podIP: '10.1.2.3' },
        },
      ],
    });
    try {
      expect(await readPods(cluster)).toMatchObject([
        { metadata: { name: 'web-old' }, status: { podIP: '10.1.2.3' } },
      ]);
      cluster.patch(
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          namespace: 'shop',
          name: 'web',
        },
        { merge: { spec: { replicas: 2 } } },
      );
      expect(await readPods(cluster)).toHaveLength(2);
    } finally {
      await cluster.stop();
    }
  });
});
