import type { ClusterSource } from '@backstage-zero-trust/plugin-zero-trust-node';
import {
  TestDatabaseId,
  TestDatabases,
  mockServices,
} from '@backstage/backend-test-utils';
import { Entity } from '@backstage/catalog-model';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import type { Knex } from 'knex';
import { CatalogEntities } from '../catalog/CatalogEntities';
import { DatabaseConnectionStore } from '../database/DatabaseConnectionStore';
import { DatabaseLeaseStore } from '../database/DatabaseLeaseStore';
import { DatabaseSnapshotStore } from '../database/DatabaseSnapshotStore';
import { DatabasePostureStore } from '../database/DatabasePostureStore';
import { openDatabase } from '../database/migrate';
import { PostureSignals } from '../posture/PostureSignals';
import { eventually } from '../testing/eventually';
import {
  TestCluster,
  deployment,
  mtlsLabelControl,
  sourceOf,
} from '../testing/TestClusters';
import { ClusterObservation } from './ClusterObservation';
import { Snapshots } from '../snapshots/Snapshots';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_15'] });

function entityOf(name: string): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: { name, annotations: { 'backstage.io/kubernetes-id': name } },
  };
}

const running: ClusterObservation[] = [];
const catalogs: CatalogEntities[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map(observation => observation.stop()));
  await Promise.all(catalogs.splice(0).map(catalog => catalog.stop()));
});

/** A replica of the backend on the given database. */
function startReplica(
  knex: Knex,
  holder: string,
  sources: ClusterSource[],
  { seconds = 30 }: { seconds?: number } = {},
) {
  const snapshotStore = DatabaseSnapshotStore.create({ knex });
  const logger = mockServices.logger.mock({ child: () => logger });
  const entities = CatalogEntities.start({
    auth: mockServices.auth(),
    catalog: catalogServiceMock({ entities: [entityOf('orders')] }),
    logger,
  });
  catalogs.push(entities);
  const signals = { publish: jest.fn(async () => {}) };
  const observation = ClusterObservation.start({
    sources,
    leases: DatabaseLeaseStore.create({ knex, holder, seconds }),
    store: DatabasePostureStore.create({ knex }),
    connections: DatabaseConnectionStore.create({ knex }),
    snapshotStore,
    snapshots: Snapshots.create(snapshotStore),
    entities,
    controls: [mtlsLabelControl],
    signals: PostureSignals.create({ signals, logger }),
    holder,
    logger,
  });
  running.push(observation);
  return { logger, observation, signals };
}

async function openTestDatabase(databaseId: TestDatabaseId) {
  const client = await databases.init(databaseId);
  const knex = await openDatabase(mockServices.database({ knex: client }));
  const store = DatabasePostureStore.create({ knex });
  const holderOf = async (cluster: string): Promise<string | undefined> =>
    (await knex('leases').where({ cluster }).first())?.holder;
  const verdict = async () =>
    (await store.listFindings('component:default/orders', {}))[0]?.verdict;
  return { knex, store, holderOf, verdict };
}

function clusterOf(name: string) {
  const cluster = TestCluster.create(name);
  cluster.apply(deployment({ name: 'orders' }));
  return cluster;
}

describe.each(databases.eachSupportedId())('replicas on %s', databaseId => {
  it('watch a cluster one at a time, and hand it over when they stop', async () => {
    const { knex, holderOf, verdict } = await openTestDatabase(databaseId);
    const cluster = clusterOf('prod');
    const source = sourceOf('test', () => [cluster.target()]);
    const first = startReplica(knex, 'first', [source]);
    await eventually(async () => expect(await verdict()).toBe('fail'));
    const second = startReplica(knex, 'second', [source]);
    await eventually(async () =>
      expect(await knex('replicas').pluck('id')).toHaveLength(2),
    );
    expect(await holderOf('prod')).toBe('first');
    expect(cluster.watchers).toBe(1);

    await first.observation.stop();
    expect(cluster.watchers).toBe(0);
    const third = startReplica(knex, 'third', [source]);
    await eventually(async () => expect(cluster.watchers).toBe(1));
    cluster.apply(
      deployment({
        name: 'orders',
        labels: { 'backstage.io/kubernetes-id': 'orders', mtls: 'strict' },
      }),
    );
    await eventually(async () => expect(await verdict()).toBe('pass'));
    // Whichever of them came first.
    await eventually(() =>
      expect([
        ...second.signals.publish.mock.calls,
        ...third.signals.publish.mock.calls,
      ]).not.toEqual([]),
    );
  });

  it('take over a cluster whose replica died, and let it be when another has it', async () => {
    const { knex, holderOf, verdict } = await openTestDatabase(databaseId);
    const cluster = clusterOf('prod');
    const source = sourceOf('test', () => [cluster.target()]);
    const dead = DatabaseLeaseStore.create({
      knex,
      holder: 'dead',
      seconds: 1,
    });
    await dead.acquire(['prod']);
    startReplica(knex, 'second', [source], { seconds: 1 });
    await eventually(async () => expect(await verdict()).toBe('fail'));
    expect(await holderOf('prod')).toBe('second');

    await knex('leases').update({
      holder: 'third',
      expires_at: '2999-01-01T00:00:00.000Z',
    });
    await eventually(() => expect(cluster.watchers).toBe(0));
    expect(await holderOf('prod')).toBe('third');
  });

  it('share clusters fairly among them', async () => {
    const { knex, holderOf } = await openTestDatabase(databaseId);
    const clusters = ['a', 'b', 'c', 'd'].map(clusterOf);
    const source = sourceOf('test', () =>
      clusters.map(cluster => cluster.target()),
    );
    // Both are known before either takes anything.
    for (const id of ['first', 'second']) {
      await DatabaseLeaseStore.create({
        knex,
        holder: id,
        seconds: 30,
      }).announce();
    }
    startReplica(knex, 'first', [source]);
    await eventually(async () => expect(await holderOf('b')).toBe('first'));
    startReplica(knex, 'second', [source]);
    await eventually(async () => expect(await holderOf('d')).toBe('second'));
    expect(clusters.map(cluster => cluster.watchers)).toEqual([1, 1, 1, 1]);
    expect(await holderOf('a')).toBe('first');
    expect(await holderOf('c')).toBe('second');
  });
});

