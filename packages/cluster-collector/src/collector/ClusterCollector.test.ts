/** What the collector does when a cluster misbehaves, each fault made by the demo cluster's server. */
import { KubernetesObject } from '@backstage-zero-trust/posture-engine';
import { DemoCluster } from '@backstage-zero-trust/demo-cluster';
import { ClusterConnection } from '../connection/ClusterConnection';
import { ClusterRequestError } from '../connection/ClusterRequestError';
import { ObservedCluster, observe, waitFor } from '../testing/observe';

function namespace(name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

function pod(name: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'shop',
      annotations: { team: 'shop' },
    },
    spec: { containers: [{ name: 'main', image: 'example/main:1' }] },
  };
}

function policy(inNamespace: string): KubernetesObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'default-deny', namespace: inNamespace },
    spec: { podSelector: {}, policyTypes: ['Ingress'] },
  };
}

describe('ClusterCollector', () => {
  let cluster: DemoCluster;
  let observed: ObservedCluster;

  const connect = () =>
    ClusterConnection.throughProxy({
      cluster: 'demo',
      baseUrl: cluster.url,
      headers: async () => ({ Authorization: `Bearer ${cluster.readerToken}` }),
    });
  const current = () => observed.collector.current();
  const status = () => observed.collector.status();
  const coverage = (kind: 'Pod' | 'NetworkPolicy') =>
    current()?.coverage.kinds[kind];
  const podNames = () =>
    current()
      ?.all('Pod')
      .map(({ metadata }) => metadata.name);
  const requestsOf = (part: string) =>
    cluster.requests.filter(({ url }) => url.includes(part));

  beforeEach(async () => {
    cluster = await DemoCluster.start({
      name: 'demo',
      objects: [
        namespace('shop'),
        namespace('payments'),
        pod('web-1'),
        policy('shop'),
        policy('payments'),
      ],
    });
    observed = observe(connect, 'demo', { forbidden: 300 });
    await waitFor(() => status().state === 'ready');
  });

  afterEach(async () => {
    await observed.collector.stop();
    await cluster.stop();
  });

  it('gives the same snapshot until something changed that the engine reads', async () => {
    const before = current();
    expect(current()).toBe(before);
    const changes = observed.changes();

    cluster.apply(pod('web-2'));
    await waitFor(() => observed.changes() > changes);
    expect(podNames()).toEqual(['web-1', 'web-2']);
    expect(before?.all('Pod')).toHaveLength(1);

    const later = observed.changes();
    const snapshot = current();
    const stored = cluster.get({
      ...pod('web-1').metadata,
      apiVersion: 'v1',
      kind: 'Pod',
    });
    cluster.apply({
      ...pod('web-1'),
      ...stored,
      metadata: {
        ...stored?.metadata,
        name: 'web-1',
        annotations: {
          team: 'shop',
          'kubectl.kubernetes.io/last-applied-configuration': '{}',
        },
      },
    });
    cluster.apply(policy('default'));
    await waitFor(() => current()?.all('NetworkPolicy').length === 3);
    expect(observed.changes()).toBe(later + 1);
    expect(current()).not.toBe(snapshot);
    expect(current()?.get('Pod', 'web-1', 'shop')).toBe(
      snapshot?.get('Pod', 'web-1', 'shop'),
    );
  });

  it('follows ConfigMaps by a list and a watch for each name, and no others', async () => {
    const create = (name: string) =>
      cluster.apply({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, namespace: 'shop' },
        data: { 'enable-policy': 'default' },
      });
    for (const name of ['passwords', 'cilium-config', 'istio']) {
      await create(name);
    }
    const names = () =>
      current()
        ?.all('ConfigMap')
        .map(({ metadata }) => metadata.name);
    await waitFor(() => names()?.length === 2);
    expect(names()).toEqual(['cilium-config', 'istio']);
    expect(
      requestsOf('/configmaps').filter(
        ({ url }) => !url.includes('fieldSelector=metadata.name%3D'),
      ),
    ).toEqual([]);
    expect(status().kinds.find(({ kind }) => kind === 'ConfigMap')).toEqual({
      kind: 'ConfigMap',
      group: '',
      resource: 'configmaps',
      state: 'listed',
      objects: 2,
    });
  });

  it('sees the other names where one is forbidden, and says which', async () => {
    const half = observe(
      () => {
        const connection = connect();
        const getJson = connection.getJson.bind(connection);
        jest
          .spyOn(connection, 'getJson')
          .mockImplementation((path, options) =>
            path.includes('cilium-config')
              ? Promise.reject(new ClusterRequestError('forbidden', 'No.'))
              : getJson(path, options),
          );
        return connection;
      },
      'demo',
      { forbidden: 300 },
    );
    try {
      await waitFor(() => half.collector.current() !== undefined);
      const gapOf = (name: string) =>
        half.collector.current()?.coverage.gap('ConfigMap', undefined, name);
      expect(gapOf('istio')).toBeUndefined();
      expect(gapOf('cilium-config')?.missing).toEqual({
        verb: 'list',
        group: '',
        resource: 'configmaps',
      });
      expect(half.collector.status()).toMatchObject({
        state: 'degraded',
        kinds: expect.arrayContaining([
          expect.objectContaining({
            resource: 'configmaps',
            state: 'forbidden',
            message: 'cilium-config: No.',
          }),
        ]),
      });
    } finally {
      await half.collector.stop();
    }
  });

  it('joins the calls of a burst of changes', async () => {
    const changes = observed.changes();
    for (let number = 0; number < 200; number++) {
      cluster.apply(pod(`burst-${number}`));
    }
    await waitFor(() => podNames()?.length === 201);
    expect(observed.changes() - changes).toBeLessThan(100);
  });

  it('resumes a watch that was cut where it was, without a new list', async () => {
    const lists = requestsOf('/pods?').length;
    await cluster.fault({ type: 'cut-watch' });
    cluster.apply(pod('web-2'));
    await waitFor(() => podNames()?.length === 2);
    const later = requestsOf('/pods?').slice(lists);
    expect(later.every(({ url }) => url.includes('watch=true'))).toBe(true);
    expect(status().state).toBe('ready');
  });

  it('lists again when the resource version has expired, and misses no deletion', async () => {
    const web = current()?.get('Pod', 'web-1', 'shop');
    cluster.apply(pod('web-2'));
    await waitFor(() => podNames()?.length === 2);
    await cluster.fault({ type: 'down' });
    await waitFor(() => status().state === 'unreachable');
    cluster.delete({ ...pod('web-2').metadata, apiVersion: 'v1', kind: 'Pod' });
    await cluster.fault({ type: 'expired' });
    await cluster.clearFaults();
    await waitFor(() => podNames()?.length === 1);
    expect(current()?.get('Pod', 'web-1', 'shop')).toBe(web);
    await waitFor(() => status().state === 'ready');
  });

  it.each(['down', 'unauthorized'] as const)(
    'keeps the last view of a cluster that is %s, and comes back by itself',
    async type => {
      const last = status().lastSync;
      await cluster.fault({ type });
      await waitFor(() => status().state === 'unreachable');
      expect(podNames()).toEqual(['web-1']);
      expect(current()?.coverage.gap('Pod')).toBeUndefined();
      expect(status().message).toBe(
        type === 'down'
          ? 'Nothing listens there (connection refused).'
          : 'Its credentials are not accepted (401).',
      );
      const since = status().lastSync;
      expect(since && last && since >= last).toBe(true);

      const asked = cluster.requests.length;
      await new Promise(resolve => setTimeout(resolve, 500));
      expect(cluster.requests.length - asked).toBeLessThan(20);
      expect(status().lastSync).toBe(since);

      cluster.apply(pod('web-2'));
      await cluster.clearFaults();
      await waitFor(() => podNames()?.length === 2);
      await waitFor(() => status().state === 'ready');
      expect(status().message).toBeUndefined();
    },
  );

  it('a right that is taken away costs that kind at once, and comes back by itself', async () => {
    await cluster.fault({ type: 'forbidden', resources: ['pods'] });
    await waitFor(() => coverage('Pod')?.state === 'forbidden');
    expect(podNames()).toEqual([]);
    expect(current()?.coverage.gap('Pod')?.missing).toEqual({
      verb: 'list',
      group: '',
      resource: 'pods',
    });
    expect(coverage('NetworkPolicy')).toEqual({ state: 'listed' });
    expect(status().state).toBe('degraded');
    expect(status().kinds.find(({ kind }) => kind === 'Pod')).toMatchObject({
      state: 'forbidden',
      objects: 0,
      message: expect.stringContaining('cannot list resource "pods"'),
    });

    await cluster.clearFaults();
    await waitFor(() => coverage('Pod')?.state === 'listed');
    expect(podNames()).toEqual(['web-1']);
    await waitFor(() => status().state === 'ready');
  });

  it('where all namespaces are forbidden, sees those that are not', async () => {
    await cluster.fault({
      type: 'forbidden',
      resources: ['networkpolicies'],
      namespaces: ['payments'],
    });
    await waitFor(() => {
      const seen = coverage('NetworkPolicy');
      return seen?.state === 'listed' && seen.namespaces !== undefined;
    });
    const seen = coverage('NetworkPolicy');
    expect(seen?.state === 'listed' && seen.namespaces).toEqual(
      expect.arrayContaining(['default', 'shop']),
    );
    expect(current()?.coverage.gap('NetworkPolicy', ['shop'])).toBeUndefined();
    expect(
      current()?.coverage.gap('NetworkPolicy', ['payments'])?.missing,
    ).toEqual({
      verb: 'list',
      group: 'networking.k8s.io',
      resource: 'networkpolicies',
      namespace: 'payments',
    });
    expect(current()?.inNamespace('NetworkPolicy', 'payments')).toEqual([]);
    expect(status().state).toBe('degraded');

    cluster.delete({
      ...policy('shop').metadata,
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
    });
    await waitFor(() => current()?.all('NetworkPolicy').length === 0);

    await cluster.clearFaults();
    await waitFor(() => status().state === 'ready');
    expect(coverage('NetworkPolicy')).toEqual({ state: 'listed' });
    expect(current()?.all('NetworkPolicy')).toHaveLength(1);
  });

  it('where only watching is forbidden, lists now and then and says so', async () => {
    await cluster.fault({
      type: 'forbidden',
      resources: ['pods'],
      verbs: ['watch'],
    });
    await waitFor(() => {
      const pods = status().kinds.find(({ kind }) => kind === 'Pod');
      return pods?.message?.includes('grant the verb "watch"') ?? false;
    });
    expect(coverage('Pod')).toEqual({ state: 'listed' });
    cluster.apply(pod('web-2'));
    await waitFor(() => podNames()?.length === 2);
    await cluster.clearFaults();
    await waitFor(
      () =>
        status().kinds.find(({ kind }) => kind === 'Pod')?.message ===
        undefined,
    );
  });
});

