/** Sources of clusters from the configuration, the default one against the real kubernetes plugin. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DemoCluster } from '@backstage-zero-trust/demo-cluster';
import type {
  ClusterObserver,
  ClusterSource,
  ClusterTarget,
} from '@backstage-zero-trust/plugin-zero-trust-node';
import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import {
  TestBackend,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import { createClusterSources } from './createClusterSources';

const NAMESPACE = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'shop' },
};

function pod(name: string) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop' },
    spec: { containers: [{ name: 'main', image: 'example/main:1' }] },
  };
}

async function waitFor(condition: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > end) {
      throw new Error(`waited in vain for ${condition}`);
    }
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}

function observe(target: ClusterTarget | undefined): ClusterObserver {
  if (!target || 'unobservable' in target) {
    throw new Error(`cannot be observed: ${target?.unobservable}`);
  }
  const observer = target.observe({
    onChange: () => undefined,
    logger: mockServices.logger.mock(),
  });
  observer.start();
  return observer;
}

describe('createClusterSources', () => {
  const dependencies = {
    auth: mockServices.auth.mock(),
    discovery: mockServices.discovery.mock(),
  };
  const create = (clusters: object) =>
    createClusterSources(
      new ConfigReader({ zeroTrust: { clusters } }),
      dependencies,
    );
  const ids = (sources: ClusterSource[]) => sources.map(({ id }) => id);

  it('uses the kubernetes plugin where nothing is configured', () => {
    expect(
      ids(createClusterSources(new ConfigReader({}), dependencies)),
    ).toEqual(['kubernetes-plugin']);
    expect(ids(create({}))).toEqual(['kubernetes-plugin']);
  });

  it('uses what is named, and the kubernetes plugin beside it only when asked to', () => {
    const folders = [{ name: 'staging', path: '/staging' }];
    const inCluster = { name: 'here' };
    const kubeconfigs = [{ file: '/kubeconfig' }];
    expect(ids(create({ folders, inCluster, kubeconfigs }))).toEqual([
      'kubeconfig:/kubeconfig',
      'in-cluster',
      'manifest-folders',
    ]);
    expect(ids(create({ folders, kubernetesPlugin: true }))).toEqual([
      'kubernetes-plugin',
      'manifest-folders',
    ]);
    expect(ids(create({ kubernetesPlugin: false }))).toEqual([]);
  });

  it.each([
    [
      'an unknown key',
      { kubeconfig: [] },
      /zeroTrust\.clusters\.kubeconfig is not known; there are kubernetesPlugin, kubeconfigs, inCluster, folders, networks/,
    ],
    [
      'a folder without a name',
      { folders: [{ path: '/a' }] },
      /zeroTrust\.clusters\.folders\[0\]\.name/,
    ],
    [
      'a folder without a path',
      { folders: [{ name: 'a' }] },
      /zeroTrust\.clusters\.folders\[0\]\.path/,
    ],
    [
      'two folders of one name',
      {
        folders: [
          { name: 'a', path: '/a' },
          { name: 'a', path: '/b' },
        ],
      },
      /folders has "a" twice/,
    ],
    [
      'a kubeconfig twice',
      { kubeconfigs: [{ file: '/a' }, { file: '/a' }] },
      /kubeconfigs names \/a twice/,
    ],
    [
      'a cluster without a name',
      { inCluster: {} },
      /zeroTrust\.clusters\.inCluster\.name/,
    ],
    [
      'a network that nobody knows',
      { networks: [{ cluster: 'a', cni: 'calcio' }] },
      /zeroTrust\.clusters\.networks\[0\]\.cni is "calcio", which is not known; there are antrea, .*, weave-net/,
    ],
    [
      'two networks of one cluster',
      {
        networks: [
          { cluster: 'a', cni: 'calico' },
          { cluster: 'a', cni: 'cilium' },
        ],
      },
      /networks has "a" twice/,
    ],
    [
      'something that is no boolean',
      { kubernetesPlugin: 'sometimes' },
      /zeroTrust\.clusters\.kubernetesPlugin/,
    ],
  ])('%s is an error that names the key', (_, clusters, message) => {
    expect(() => create(clusters)).toThrow(message);
  });
});

describe('the clusters of a kubeconfig and of folders', () => {
  let folder: string;
  let cluster: DemoCluster;
  const dependencies = {
    auth: mockServices.auth.mock(),
    discovery: mockServices.discovery.mock(),
  };
  const list = async (clusters: object) => {
    const [source] = createClusterSources(
      new ConfigReader({ zeroTrust: { clusters } }),
      dependencies,
    );
    return source.list();
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cluster-sources-'));
    cluster = await DemoCluster.start({
      name: 'demo',
      objects: [NAMESPACE, pod('web-1')],
    });
  });

  afterEach(async () => {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('every context is a cluster, and one that is not there says what to correct', async () => {
    const file = join(folder, 'kubeconfig');
    await writeFile(file, cluster.kubeconfig());
    const targets = await list({
      kubeconfigs: [{ file, contexts: ['demo', 'gone'] }],
      networks: [{ cluster: 'demo', cni: 'calico' }],
    });
    expect(targets[1]).toEqual({
      name: 'gone',
      unobservable: `The kubeconfig ${file} has no context "gone" that leads to a cluster: correct zeroTrust.clusters.kubeconfigs.`,
    });
    const observer = observe(targets[0]);
    try {
      await waitFor(() => observer.status().state === 'ready');
      expect(observer.current()?.cluster).toBe('demo');
      expect(observer.current()?.settings).toEqual({ cni: 'calico' });
      expect(observer.current()?.all('Pod')).toHaveLength(1);
    } finally {
      await observer.stop();
    }
    await expect(
      list({ kubeconfigs: [{ file: join(folder, 'none') }] }),
    ).rejects.toThrow(/none cannot be used: there is no such file/);
  });

  it('a folder is a cluster', async () => {
    await writeFile(join(folder, 'pod.json'), JSON.stringify(pod('web-1')));
    const observer = observe(
      (
        await list({
          folders: [{ name: 'files', path: folder }],
          networks: [{ cluster: 'files', cni: 'none' }],
        })
      )[0],
    );
    try {
      await waitFor(() => observer.status().state === 'ready');
      expect(observer.current()?.all('Pod')).toHaveLength(1);
      expect(observer.current()?.settings).toEqual({ cni: 'none' });
    } finally {
      await observer.stop();
    }
  });
});

describe('the clusters of the kubernetes plugin', () => {
  let cluster: DemoCluster;
  let backend: TestBackend;
  let source: ClusterSource;

  /** The plugin as it runs in a company, and beside it ours, which only makes the source. */
  async function start(features: Parameters<typeof startTestBackend>[0]) {
    return startTestBackend({
      ...features,
      features: [
        ...(features?.features ?? []),
        mockServices.rootConfig.factory({
          data: {
            kubernetes: {
              serviceLocatorMethod: { type: 'multiTenant' },
              clusterLocatorMethods: [
                {
                  type: 'config',
                  clusters: [
                    {
                      name: 'demo',
                      title: 'The demo',
                      url: cluster.url,
                      authProvider: 'serviceAccount',
                      serviceAccountToken: cluster.readerToken,
                    },
                    {
                      name: 'personal',
                      url: cluster.url,
                      authProvider: 'google',
                    },
                    {
                      name: 'sso',
                      url: cluster.url,
                      authProvider: 'oidc',
                      oidcTokenProvider: 'okta',
                    },
                    {
                      name: 'gone',
                      url: 'http://127.0.0.1:9',
                      authProvider: 'serviceAccount',
                      serviceAccountToken: 'hush-hush',
                    },
                  ],
                },
              ],
            },
          },
        }),
        createBackendPlugin({
          pluginId: 'zero-trust',
          register({ registerInit }) {
            registerInit({
              deps: {
                auth: coreServices.auth,
                discovery: coreServices.discovery,
              },
              async init(deps) {
                [source] = createClusterSources(
                  new ConfigReader({
                    zeroTrust: {
                      clusters: {
                        networks: [{ cluster: 'demo', cni: 'cilium' }],
                      },
                    },
                  }),
                  deps,
                );
              },
            });
          },
        }),
      ],
    });
  }

  beforeEach(async () => {
    cluster = await DemoCluster.start({
      name: 'demo',
      objects: [NAMESPACE, pod('web-1')],
    });
  });

  afterEach(async () => {
    await backend.stop();
    await cluster.stop();
  });

  it('are listed and watched through its proxy, with the credentials that it holds', async () => {
    backend = await start({
      features: [
        import('@backstage/plugin-kubernetes-backend'),
        import('@backstage/plugin-catalog-backend'),
      ],
    });
    const targets = await source.list();
    expect(targets.map(({ name, title }) => [name, title])).toEqual([
      ['demo', 'The demo'],
      ['personal', undefined],
      ['sso', undefined],
      ['gone', undefined],
    ]);
    expect(targets[1]).toMatchObject({
      unobservable: expect.stringMatching(
        /signed-in user.*"google".*service account/,
      ),
    });
    expect(targets[2]).toHaveProperty('unobservable');

    const observer = observe(targets[0]);
    const gone = observe(targets[3]);
    try {
      await waitFor(() => observer.status().state === 'ready');
      expect(observer.current()?.settings).toEqual({ cni: 'cilium' });
      expect(observer.current()?.all('Pod')).toHaveLength(1);
      cluster.apply(pod('web-2'));
      await waitFor(() => observer.current()?.all('Pod').length === 2);
      cluster.delete({
        apiVersion: 'v1',
        kind: 'Pod',
        ...pod('web-2').metadata,
      });
      await waitFor(() => observer.current()?.all('Pod').length === 1);
      const users = cluster.requests.map(({ user }) => user);
      expect(new Set(users).size).toBe(1);

      await waitFor(() => gone.status().state === 'unreachable');
      expect(gone.status().message).toBe(
        'Nothing listens there (connection refused).',
      );

      await cluster.fault({ type: 'down' });
      await waitFor(() => observer.status().state === 'unreachable');
      await cluster.clearFaults();
      await waitFor(() => observer.status().state === 'ready');
    } finally {
      await observer.stop();
      await gone.stop();
    }
    await waitFor(() => cluster.openWatches === 0);
  }, 60_000);

  it('lose a kind with the right to it, though the proxy keeps its watch open, and have it back with the right', async () => {
    backend = await start({
      features: [
        import('@backstage/plugin-kubernetes-backend'),
        import('@backstage/plugin-catalog-backend'),
      ],
    });
    const [target] = await source.list();
    const observer = observe(target);
    const pods = () => observer.current()?.coverage.kinds.Pod?.state;
    try {
      await waitFor(() => observer.status().state === 'ready');
      await cluster.fault({ type: 'forbidden', resources: ['pods'] });
      await waitFor(() => pods() === 'forbidden');
      await cluster.clearFaults();
      await waitFor(() => observer.status().state === 'ready');
      expect(observer.current()?.all('Pod')).toHaveLength(1);
    } finally {
      await observer.stop();
    }
  }, 60_000);

  it('say what to install where the plugin is not there', async () => {
    backend = await start({ features: [] });
    await expect(source.list()).rejects.toThrow(
      /The kubernetes plugin is not installed in this backend: install @backstage\/plugin-kubernetes-backend/,
    );
  });
});
