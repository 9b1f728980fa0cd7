/** One look at a cluster: what is in it, what is missing, and when there is nothing to see. */
import { DemoCluster } from '@backstage-zero-trust/demo-cluster';
import { ClusterConnection, collectCluster } from '.';

describe('collectCluster', () => {
  let cluster: DemoCluster;
  const look = (namespaces?: string[], token = cluster.readerToken) =>
    collectCluster(
      ClusterConnection.throughProxy({
        cluster: 'demo',
        baseUrl: cluster.url,
        headers: async () => ({ Authorization: `Bearer ${token}` }),
      }),
      { cluster: 'demo', namespaces },
    );

  beforeEach(async () => {
    cluster = await DemoCluster.start({
      name: 'demo',
      dataPlane: 'sidecar',
      objects: ['shop', 'payments'].flatMap(name => [
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
        {
          apiVersion: 'security.istio.io/v1',
          kind: 'PeerAuthentication',
          metadata: { name: 'default', namespace: name },
          spec: { mtls: { mode: 'STRICT' } },
        },
      ]),
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
