import {
  TestDatabaseId,
  TestDatabases,
  mockServices,
} from '@backstage/backend-test-utils';
import {
  ClusterSnapshot,
  JointQuestions,
  KIND_NAMES,
} from '@backstage-zero-trust/posture-engine';
import type { Knex } from 'knex';
import { DatabaseLeaseStore } from '../database/DatabaseLeaseStore';
import { DatabasePostureStore } from '../database/DatabasePostureStore';
import { DatabaseSnapshotStore } from '../database/DatabaseSnapshotStore';
import { openDatabase } from '../database/migrate';
import { networkPolicy } from '../testing/connections';
import {
  evaluation,
  finding,
  readyStatus,
  workload,
} from '../testing/findings';
import { deployment, snapshotOf } from '../testing/TestClusters';
import { SnapshotUpkeep } from './SnapshotUpkeep';
import { Snapshots } from './Snapshots';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_15'] });
const ORDERS = 'component:default/orders';
const BILLING = 'component:default/billing';

const shop = ['orders', 'web'].map(name => deployment({ name }));
const bank = [deployment({ name: 'billing', namespace: 'bank' })];
const policy = networkPolicy({ name: 'nobody', of: 'orders' });
const authorization = JSON.stringify({
  apiVersion: 'security.istio.io/v1',
  kind: 'AuthorizationPolicy',
  metadata: { name: 'nobody', namespace: 'shop' },
  spec: {},
});

const of = (...manifests: string[]) => snapshotOf('prod', manifests);

/** A replica that collects the cluster, and one that does not. */
async function start(databaseId: TestDatabaseId) {
  const client = await databases.init(databaseId);
  const knex = await openDatabase(mockServices.database({ knex: client }));
  const leases = (holder: string) =>
    DatabaseLeaseStore.create({ knex, holder, seconds: 60 });
  await leases('replica-1').acquire(['prod']);
  const postures = DatabasePostureStore.create({ knex });
  await postures.saveCluster(
    { name: 'prod', source: 'test', status: readyStatus('prod') },
    'replica-1',
  );
  const { entities, ...evaluated } = evaluation('prod', [
    finding(workload('orders')),
  ]);
  await postures.saveEvaluation(
    {
      ...evaluated,
      entities: [
        ...entities,
        {
          entityRef: BILLING,
          title: 'billing',
          workloads: [workload('billing', 'bank')],
        },
      ],
    },
    'replica-1',
  );
  const store = DatabaseSnapshotStore.create({ knex });
  const own = Snapshots.create(store);
  const upkeepOf = (holder: string) =>
    SnapshotUpkeep.create({ cluster: 'prod', store, snapshots: own, holder });
  return {
    knex,
    postures,
    release: () => leases('replica-1').release(['prod']),
    takeOver: async () => {
      await leases('replica-1').release(['prod']);
      await leases('replica-2').acquire(['prod']);
    },
    store,
    own,
    other: Snapshots.create(store),
    upkeep: upkeepOf('replica-1'),
    upkeepOf,
  };
}

function objectsOf(snapshot: ClusterSnapshot | undefined) {
  return KIND_NAMES.flatMap(kind => [...(snapshot?.all(kind) ?? [])]);
}

