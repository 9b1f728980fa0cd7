import { TestDatabases } from '@backstage/backend-test-utils';
import type { EntityConnections } from '@backstage-zero-trust/plugin-zero-trust-common';
import type { Entity } from '@backstage/catalog-model';
import type { VisibleEntities } from '../database/PostureStore';
import { networkPolicy } from '../testing/connections';
import { ReadersOptions, createReaders } from '../testing/connectionReaders';
import { workload } from '../testing/findings';
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
const seesAll = async (): Promise<VisibleEntities> => 'all';
const seesNothing = async (): Promise<VisibleEntities> => [];

async function createReader(
  manifests: readonly string[],
  options?: ReadersOptions,
) {
  return createReaders(await databases.init('SQLITE_3'), manifests, options);
}

/** `in web TCP 8080`. */
function lines({ items }: EntityConnections): string[] {
  return items.map(({ direction, peer, ports, verdict }) => {
    const other =
      peer.kind === 'outside'
        ? peer.cidrs.join(' ')
        : `${peer.workload.namespace}/${peer.workload.name}`;
    const open = ports.map(({ protocol, from, to }) =>
      from === to ? `${protocol} ${from}` : `${protocol} ${from}-${to}`,
    );
    return `${direction} ${other}: ${verdict} ${
      open.length > 1 ? 'all' : open
    }`;
  });
}

const shop = [
  deployment({ name: 'orders' }),
  deployment({ name: 'web' }),
  deployment({ name: 'ledger', namespace: 'bank' }),
  networkPolicy({ name: 'web', of: 'orders', from: ['web'], port: 8080 }),
  networkPolicy({ name: 'ledger', namespace: 'bank' }),
];

describe('the connections of an entity', () => {
  it('are what policies let pass, in and out, by which objects', async () => {
    const { reader } = await createReader(shop);
    const answer = await reader.getEntityConnections(orders, {}, seesAll);
    expect(lines(answer)).toEqual([
      'in shop/web: allow TCP 8080',
      'out 0.0.0.0/0 ::/0: allow all',
      'out shop/web: allow all',
    ]);
    expect(answer).toMatchObject({
      totalCount: 3,
      counts: { in: 1, out: 2 },
      namespaces: [
        { namespace: 'shop', count: 2 },
        { namespace: '', count: 1 },
      ],
      caveats: [],
      evaluatedAt: '2026-06-01T10:00:00.000Z',
    });
    expect(answer.items[0]).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      cluster: 'prod',
      workload: workload('orders'),
      direction: 'in',
      peer: {
        kind: 'workload',
        workload: workload('web'),
        entityRef: 'component:default/web',
        title: 'web',
      },
      ports: [{ protocol: 'TCP', from: 8080, to: 8080 }],
      verdict: 'allow',
      conditions: [],
      decidedBy: [
        {
          layer: 'network-policy',
          direction: 'ingress',
          effect: 'allow',
          object: {
            apiVersion: 'networking.k8s.io/v1',
            kind: 'NetworkPolicy',
            namespace: 'shop',
            name: 'web',
          },
          field: expect.stringContaining('spec.ingress[0]'),
        },
      ],
    });
  });

  it('name a peer’s entity only to those who may see it', async () => {
    const { reader } = await createReader(shop);
    const asked: string[] = [];
    const { items } = await reader.getEntityConnections(
      orders,
      { direction: 'in' },
      async list => {
        asked.push(...(await list()));
        return [];
      },
    );
    expect(asked).toEqual(['component:default/web']);
    expect(items[0].peer).toEqual({
      kind: 'workload',
      workload: workload('web'),
    });
  });

  it('are narrowed by direction, cluster, namespace and part of a name or address; the counts are not', async () => {
    const { reader } = await createReader(shop);
    const ask = async (
      query: Parameters<typeof reader.getEntityConnections>[1],
    ) => reader.getEntityConnections(orders, query, seesAll);
    expect(lines(await ask({ direction: 'in' }))).toHaveLength(1);
    expect(lines(await ask({ search: 'HOP/We' }))).toHaveLength(2);
    expect(lines(await ask({ search: '::/0' }))).toHaveLength(1);
    expect(lines(await ask({ namespace: '' }))).toEqual([
      'out 0.0.0.0/0 ::/0: allow all',
    ]);
    expect(await ask({ namespace: 'bank' })).toMatchObject({
      items: [],
      totalCount: 0,
      counts: { in: 1, out: 2 },
      namespaces: [{ namespace: 'shop' }, { namespace: '' }],
    });
    expect(await ask({ cluster: 'test' })).toMatchObject({
      totalCount: 0,
      counts: { in: 1, out: 2 },
    });
  });

  it('of thousands of peers come page by page, each once', async () => {
    const names = Array.from(
      { length: 3_000 },
      (_, index) => `peer-${String(index).padStart(4, '0')}`,
    );
    const { reader } = await createReader([
      deployment({ name: 'orders' }),
      ...names.map(name => deployment({ name, namespace: 'crowd' })),
    ]);
    const seen = new Set<string>();
    let totalCount = 0;
    for (let offset = 0; offset === 0 || offset < totalCount; offset += 500) {
      const page = await reader.getEntityConnections(
        orders,
        { offset, limit: 500 },
        seesAll,
      );
      page.items.forEach(({ id }) => seen.add(id));
      totalCount = page.totalCount;
    }
    expect(totalCount).toBe(6_002);
    expect(seen.size).toBe(6_002);
    const usual = await reader.getEntityConnections(orders, {}, seesAll);
    expect(usual.items).toHaveLength(50);
    expect(usual.namespaces).toEqual([
      { namespace: 'crowd', count: 6_000 },
      { namespace: '', count: 2 },
    ]);
  });

  it('keep their ids when other things change, and are read anew when they do', async () => {
    const { change, reader } = await createReader(shop);
    const ids = async () =>
      new Map(
        (await reader.getEntityConnections(orders, {}, seesAll)).items.map(
          connection => [
            `${connection.direction} ${JSON.stringify(connection.peer)}`,
            connection.id,
          ],
        ),
      );
    const before = await ids();
    await change([...shop, deployment({ name: 'added' })]);
    const after = await ids();
    expect(after.size).toBe(before.size + 1);
    for (const [key, id] of before) {
      expect(after.get(key)).toBe(id);
    }
  });

  it('are none, without a time, where nothing was computed yet or nothing is the entity’s', async () => {
    const none = {
      items: [],
      totalCount: 0,
      counts: { in: 0, out: 0 },
      stopped: { in: 0, out: 0 },
      namespaces: [],
      transports: [],
      caveats: [],
    };
    const { change, reader } = await createReader([]);
    expect(await reader.getEntityConnections(orders, {}, seesAll)).toEqual(
      none,
    );
    await change(shop);
    const plain = { ...orders, metadata: { name: 'orders' } };
    expect(await reader.getEntityConnections(plain, {}, seesAll)).toEqual(none);
    expect(await reader.getEntityBlastRadius(plain, seesAll)).toEqual({
      items: [],
      caveats: [],
    });
  });
});

