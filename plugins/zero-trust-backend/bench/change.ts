/** From a change in a cluster to the signal that the open card waits for: gathered, judged by all controls of the suite, stored. */
import { mockServices } from '@backstage/backend-test-utils';
import { entityChannel } from '@backstage-zero-trust/plugin-zero-trust-common';
import { CONTROLS } from '@backstage-zero-trust/posture-engine';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { Knex } from 'knex';
import { CatalogEntities } from '../src/catalog/CatalogEntities';
import { DatabaseConnectionStore } from '../src/database/DatabaseConnectionStore';
import { DatabaseLeaseStore } from '../src/database/DatabaseLeaseStore';
import { DatabasePostureStore } from '../src/database/DatabasePostureStore';
import { openDatabase } from '../src/database/migrate';
import { WatchedCluster } from '../src/observation/WatchedCluster';
import { PostureSignals } from '../src/posture/PostureSignals';
import { TestCluster, deployment } from '../src/testing/TestClusters';

export interface MeasureChangesOptions {
  client: Knex;
  services: number;
  changes: number;
}

/** Milliseconds of each change. */
export async function measureChanges({
  client,
  services,
  changes,
}: MeasureChangesOptions): Promise<number[]> {
  const knex = await openDatabase(mockServices.database({ knex: client }));
  const logger = mockServices.rootLogger();
  const holder = 'bench';
  const name = 'changing';
  await DatabaseLeaseStore.create({ knex, holder, seconds: 3_600 }).acquire([
    name,
  ]);
  const names = Array.from({ length: services }, (_, index) => `app-${index}`);
  const entities = CatalogEntities.start({
    auth: mockServices.auth(),
    catalog: catalogServiceMock({
      entities: names.map(entity => ({
        apiVersion: 'backstage.io/v1alpha1',
        kind: 'Component',
        metadata: {
          name: entity,
          annotations: { 'backstage.io/kubernetes-id': entity },
        },
      })),
    }),
    logger,
  });

  let told = (_channel: string) => {};
  const signalOn = (channel: string) =>
    new Promise<void>(resolve => {
      told = sent => {
        if (sent === channel) {
          resolve();
        }
      };
    });
  const cluster = TestCluster.create(name);
  const watched = WatchedCluster.start({
    target: cluster.target(),
    source: 'bench',
    store: DatabasePostureStore.create({ knex }),
    connections: DatabaseConnectionStore.create({ knex }),
    entities,
    controls: CONTROLS,
    signals: PostureSignals.create({
      signals: { publish: async ({ channel }) => told(channel) },
      logger,
    }),
    holder,
    logger,
  });
  entities.onChange(() => watched.changed());

  const times: number[] = [];
  for (let change = 0; change <= changes; change++) {
    const changed = names[change];
    const manifests = names.map(app =>
      deployment({
        name: app,
        labels: { 'backstage.io/kubernetes-id': app },
        hostNetwork: app === changed,
      }),
    );
    const signalled = signalOn(entityChannel(`component:default/${changed}`));
    // Building the view is the collector's work and not counted.
    cluster.prepare(...manifests);
    const startedAt = performance.now();
    cluster.report({ state: 'ready' });
    await signalled;
    times.push(performance.now() - startedAt);
  }
  await entities.stop();
  await watched.stop();
  // The first look is not a change.
  return times.slice(1);
}