async function written(knex: Knex, call: () => Promise<unknown>) {
  const statements: string[] = [];
  const listen = ({ sql }: { sql: string }) => {
    if (/^(insert|delete)/.test(sql)) {
      statements.push(
        sql.replace(/^(\w+) (?:into |from )[`"](\w+).*/s, '$1 $2'),
      );
    }
  };
  knex.on('query', listen);
  await call();
  knex.removeListener('query', listen);
  return statements;
}

async function partsIn(knex: Knex): Promise<Map<string, string>> {
  const rows: { name: string; digest: string }[] = await knex('snapshot_parts');
  return new Map(rows.map(({ name, digest }) => [name, digest]));
}

describe.each(databases.eachSupportedId())('snapshots on %s', databaseId => {
  it('are the same on every replica, and the replica that collects has its own', async () => {
    const { own, other, upkeep } = await start(databaseId);
    expect(await other.get('prod')).toBeUndefined();
    const snapshot = of(...shop, ...bank, policy);
    await upkeep.update(snapshot);
    expect((await own.get('prod'))?.snapshot).toBe(snapshot);
    const read = await other.get('prod');
    expect(read?.snapshot).not.toBe(snapshot);
    expect(objectsOf(read?.snapshot)).toEqual(objectsOf(snapshot));
    expect((await other.get('prod'))?.snapshot).toBe(read?.snapshot);
    expect(read?.observedAt).toBe((await own.get('prod'))?.observedAt);
  });

  it('answer as the live one does', async () => {
    const { other, upkeep } = await start(databaseId);
    const snapshot = of(...shop, policy, authorization);
    await upkeep.update(snapshot);
    const read = (await other.get('prod'))?.snapshot;
    const ask = (asked: ClusterSnapshot) =>
      ['orders', 'web'].map(name =>
        JointQuestions.create(asked).answer({
          from: { workload: 'shop/Deployment/web' },
          to: { workload: `shop/Deployment/${name}` },
          port: 80,
          protocol: 'TCP',
        }),
      );
    expect(read && ask(read)).toEqual(ask(snapshot));
  });

  it('write only the parts that changed, and others read only those', async () => {
    const { knex, other, upkeep } = await start(databaseId);
    await upkeep.update(of(...shop, ...bank));
    const before = await partsIn(knex);
    const known = (await other.get('prod'))?.snapshot;
    await upkeep.update(of(...shop, ...bank, policy));
    const after = await partsIn(knex);
    const changed = [...after].filter(
      ([name, digest]) => before.get(name) !== digest,
    );
    expect(changed.map(([name]) => name)).toEqual([
      expect.stringMatching(/^NetworkPolicy\//),
    ]);
    const read = (await other.get('prod'))?.snapshot;
    expect(read?.all('NetworkPolicy')).toHaveLength(1);
    expect(read?.all('Deployment')).toHaveLength(3);
    read?.all('Deployment').forEach((object, index) => {
      expect(object).toBe(known?.all('Deployment')[index]);
    });
    await upkeep.update(of(...shop));
    expect([...(await partsIn(knex)).keys()]).not.toContain(changed[0][0]);
    expect((await other.get('prod'))?.snapshot.all('Deployment')).toHaveLength(
      2,
    );
  });

  it('write nothing but the time where nothing changed, even after a restart', async () => {
    const { knex, other, upkeep, upkeepOf } = await start(databaseId);
    await upkeep.update(of(...shop));
    const first = await other.get('prod');
    const again = upkeepOf('replica-1');
    const later = ClusterSnapshot.create({
      cluster: 'prod',
      observedAt: '2036-06-01T10:00:00.000Z',
      objects: objectsOf(of(...shop)),
    });
    expect(await written(knex, () => again.update(later))).toEqual([]);
    expect(await other.get('prod')).toEqual({
      snapshot: first?.snapshot,
      observedAt: '2036-06-01T10:00:00.000Z',
    });
  });

  it('name the entities about which other answers may be given', async () => {
    const { upkeep } = await start(databaseId);
    const change = async (...manifests: string[]) =>
      (await upkeep.update(of(...manifests)))?.entityRefs;
    expect(await change(...shop, ...bank)).toEqual([BILLING, ORDERS]);
    // The network's part is told with the connections.
    expect(await change(...shop, ...bank, policy)).toBeUndefined();
    // What a mesh says in one namespace is about callers from everywhere.
    expect(await change(...shop, ...bank, policy, authorization)).toEqual([
      BILLING,
      ORDERS,
    ]);
    const service = JSON.stringify({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'billing', namespace: 'bank' },
      spec: { ports: [{ port: 80 }] },
    });
    expect(
      await change(...shop, ...bank, policy, authorization, service),
    ).toEqual([BILLING]);
  });

  it('are refused from a replica that lost its lease', async () => {
    const { other, takeOver, upkeep } = await start(databaseId);
    await upkeep.update(of(...shop));
    await takeOver();
    await expect(upkeep.update(of(...bank))).rejects.toMatchObject({
      name: 'ConflictError',
    });
    expect((await other.get('prod'))?.snapshot.all('Deployment')).toHaveLength(
      2,
    );
  });

  it('are stored as a whole again after another replica wrote something else', async () => {
    const { knex, other, upkeep } = await start(databaseId);
    await upkeep.update(of(...shop));
    await knex('snapshot_parts').update({ digest: 'another' });
    await expect(upkeep.update(of(...shop, policy))).rejects.toMatchObject({
      name: 'ConflictError',
    });
    await upkeep.update(of(...shop, policy));
    expect((await other.get('prod'))?.snapshot.all('Deployment')).toHaveLength(
      2,
    );
  });

  it('that are being written are not read in part', async () => {
    const { knex, other, upkeep } = await start(databaseId);
    await upkeep.update(of(...shop));
    await knex('snapshot_parts').update({ digest: 'another' });
    await expect(other.get('prod')).rejects.toMatchObject({
      name: 'ServiceUnavailableError',
    });
  });

  it('are forgotten with their cluster, and by who no longer collects it', async () => {
    const { knex, own, postures, release, upkeep } = await start(databaseId);
    const snapshot = of(...shop);
    await upkeep.update(snapshot);
    upkeep.stop();
    expect((await own.get('prod'))?.snapshot).not.toBe(snapshot);
    await release();
    await postures.removeCluster('prod', '2026-06-01T11:00:00.000Z');
    expect(await knex('snapshots')).toEqual([]);
    expect(await partsIn(knex)).toEqual(new Map());
  });
});