describe('ClusterCollector, on its first look', () => {
  let cluster: DemoCluster;

  const observeDemo = (timings = {}) =>
    observe(
      () =>
        ClusterConnection.throughProxy({
          cluster: 'demo',
          baseUrl: cluster.url,
          headers: async () => ({
            Authorization: `Bearer ${cluster.readerToken}`,
          }),
        }),
      'demo',
      timings,
    );

  beforeEach(async () => {
    cluster = await DemoCluster.start({
      name: 'demo',
      objects: [namespace('shop'), pod('web-1')],
    });
  });

  afterEach(() => cluster.stop());

  it.each([
    [{ type: 'malformed', resources: ['pods'] }],
    [{ type: 'slow', milliseconds: 5_000, resources: ['pods'] }],
  ] as const)('a kind that answers badly costs no other: %j', async fault => {
    const end = await cluster.fault(fault);
    const { collector } = observeDemo({ request: 1_000 });
    try {
      await waitFor(() => collector.current() !== undefined);
      expect(collector.current()?.coverage.kinds.Pod?.state).toBe('failed');
      expect(collector.current()?.coverage.gap('Pod')?.reason).toMatch(
        /pods could not be listed: demo /,
      );
      const kinds = collector.status().kinds;
      const failed = kinds.filter(({ state }) => state === 'failed');
      expect(failed.map(({ kind }) => kind)).toEqual(['Pod']);
      expect(collector.status().state).toBe('degraded');
      await end();
      await waitFor(() => collector.status().state === 'ready');
      expect(collector.current()?.all('Pod')).toHaveLength(1);
    } finally {
      await collector.stop();
    }
  });

  it('waits for a cluster that is not there yet', async () => {
    await cluster.fault({ type: 'down' });
    const { collector } = observeDemo();
    try {
      await waitFor(() => collector.status().state === 'unreachable');
      expect(collector.current()).toBeUndefined();
      expect(collector.status().lastSync).toBeUndefined();
      await cluster.clearFaults();
      await waitFor(() => collector.status().state === 'ready');
    } finally {
      await collector.stop();
    }
  });

  it('tries again to connect where the credentials are not there yet', async () => {
    let tries = 0;
    const { collector } = observe(async () => {
      if (++tries < 3) {
        await ClusterConnection.fromKubeconfig({ file: '/does/not/exist' });
      }
      return ClusterConnection.throughProxy({
        cluster: 'demo',
        baseUrl: cluster.url,
        headers: async () => ({
          Authorization: `Bearer ${cluster.readerToken}`,
        }),
      });
    }, 'demo');
    try {
      await waitFor(() => collector.status().state === 'unreachable');
      expect(collector.status().message).toBe(
        '/does/not/exist cannot be used: there is no such file.',
      );
      await waitFor(() => collector.status().state === 'ready');
    } finally {
      await collector.stop();
    }
  });

  it('ends every request when it is stopped, and calls no more', async () => {
    const observed = observeDemo();
    await waitFor(() => observed.collector.status().state === 'ready');
    expect(cluster.openWatches).toBeGreaterThan(0);
    await observed.collector.stop();
    const changes = observed.changes();
    cluster.apply(pod('web-2'));
    await waitFor(() => cluster.openWatches === 0);
    expect(observed.changes()).toBe(changes);
    expect(observed.collector.current()?.all('Pod')).toHaveLength(1);
    expect(observed.warnings).toEqual([]);
  });
});
