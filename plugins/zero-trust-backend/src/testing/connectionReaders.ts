/** What answers questions about connections, over a database that holds one small cluster. */
import { mockServices } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { DatabaseConnectionStore } from '../database/DatabaseConnectionStore';
import { DatabaseLeaseStore } from '../database/DatabaseLeaseStore';
import { DatabasePostureStore } from '../database/DatabasePostureStore';
import { DatabaseSnapshotStore } from '../database/DatabaseSnapshotStore';
import { openDatabase } from '../database/migrate';
import { ConnectionAsker } from '../posture/ConnectionAsker';
import { ConnectionReader } from '../posture/ConnectionReader';
import { StoredMaps } from '../posture/StoredMaps';
import { SnapshotUpkeep } from '../snapshots/SnapshotUpkeep';
import { Snapshots } from '../snapshots/Snapshots';
import { connectionsIn } from './connections';
import { evaluation, finding, readyStatus, workload } from './findings';
import { snapshotOf } from './TestClusters';

const HOLDER = 'replica-1';

export interface ReadersOptions {
  /** Each with the workload of its name. */
  entities?: readonly string[];
  caveats?: readonly string[];
}

/** The cluster is `prod`; without manifests nothing of it is stored yet. */
export async function createReaders(
  client: Knex,
  manifests: readonly string[],
  { entities = ['orders', 'web'], caveats = [] }: ReadersOptions = {},
) {
  const knex = await openDatabase(mockServices.database({ knex: client }));
  const clusters = DatabasePostureStore.create({ knex });
  const store = DatabaseConnectionStore.create({ knex });
  await DatabaseLeaseStore.create({
    knex,
    holder: HOLDER,
    seconds: 60,
  }).acquire(['prod']);
  await clusters.saveCluster(
    { name: 'prod', source: 'test', status: readyStatus('prod') },
    HOLDER,
  );
  await clusters.saveEvaluation(
    evaluation(
      'prod',
      entities.map(name => finding(workload(name))),
    ),
    HOLDER,
  );
  const snapshotStore = DatabaseSnapshotStore.create({ knex });
  const snapshots = Snapshots.create(snapshotStore);
  const upkeep = SnapshotUpkeep.create({
    cluster: 'prod',
    store: snapshotStore,
    snapshots,
    holder: HOLDER,
  });
  const change = async (changed: readonly string[]) => {
    const snapshot = snapshotOf('prod', changed);
    await store.save(await connectionsIn(snapshot, { caveats }), HOLDER);
    await upkeep.update(snapshot);
  };
  if (manifests.length > 0) {
    await change(manifests);
  }
  const maps = StoredMaps.create(store);
  return {
    change,
    reader: ConnectionReader.create({ store, clusters, maps, snapshots }),
    asker: ConnectionAsker.create({ store, snapshots }),
  };
}