describe('the blast radius of an entity', () => {
  const chain = [
    ...['orders', 'web', 'ledger'].map(name => deployment({ name })),
    networkPolicy({ name: 'nobody', of: 'orders' }),
    networkPolicy({ name: 'orders', of: 'web', from: ['orders'], port: 80 }),
    networkPolicy({ name: 'web', of: 'ledger', from: ['web'], port: 5432 }),
  ];

  it('is where somebody can go from it, step by step', async () => {
    const { reader } = await createReader(chain);
    expect(await reader.getEntityBlastRadius(orders, seesAll)).toEqual({
      items: [
        {
          cluster: 'prod',
          workload: workload('orders'),
          entityRef: 'component:default/orders',
          title: 'orders',
          direct: 1,
          total: 2,
          possible: 0,
          outOf: 2,
          outside: true,
          reached: [
            {
              workload: workload('web'),
              entityRef: 'component:default/web',
              title: 'web',
              hops: 1,
              via: workload('orders'),
              ports: [{ protocol: 'TCP', from: 80, to: 80 }],
              certain: true,
            },
            {
              workload: workload('ledger'),
              hops: 2,
              via: workload('web'),
              ports: [{ protocol: 'TCP', from: 5432, to: 5432 }],
              certain: true,
            },
          ],
        },
      ],
      caveats: [],
      evaluatedAt: '2026-06-01T10:00:00.000Z',
    });
  });

  it('names what is reached only to those who may see it', async () => {
    const { reader } = await createReader(chain);
    const { items } = await reader.getEntityBlastRadius(orders, seesNothing);
    expect(JSON.stringify(items)).not.toContain('entityRef');
  });

  it('is listed for the fleet, the widest first, with the names of the catalog', async () => {
    const { reader } = await createReader(chain);
    const { items, totalCount } = await reader.getBlastRadius(
      { limit: 2 },
      { entities: 'all', unowned: true },
    );
    expect(totalCount).toBe(3);
    expect(items).toMatchObject([
      { workload: workload('orders'), title: 'orders', total: 2 },
      { workload: workload('web'), title: 'web', total: 1 },
    ]);
  });
});

describe('the matrix of namespaces', () => {
  it('counts the pairs that are open', async () => {
    const { reader } = await createReader(shop);
    expect(await reader.getNamespaceMatrix('prod')).toEqual({
      cluster: 'prod',
      namespaces: [
        { name: 'bank', workloads: 1 },
        { name: 'shop', workloads: 2 },
      ],
      cells: [
        { from: 0, to: 1, open: 1, unknown: 0, pairs: 2 },
        { from: 1, to: 1, open: 2, unknown: 0, pairs: 2 },
      ],
      caveats: [],
      evaluatedAt: '2026-06-01T10:00:00.000Z',
    });
  });

  it('is empty, without a time, until it was computed; of a cluster that nobody knows there is none', async () => {
    const { reader } = await createReader([]);
    expect(await reader.getNamespaceMatrix('prod')).toEqual({
      cluster: 'prod',
      namespaces: [],
      cells: [],
      caveats: [],
    });
    await expect(reader.getNamespaceMatrix('gone')).rejects.toMatchObject({
      name: 'NotFoundError',
    });
  });
});

describe('what is not certain of a cluster', () => {
  const message = 'Some policies were not seen.';
  const told = { caveats: [{ cluster: 'prod', message }] };
  const create = () => createReader(shop, { caveats: [message] });

  it('comes with the connections and the blast radius of an entity there', async () => {
    const { reader } = await create();
    expect(
      await reader.getEntityConnections(orders, {}, seesAll),
    ).toMatchObject(told);
    expect(await reader.getEntityBlastRadius(orders, seesAll)).toMatchObject(
      told,
    );
  });

  it('comes with the blast radii of the fleet, where one of them is there', async () => {
    const { reader } = await create();
    const ask = (search: string) =>
      reader.getBlastRadius({ search }, { entities: 'all', unowned: true });
    expect(await ask('orders')).toMatchObject({ totalCount: 1, ...told });
    expect(await ask('nobody')).toEqual({
      items: [],
      totalCount: 0,
      caveats: [],
    });
  });

  it('comes with its matrix of namespaces', async () => {
    const { reader } = await create();
    expect(await reader.getNamespaceMatrix('prod')).toMatchObject({
      caveats: [message],
    });
  });
});
