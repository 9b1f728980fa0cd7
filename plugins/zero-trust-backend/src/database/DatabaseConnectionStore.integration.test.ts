import {
  TestDatabaseId,
  TestDatabases,
  mockServices,
} from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { connectionsIn, networkPolicy } from '../testing/connections';
import {
  evaluation,
  finding,
  readyStatus,
  workload,
} from '../testing/findings';
import { deployment, snapshotOf } from '../testing/TestClusters';
import { DatabaseConnectionStore } from './DatabaseConnectionStore';
import { DatabaseLeaseStore } from './DatabaseLeaseStore';
import { DatabasePostureStore } from './DatabasePostureStore';
import { openDatabase } from './migrate';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_15'] });
const HOLDER = 'replica-1';
const ORDERS = 'component:default/orders';
const BILLING = 'component:default/billing';
const ALL = { entities: 'all', unowned: true } as const;

async function createStore(databaseId: TestDatabaseId, clusters = ['prod']) {
  const client = await databases.init(databaseId);
  const knex = await openDatabase(mockServices.database({ knex: client }));
  const leases = DatabaseLeaseStore.create({
    knex,
    holder: HOLDER,
    seconds: 60,
  });
  const postures = DatabasePostureStore.create({ knex });
  const store = DatabaseConnectionStore.create({ knex });
  await leases.acquire(clusters);
  for (const name of clusters) {
    await postures.saveCluster(
      { name, source: 'test', status: readyStatus(name) },
      HOLDER,
    );
    await postures.saveEvaluation(
      evaluation(name, [
        finding(workload('orders')),
        finding(workload('billing')),
      ]),
      HOLDER,
    );
  }
  return { knex, leases, postures, store };
}

/** The public is called by all; orders is closed, and calls both. */
const open = ['orders', 'billing', 'nightly'].map(name => deployment({ name }));
const closed = [
  ...open,
  networkPolicy({ name: 'nobody', of: 'orders' }),
  networkPolicy({ name: 'orders', of: 'billing', from: ['orders'] }),
];

const connectionsOf = (cluster: string, manifests: readonly string[]) =>
  connectionsIn(snapshotOf(cluster, manifests));

