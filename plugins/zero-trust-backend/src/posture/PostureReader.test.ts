import { TestDatabases, mockServices } from '@backstage/backend-test-utils';
import { Entity } from '@backstage/catalog-model';
import { DatabaseLeaseStore } from '../database/DatabaseLeaseStore';
import { DatabasePostureStore } from '../database/DatabasePostureStore';
import { openDatabase } from '../database/migrate';
import {
  evaluation,
  finding,
  readyStatus,
  workload,
} from '../testing/findings';
import { PostureReader } from './PostureReader';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
const holder = 'replica-1';

const orders: Entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: {
    name: 'orders',
    annotations: { 'backstage.io/kubernetes-id': 'orders' },
  },
};

async function createReader() {
  const client = await databases.init('SQLITE_3');
  const knex = await openDatabase(mockServices.database({ knex: client }));
  const store = DatabasePostureStore.create({ knex });
  const leases = DatabaseLeaseStore.create({ knex, holder, seconds: 60 });
  const onUnknownEntity = jest.fn();
  const addCluster = async (
    name: string,
    verdict?: 'pass' | 'fail',
    at?: string,
  ) => {
    await leases.acquire([name]);
    await store.saveCluster(
      {
        name,
        source: 'test',
        status: readyStatus(name, verdict ? {} : { state: 'syncing' }),
      },
      holder,
    );
    if (verdict) {
      await store.saveEvaluation(
        evaluation(name, [finding(workload('orders'), { verdict })], at),
        holder,
      );
    }
  };
  const reader = PostureReader.create({ store, onUnknownEntity });
  return { addCluster, knex, onUnknownEntity, reader };
}

describe('the posture of an entity', () => {
  it('is over all clusters, the worst of them first, and as old as the oldest', async () => {
    const { addCluster, reader } = await createReader();
    await addCluster('a', 'pass', '2026-06-01T10:00:00.000Z');
    await addCluster('b', 'fail', '2026-06-01T09:00:00.000Z');
    const posture = await reader.getEntityPosture(orders);
    expect(posture).toMatchObject({
      summary: { level: 'partial', score: 0 },
      clusters: [
        { cluster: 'b', summary: { level: 'partial' } },
        { cluster: 'a', summary: { level: 'zero trust', score: 100 } },
      ],
      worst: [{ cluster: 'b' }],
      evaluatedAt: '2026-06-01T09:00:00.000Z',
    });
  });

  it('is pending while no cluster was seen yet, and asks for the entity', async () => {
    const { addCluster, onUnknownEntity, reader } = await createReader();
    expect(await reader.getEntityPosture(orders)).toMatchObject({
      state: 'pending',
      message: 'No cluster is known yet.',
    });
    await addCluster('a');
    expect(await reader.getEntityPosture(orders)).toMatchObject({
      state: 'pending',
      lookedIn: [{ name: 'a', state: 'syncing' }],
    });
    expect(onUnknownEntity).toHaveBeenCalledWith('component:default/orders');
  });

  it('is stale once nobody watches the cluster any more, whatever was last said of it', async () => {
    const { addCluster, knex, reader } = await createReader();
    await addCluster('a', 'pass');
    await knex('leases').update({ expires_at: '2026-06-01T10:00:00.000Z' });
    const message =
      'No backend has watched this cluster since 2026-06-01T10:00:00.000Z.';
    expect(await reader.getEntityPosture(orders)).toMatchObject({
      state: 'judged',
      clusters: [{ state: 'stale', message }],
    });
    expect(await reader.getClusters()).toMatchObject({
      items: [{ name: 'a', state: 'stale', message }],
    });
  });

  it('is not stale while a cluster changes hands', async () => {
    const { addCluster, knex, reader } = await createReader();
    await addCluster('a', 'pass');
    await knex('leases').update({
      expires_at: new Date(Date.now() - 10_000).toISOString(),
    });
    expect(await reader.getClusters()).toMatchObject({
      items: [{ state: 'ready' }],
    });
  });

  it('is gone with the annotation, before the cluster is judged again', async () => {
    const { addCluster, reader } = await createReader();
    await addCluster('a', 'fail');
    const plain = { ...orders, metadata: { name: 'orders' } };
    expect(await reader.getEntityPosture(plain)).toMatchObject({
      state: 'not-annotated',
    });
    expect(await reader.getEntityFindings(plain, {})).toEqual({ items: [] });
    expect((await reader.getEntityFindings(orders, {})).items).toHaveLength(1);
  });
});
