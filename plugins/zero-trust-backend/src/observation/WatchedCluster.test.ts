import { TestDatabases, mockServices } from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { CatalogEntities } from '../catalog/CatalogEntities';
import { DatabaseConnectionStore } from '../database/DatabaseConnectionStore';
import { DatabaseLeaseStore } from '../database/DatabaseLeaseStore';
import { DatabaseSnapshotStore } from '../database/DatabaseSnapshotStore';
import { DatabasePostureStore } from '../database/DatabasePostureStore';
import { openDatabase } from '../database/migrate';
import type { ClusterEvaluation } from '../database/PostureStore';
import { PostureSignals } from '../posture/PostureSignals';
import { eventually } from '../testing/eventually';
import {
  TestCluster,
  deployment,
  mtlsLabelControl,
} from '../testing/TestClusters';
import { WatchedCluster } from './WatchedCluster';
import { Snapshots } from '../snapshots/Snapshots';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
const ORDERS = 'component:default/orders';

const ordersWith = (mtls: string) =>
  deployment({
    name: 'orders',
    labels: { 'backstage.io/kubernetes-id': 'orders', mtls },
  });

const BILLING = deployment({ name: 'billing' });

function entityOf(name: string) {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: { name, annotations: { 'backstage.io/kubernetes-id': name } },
  };
}

/** Watches one cluster; `saving` is called before an evaluation is written. */
async function watch(saving: (evaluation: ClusterEvaluation) => Promise<void>) {
  const client = await databases.init('SQLITE_3');
  const knex = await openDatabase(mockServices.database({ knex: client }));
  const store = DatabasePostureStore.create({ knex });
  const holder = 'replica-1';
  await DatabaseLeaseStore.create({ knex, holder, seconds: 60 }).acquire([
    'prod',
  ]);
  const snapshotStore = DatabaseSnapshotStore.create({ knex });
  const logger = mockServices.logger.mock({ child: () => logger });
  const entities = CatalogEntities.start({
    auth: mockServices.auth(),
    catalog: catalogServiceMock({
      entities: [entityOf('orders'), entityOf('billing')],
    }),
    logger,
  });
  const publish = jest.fn(async () => {});
  const cluster = TestCluster.create('prod');
  const watched = WatchedCluster.start({
    target: cluster.target(),
    source: 'test',
    store: {
      saveCluster: (...args) => store.saveCluster(...args),
      retainEntities: (...args) => store.retainEntities(...args),
      saveEvaluation: async (evaluation, by) => {
        await saving(evaluation);
        return store.saveEvaluation(evaluation, by);
      },
    },
    connections: DatabaseConnectionStore.create({ knex }),
    snapshotStore,
    snapshots: Snapshots.create(snapshotStore),
    entities,
    controls: [mtlsLabelControl],
    signals: PostureSignals.create({ signals: { publish }, logger }),
    holder,
    logger,
  });
  entities.onChange(() => watched.changed());
  return {
    cluster,
    logger,
    publish,
    store,
    stop: async () => {
      await entities.stop();
      await watched.stop();
    },
  };
}

describe('a watched cluster', () => {
  it('is never judged twice at once; what changes meanwhile is judged together, from the newest view', async () => {
    let release = () => {};
    const gate = new Promise<void>(resolve => {
      release = resolve;
    });
    let running = 0;
    const evaluations: ClusterEvaluation[] = [];
    const { cluster, store, stop } = await watch(async evaluation => {
      running += 1;
      expect(running).toBe(1);
      evaluations.push(evaluation);
      await gate;
      running -= 1;
    });
    cluster.apply(ordersWith('first'));
    await eventually(() => expect(evaluations).toHaveLength(1));
    cluster.apply(ordersWith('second'));
    cluster.apply(ordersWith('strict'));
    release();
    await eventually(async () =>
      expect(await store.listFindings(ORDERS, {})).toMatchObject([
        { verdict: 'pass' },
      ]),
    );
    expect(evaluations).toHaveLength(2);
    await stop();
  });

  it('is judged again after a failure of the database', async () => {
    let failures = 1;
    const { cluster, logger, store, stop } = await watch(async () => {
      if (failures > 0) {
        failures -= 1;
        throw new Error('the database is away');
      }
    });
    cluster.apply(ordersWith('strict'), BILLING);
    await eventually(() =>
      expect(logger.warn).toHaveBeenCalledWith(
        'Cluster prod could not be judged',
        { error: 'the database is away' },
      ),
    );
    await eventually(async () =>
      expect(await store.listFindings(ORDERS, {})).toHaveLength(1),
    );
    await stop();
  });

  it('is written as far as it changed, and whole after a failure', async () => {
    const written: string[] = [];
    let failing = false;
    const { cluster, stop } = await watch(async ({ workloads, unchanged }) => {
      const names = (list: readonly { name: string }[]) =>
        list.map(({ name }) => name).join(' ');
      written.push(
        `${names(
          workloads.map(({ workload }) => workload),
        )}; as before: ${names(unchanged)}`,
      );
      if (failing) {
        failing = false;
        throw new Error('the database is away');
      }
    });
    const times = (count: number) =>
      eventually(() => expect(written).toHaveLength(count));
    cluster.apply(ordersWith('strict'), BILLING);
    await times(1);
    cluster.apply(ordersWith('none'), BILLING);
    await times(2);
    failing = true;
    cluster.apply(ordersWith('strict'), BILLING);
    await times(4);
    expect(written).toEqual([
      'billing orders; as before: ',
      'orders; as before: billing',
      'orders; as before: billing',
      'billing orders; as before: ',
    ]);
    await stop();
  });

  it('is not written about any more once it is stopped, and tells of a change only after it is stored', async () => {
    const { cluster, publish, store, stop } = await watch(async () => {
      expect(await store.listFindings(ORDERS, {})).toEqual([]);
      expect(publish).not.toHaveBeenCalledWith(
        expect.objectContaining({ channel: `zero-trust:${ORDERS}` }),
      );
    });
    cluster.apply(ordersWith('strict'));
    await eventually(() =>
      expect(publish).toHaveBeenCalledWith(
        expect.objectContaining({ channel: `zero-trust:${ORDERS}` }),
      ),
    );
    await stop();
    publish.mockClear();
    cluster.apply(ordersWith('none'));
    expect(cluster.watchers).toBe(0);
    expect(publish).not.toHaveBeenCalled();
  });
});
