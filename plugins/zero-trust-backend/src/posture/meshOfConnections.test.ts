import { TestDatabases } from '@backstage/backend-test-utils';
import type {
  EntityConnectionQuery,
  EntityConnections,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import type { Entity } from '@backstage/catalog-model';
import { createReaders } from '../testing/connectionReaders';
import { networkPolicy } from '../testing/connections';
import { ambient, mesh } from '../testing/mesh';
import { deployment } from '../testing/TestClusters';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });

const orders: Entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: {
    name: 'orders',
    annotations: { 'backstage.io/kubernetes-id': 'orders' },
  },
};

describe('the connections of an entity in a mesh', () => {
  const service = deployment({ name: 'batch' });
  const open = [
    ...mesh,
    service,
    networkPolicy({ name: 'more', of: 'orders', from: ['batch'] }),
  ];
  const ask = async (
    query: EntityConnectionQuery,
    manifests: readonly string[] = open,
  ) =>
    (
      await createReaders(await databases.init('SQLITE_3'), manifests)
    ).reader.getEntityConnections(
      orders,
      { direction: 'in', ...query },
      async () => 'all',
    );
  const told = ({ items }: EntityConnections) =>
    items.map(
      ({ peer, ports, verdict, conditions, mesh: { transport } = {} }) =>
        `${peer.kind === 'outside' ? 'outside' : peer.workload.name} ${ports
          .map(({ protocol, from, to }) =>
            from === to ? `${protocol} ${from}` : `${protocol} ${from}-${to}`,
          )
          .join(', ')}: ${verdict} ${transport} ${conditions.length}`,
    );

  it('have transport, identity and conditions, port by port; ports that nobody is known to serve come later, and what the mesh stops last', async () => {
    const answer = await ask({});
    expect(told(answer)).toEqual([
      'batch TCP 8080: conditional mtls 2',
      'web TCP 8080: conditional mtls 2',
      'batch TCP 15008, TCP 15020-15021, TCP 15090, UDP 1-65535, SCTP 1-65535: allow plaintext 0',
      'export TCP 8080: deny refused 0',
      'batch TCP 1-8079, TCP 8081-15007, TCP 15009-15019, TCP 15022-15089, TCP 15091-65535: deny none 0',
    ]);
    expect(answer.items[0]).toMatchObject({
      conditions: ['method is GET', expect.any(String)],
      decidedBy: [{ layer: 'network-policy' }],
      mesh: {
        identities: ['spiffe://cluster.local/ns/shop/sa/default'],
        decidedBy: expect.arrayContaining([
          expect.objectContaining({ layer: 'authorization-policy' }),
        ]),
      },
    });
    expect(answer.items.map(item => item.mesh?.served)).toEqual([
      true,
      true,
      false,
      true,
      false,
    ]);
    expect(new Set(answer.items.map(({ id }) => id)).size).toBe(5);
  });

  it('are counted apart where the mesh stops them', async () => {
    expect(await ask({})).toMatchObject({
      totalCount: 5,
      counts: { in: 3 },
      stopped: { in: 2 },
      namespaces: [
        { namespace: 'shop', count: 4 },
        { namespace: 'legacy', count: 1 },
      ],
      transports: [
        { transport: 'plaintext', count: 1 },
        { transport: 'mtls', count: 2 },
        { transport: 'refused', count: 1 },
        { transport: 'none', count: 1 },
      ],
    });
  });

  it('are narrowed by transport, page by page; the other counts follow, and its own does not', async () => {
    const mtls = await ask({ transport: 'mtls', offset: 1, limit: 1 });
    expect(told(mtls)).toEqual(['web TCP 8080: conditional mtls 2']);
    expect(mtls).toMatchObject({
      totalCount: 2,
      counts: { in: 3 },
      namespaces: [{ namespace: 'shop', count: 2 }],
    });
    expect(mtls.transports).toHaveLength(4);
    expect(await ask({ transport: 'mtls', namespace: 'legacy' })).toMatchObject(
      { totalCount: 0, transports: [{ transport: 'refused', count: 1 }] },
    );
  });

  it('with addresses outside have what the mesh makes of those', async () => {
    const anybody = networkPolicy({ name: 'nobody', of: 'web' });
    const out = (answer: EntityConnections) =>
      answer.items.find(({ peer }) => peer.kind === 'outside')?.mesh;
    expect(
      out(await ask({ direction: 'out' }, [...mesh, anybody])),
    ).toMatchObject({ transport: 'plaintext', identities: [] });
  });

  it('by a tunnel of the mesh are what the network lets through to the port of tunnels', async () => {
    const answer = await ask({}, ambient);
    expect(answer.items).toMatchObject([
      {
        ports: [{ protocol: 'TCP', from: 1, to: 65_535 }],
        verdict: 'allow',
        decidedBy: [{ object: { kind: 'NetworkPolicy', name: 'orders' } }],
        mesh: { transport: 'mtls' },
      },
    ]);
    const closed = ambient.map(manifest => manifest.replace('15008', '8080'));
    expect((await ask({}, closed)).items).toEqual([]);
  });

  it('have no mesh where nothing tells of one', async () => {
    const answer = await ask({}, [
      deployment({ name: 'orders' }),
      deployment({ name: 'web' }),
      networkPolicy({ name: 'web', of: 'orders', from: ['web'], port: 8080 }),
    ]);
    expect(answer.items.map(item => 'mesh' in item)).toEqual([false]);
    expect(answer.transports).toEqual([]);
  });

  it('cannot be told where the mesh cannot, and are not taken for open', async () => {
    const odd = JSON.stringify({
      apiVersion: 'security.istio.io/v1',
      kind: 'AuthorizationPolicy',
      metadata: { name: 'odd', namespace: 'shop' },
      spec: { action: 'MAYBE', rules: [{}] },
    });
    const { items } = await ask({ search: 'web' }, [...open, odd]);
    expect(items).toMatchObject([
      {
        verdict: 'unknown',
        mesh: { reason: expect.stringContaining('MAYBE') },
      },
    ]);
  });
});
