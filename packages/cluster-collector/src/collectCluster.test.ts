/** One look at a cluster: what is in it, what is missing, and when there is nothing to see. */
import { DemoCluster } from '@backstage-zero-trust/demo-cluster';
import { ClusterConnection, ClusterRequestError, collectCluster } from '.';

function configMap(name: string, namespace: string) {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace },
    data: { mesh: 'trustDomain: shop.example' },
  };
}

describe('collectCluster', () => {
  let cluster: DemoCluster;
  const connect = (token = cluster.readerToken) =>
    ClusterConnection.throughProxy({
      cluster: 'demo',
      baseUrl: cluster.url,
      headers: async () => ({ Authorization: `Bearer ${token}` }),
    });
  const look = (namespaces?: string[], token?: string) =>
    collectCluster(connect(token), { cluster: 'demo', namespaces });

  beforeEach(async () => {
    cluster = await DemoCluster.start({
      name: 'demo',
      dataPlane: 'sidecar',
      objects: [
        ...['cilium-config', 'passwords'].map(name =>
          configMap(name, 'kube-system'),
        ),
        ...['shop', 'payments'].flatMap(name => [
          { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
          {
            apiVersion: 'security.istio.io/v1',
            kind: 'PeerAuthentication',
            metadata: { name: 'default', namespace: name },
            spec: { mtls: { mode: 'STRICT' } },
          },
          configMap('istio', name),
        ]),
      ],
    });
  });
  afterEach(() => cluster.stop());

  it('sees every kind that is served and leaves no request behind', async () => {
    const snapshot = await look();
    expect(snapshot.cluster).toBe('demo');
    expect(snapshot.all('PeerAuthentication')).toHaveLength(2);
    expect(snapshot.coverage.kinds.Pod).toEqual({ state: 'listed' });
    expect(snapshot.coverage.kinds.CiliumNetworkPolicy).toEqual({
      state: 'not-installed',
    });
    expect(cluster.openWatches).toBe(0);
    const secrets = cluster.requests.filter(({ url }) =>
      url.includes('/secrets'),
    );
    expect(secrets.map(({ accept }) => accept)).toEqual([
      'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
    ]);
  });

  it('what is forbidden in one namespace is seen in the others', async () => {
    await cluster.fault({
      type: 'forbidden',
      resources: ['peerauthentications'],
      namespaces: ['payments'],
    });
    const { coverage } = await look();
    expect(coverage.gap('PeerAuthentication', ['shop'])).toBeUndefined();
    expect(
      coverage.gap('PeerAuthentication', ['payments'])?.missing?.namespace,
    ).toBe('payments');
    expect((await look(['shop'])).coverage.kinds.PeerAuthentication).toEqual({
      state: 'listed',
      namespaces: ['shop'],
    });
    expect(
      (await look(['payments'])).coverage.kinds.PeerAuthentication,
    ).toEqual({ state: 'forbidden', verb: 'list' });
  });

  it('of ConfigMaps it asks for those of a few names, each by itself', async () => {
    const snapshot = await look();
    expect(
      snapshot
        .all('ConfigMap')
        .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
    ).toEqual(['kube-system/cilium-config', 'payments/istio', 'shop/istio']);
    expect(snapshot.coverage.kinds.ConfigMap).toEqual({ state: 'listed' });
    expect(
      cluster.requests
        .flatMap(({ url }) => /configmaps\?.*/.exec(url) ?? [])
        .map(query => new URLSearchParams(query.split('?')[1]))
        .map(query => query.get('fieldSelector'))
        .sort(),
    ).toEqual([
      'metadata.name=amazon-vpc-cni',
      'metadata.name=antrea-config',
      'metadata.name=cilium-config',
      'metadata.name=istio',
      'metadata.name=linkerd-config',
      'metadata.name=spire-controller-manager',
      'metadata.name=spire-controller-manager-config',
    ]);
  });

  it('a name that is forbidden costs the other names nothing', async () => {
    const connection = connect();
    const getJson = connection.getJson.bind(connection);
    jest
      .spyOn(connection, 'getJson')
      .mockImplementation((path, options) =>
        path.includes('cilium-config')
          ? Promise.reject(new ClusterRequestError('forbidden', 'it may not'))
          : getJson(path, options),
      );
    const { coverage } = await collectCluster(connection, { cluster: 'demo' });
    const istio = coverage.gap('ConfigMap', ['shop'], 'istio');
    expect(istio).toBeUndefined();
    expect(coverage.gap('ConfigMap', ['shop'], 'cilium-config')).toEqual({
      kind: 'ConfigMap',
      reason:
        'listing configmaps of the name cilium-config is forbidden: grant the verb "list"',
      missing: { verb: 'list', group: '', resource: 'configmaps' },
    });
    expect(coverage.gap('ConfigMap')).toBeDefined();
  });

  it('a kind that answers nonsense is a gap that says why', async () => {
    await cluster.fault({ type: 'malformed', resources: ['pods'] });
    const { coverage } = await look();
    expect(coverage.kinds.Pod?.state).toBe('failed');
    expect(coverage.gap('PeerAuthentication')).toBeUndefined();
  });

  it('a cluster that is down, or does not know the account, is an error', async () => {
    await expect(look(undefined, 'hush-hush')).rejects.toThrow(
      'demo does not accept the credentials (401)',
    );
    await cluster.fault({ type: 'down' });
    await expect(look()).rejects.toThrow(
      'the proxy to demo cannot be reached: nothing listens there (connection refused)',
    );
  });
});