describe('the observation of clusters', () => {
  it('goes on with the others where a source fails, and with what was known of it', async () => {
    const { knex, store } = await openTestDatabase('SQLITE_3');
    const cluster = clusterOf('prod');
    const failing: ClusterSource = {
      id: 'failing',
      list: async () => {
        throw new Error('Nobody answers');
      },
    };
    const { logger } = startReplica(knex, 'first', [
      failing,
      sourceOf('test', () => [cluster.target()]),
    ]);
    await eventually(async () =>
      expect(await store.listClusters()).toMatchObject([
        { name: 'prod', source: 'test', status: { state: 'ready' } },
      ]),
    );
    expect(logger.warn).toHaveBeenCalledWith(
      'Clusters of failing could not be listed; those known before are kept',
      { error: 'Nobody answers' },
    );
  });

  it('goes on with the others where a cluster cannot even be begun', async () => {
    const { knex, verdict } = await openTestDatabase('SQLITE_3');
    const broken = {
      name: 'broken',
      observe: () => {
        throw new Error('No such certificate');
      },
    };
    const cluster = clusterOf('prod');
    startReplica(knex, 'first', [
      sourceOf('test', () => [broken, cluster.target()]),
    ]);
    await eventually(async () => expect(await verdict()).toBe('fail'));
  });

  it('takes the first of two clusters of one name, and says so', async () => {
    const { knex, store } = await openTestDatabase('SQLITE_3');
    const [one, other] = [clusterOf('prod'), clusterOf('prod')];
    const { logger } = startReplica(knex, 'first', [
      sourceOf('one', () => [one.target()]),
      sourceOf('other', () => [other.target()]),
    ]);
    await eventually(() =>
      expect(logger.warn).toHaveBeenCalledWith(
        'Cluster prod of other is left out: one has one of the same name',
      ),
    );
    await eventually(async () =>
      expect(await store.listClusters()).toMatchObject([{ source: 'one' }]),
    );
    expect(other.watchers).toBe(0);
  });

  it('forgets a cluster that no source lists any more', async () => {
    const { knex, store, verdict } = await openTestDatabase('SQLITE_3');
    const cluster = clusterOf('prod');
    const before = startReplica(knex, 'first', [
      sourceOf('test', () => [cluster.target()]),
    ]);
    await eventually(async () => expect(await verdict()).toBe('fail'));
    await before.observation.stop();
    const after = startReplica(knex, 'second', [sourceOf('test', () => [])]);
    await eventually(async () =>
      expect(await store.listClusters()).toEqual([]),
    );
    expect(await verdict()).toBeUndefined();
    await eventually(() =>
      expect(after.signals.publish).toHaveBeenCalledWith(
        expect.objectContaining({
          channel: 'zero-trust:component:default/orders',
        }),
      ),
    );
  });

  it('keeps what is stored of a cluster that is down after a restart, with the time of its last look', async () => {
    const { knex, store, verdict } = await openTestDatabase('SQLITE_3');
    const cluster = clusterOf('prod');
    const source = sourceOf('test', () => [cluster.target()]);
    const before = startReplica(knex, 'first', [source]);
    await eventually(async () => expect(await verdict()).toBe('fail'));
    await before.observation.stop();
    const [{ status }] = await store.listClusters();

    cluster.vanish();
    startReplica(knex, 'second', [source]);
    await eventually(async () =>
      expect(await store.listClusters()).toMatchObject([
        {
          status: {
            state: 'unreachable',
            message: 'Refused.',
            lastSync: status.lastSync,
            workloads: 1,
          },
        },
      ]),
    );
    expect(await verdict()).toBe('fail');
  });
});