async function written(knex: Knex, call: () => Promise<unknown>) {
  const tables: string[] = [];
  const listen = ({ sql }: { sql: string }) => {
    if (/^(insert|update|delete)/.test(sql)) {
      tables.push(sql.replace(/^\w+ (into |from )?[`"](\w+).*/s, '$2'));
    }
  };
  knex.on('query', listen);
  await call();
  knex.removeListener('query', listen);
  return tables;
}

describe.each(databases.eachSupportedId())(
  'stored connections on %s',
  databaseId => {
    it('are given back as they were saved, with what is said of the cluster', async () => {
      const { store } = await createStore(databaseId);
      const connections = {
        ...(await connectionsOf('prod', closed)),
        caveats: ['Some policies were not seen.'],
      };
      const { cluster, digest, evaluatedAt, caveats } = connections;
      const change = await store.save(connections, HOLDER);
      expect(change.entityRefs).toEqual([BILLING, ORDERS]);
      expect(await store.listStates()).toEqual([
        { cluster, digest, evaluatedAt, caveats },
      ]);
      expect(await store.readMap({ cluster, digest })).toEqual(connections.map);
      expect(await store.readMatrix('prod')).toEqual({
        matrix: connections.matrix,
        evaluatedAt,
      });
      expect(await store.readMatrix('test')).toBeUndefined();
      expect(await store.readMap({ cluster, digest: 'other' })).toBeUndefined();
    });

    it('are not written again where nothing changed; only when it was so is', async () => {
      const { knex, store } = await createStore(databaseId);
      const connections = await connectionsOf('prod', closed);
      expect(await store.confirm(connections, HOLDER)).toBe(false);
      await store.save(connections, HOLDER);
      const evaluatedAt = '2026-06-01T11:00:00.000Z';
      expect(
        await written(knex, async () =>
          expect(
            await store.confirm({ ...connections, evaluatedAt }, HOLDER),
          ).toBe(true),
        ),
      ).toEqual(['connections']);
      expect(await store.listStates()).toMatchObject([{ evaluatedAt }]);
    });

    it('of workloads that are gone are forgotten, and rows that say the same are not touched', async () => {
      const { knex, store } = await createStore(databaseId);
      await store.save(await connectionsOf('prod', open), HOLDER);
      const { items } = await store.listSpreads({}, ALL);
      expect(items.map(item => item.workload.name)).toEqual([
        'billing',
        'nightly',
        'orders',
      ]);
      const another = {
        ...(await connectionsOf('prod', open)),
        digest: 'another',
      };
      expect(
        await written(knex, () => store.save(another, HOLDER)),
      ).not.toContain('blast_radii');

      await store.save(
        await connectionsOf('prod', [deployment({ name: 'orders' })]),
        HOLDER,
      );
      expect((await store.listSpreads({}, ALL)).items).toEqual([
        {
          cluster: 'prod',
          workload: workload('orders'),
          direct: 0,
          total: 0,
          possible: 0,
          outOf: 0,
          outside: true,
        },
      ]);
    });

    it('tell of the entities whose own connections or blast radius became others', async () => {
      const { store } = await createStore(databaseId);
      const changed = async (manifests: readonly string[], caveats = ['']) => {
        const connections = await connectionsOf('prod', manifests);
        const change = await store.save({ ...connections, caveats }, HOLDER);
        return change.entityRefs;
      };
      const shut = [
        networkPolicy({ name: 'nobody', of: 'orders' }),
        networkPolicy({ name: 'nobody-either', of: 'billing' }),
      ];
      expect(await changed([...open, ...shut])).toEqual([BILLING, ORDERS]);
      expect(await changed([...open, ...shut])).toEqual([]);
      // Orders lets nightly in, and whoever takes over billing gets there through it.
      const [, billing] = shut;
      const toNightly = networkPolicy({
        name: 'nobody',
        of: 'orders',
        from: ['nightly'],
      });
      expect(await changed([...open, toNightly, billing])).toEqual([
        BILLING,
        ORDERS,
      ]);
      // The same by the word of another policy.
      const renamed = networkPolicy({
        name: 'nightly',
        of: 'orders',
        from: ['nightly'],
      });
      expect(await changed([...open, renamed, billing])).toEqual([ORDERS]);
      // What is said of the cluster is said of all.
      expect(
        await changed([...open, renamed, billing], ['Less seen.']),
      ).toEqual([BILLING, ORDERS]);
      // One that is gone, and was not to be reached by anybody.
      expect(
        await changed([open[0], open[2], renamed, billing], ['Less seen.']),
      ).toContain(BILLING);
    });

    it('of one cluster are apart from those of another, and go with it', async () => {
      const { leases, postures, store } = await createStore(databaseId, [
        'prod',
        'test',
      ]);
      await store.save(await connectionsOf('prod', open), HOLDER);
      await store.save(await connectionsOf('test', closed), HOLDER);
      await leases.release(['prod']);
      await postures.removeCluster('prod', '2026-06-02T00:00:00.000Z');
      expect(await store.listStates()).toMatchObject([{ cluster: 'test' }]);
      expect(await store.readMatrix('prod')).toBeUndefined();
      expect(
        (await store.listSpreads({}, ALL)).items.map(({ cluster }) => cluster),
      ).toEqual(['test', 'test', 'test']);
    });

    it('are refused from a replica that has lost the lease', async () => {
      const { store } = await createStore(databaseId);
      const connections = await connectionsOf('prod', open);
      await expect(store.save(connections, 'replica-2')).rejects.toMatchObject({
        name: 'ConflictError',
      });
      await expect(
        store.confirm(connections, 'replica-2'),
      ).rejects.toMatchObject({ name: 'ConflictError' });
      expect(await store.listStates()).toEqual([]);
      expect((await store.listSpreads({}, ALL)).items).toEqual([]);
    });

    it('name the entities of workloads, and the workloads of an entity', async () => {
      const { store } = await createStore(databaseId, ['prod', 'test']);
      const orders = ['prod', 'test'].map(cluster => ({
        cluster,
        ...workload('orders'),
      }));
      expect(await store.listWorkloads(ORDERS)).toEqual(orders);
      const owners = await store.listOwners([
        orders[1],
        { cluster: 'prod', ...workload('nightly') },
      ]);
      expect(owners.of(orders[1])).toEqual([
        { entityRef: ORDERS, title: 'orders' },
      ]);
      expect(owners.of({ cluster: 'prod', ...workload('nightly') })).toEqual(
        [],
      );
      expect(owners.entityRefs()).toEqual([ORDERS]);
    });

    describe('by their width', () => {
      const names = async (
        store: DatabaseConnectionStore,
        query: Parameters<typeof store.listSpreads>[0],
        visible: Parameters<typeof store.listSpreads>[1] = ALL,
      ) => {
        const { items, totalCount } = await store.listSpreads(query, visible);
        return [totalCount, ...items.map(item => item.workload.name)];
      };

      it('list the widest first, page by page', async () => {
        const { store } = await createStore(databaseId);
        await store.save(await connectionsOf('prod', closed), HOLDER);
        expect(await names(store, {})).toEqual([
          3,
          'orders',
          'billing',
          'nightly',
        ]);
        expect(await names(store, { offset: 1, limit: 1 })).toEqual([
          3,
          'billing',
        ]);
        expect(await names(store, { offset: 9 })).toEqual([3]);
      });

      it('are filtered by cluster and by part of a name, whatever its characters', async () => {
        const { store } = await createStore(databaseId);
        await store.save(await connectionsOf('prod', closed), HOLDER);
        expect(await names(store, { search: 'SHOP/Ord' })).toEqual([
          1,
          'orders',
        ]);
        expect(await names(store, { search: '%' })).toEqual([0]);
        expect(await names(store, { search: "' or 1=1 --" })).toEqual([0]);
        expect(await names(store, { search: '' })).toHaveLength(4);
        expect(await names(store, { cluster: 'test' })).toEqual([0]);
      });

      it('leave out entities that the caller may not see, and workloads that are nobody’s for those who may not see clusters', async () => {
        const { store } = await createStore(databaseId);
        await store.save(await connectionsOf('prod', closed), HOLDER);
        expect(
          await names(store, {}, { entities: [ORDERS], unowned: true }),
        ).toEqual([2, 'orders', 'nightly']);
        expect(
          await names(store, {}, { entities: [ORDERS], unowned: false }),
        ).toEqual([1, 'orders']);
        expect(
          await names(store, {}, { entities: 'all', unowned: false }),
        ).toEqual([2, 'orders', 'billing']);
        expect(
          await names(store, {}, { entities: [], unowned: false }),
        ).toEqual([0]);
      });
    });
  },
);
