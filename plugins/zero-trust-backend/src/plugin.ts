/** Wires the plugin. */
import { randomUUID } from 'node:crypto';
import { zeroTrustPermissions } from '@backstage-zero-trust/plugin-zero-trust-common';
import {
  zeroTrustClusterSourcesExtensionPoint,
  zeroTrustControlsExtensionPoint,
} from '@backstage-zero-trust/plugin-zero-trust-node';
import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { signalsServiceRef } from '@backstage/plugin-signals-node';
import { CatalogEntities } from './catalog/CatalogEntities';
import { EntityVisibility } from './catalog/EntityVisibility';
import { createClusterSources } from './clusters';
import { DatabaseConnectionStore } from './database/DatabaseConnectionStore';
import { DatabaseLeaseStore } from './database/DatabaseLeaseStore';
import { DatabasePostureStore } from './database/DatabasePostureStore';
import { DatabaseSnapshotStore } from './database/DatabaseSnapshotStore';
import { openDatabase } from './database/migrate';
import { AddedClusterSources, AddedControls } from './extensionPoints';
import {
  ClusterObservation,
  LEASE_SECONDS,
} from './observation/ClusterObservation';
import { ConnectionAsker } from './posture/ConnectionAsker';
import { ConnectionReader } from './posture/ConnectionReader';
import { PostureReader } from './posture/PostureReader';
import { PostureSignals } from './posture/PostureSignals';
import { StoredMaps } from './posture/StoredMaps';
import { scheduleHousekeeping } from './posture/housekeeping';
import { createRouter } from './routes/createRouter';
import { Snapshots } from './snapshots/Snapshots';

/** Judges clusters for the services of the catalog, and serves what it found. */
export const zeroTrustPlugin = createBackendPlugin({
  pluginId: 'zero-trust',
  register(env) {
    const addedSources = new AddedClusterSources();
    const addedControls = new AddedControls();
    env.registerExtensionPoint(
      zeroTrustClusterSourcesExtensionPoint,
      addedSources,
    );
    env.registerExtensionPoint(zeroTrustControlsExtensionPoint, addedControls);

    env.registerInit({
      deps: {
        auth: coreServices.auth,
        cache: coreServices.cache,
        catalog: catalogServiceRef,
        config: coreServices.rootConfig,
        database: coreServices.database,
        discovery: coreServices.discovery,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
        lifecycle: coreServices.lifecycle,
        logger: coreServices.logger,
        permissions: coreServices.permissions,
        permissionsRegistry: coreServices.permissionsRegistry,
        rootLifecycle: coreServices.rootLifecycle,
        scheduler: coreServices.scheduler,
        signals: signalsServiceRef,
      },
      async init({
        auth,
        cache,
        catalog,
        config,
        database,
        discovery,
        httpAuth,
        httpRouter,
        lifecycle,
        logger,
        permissions,
        permissionsRegistry,
        rootLifecycle,
        scheduler,
        signals,
      }) {
        permissionsRegistry.addPermissions(zeroTrustPermissions);
        const sources = addedSources.with(
          createClusterSources(config, { auth, discovery }),
        );
        const controls = addedControls.all();
        const knex = await openDatabase(database);
        const store = DatabasePostureStore.create({ knex });
        const connections = DatabaseConnectionStore.create({ knex });
        const maps = StoredMaps.create(connections);
        const snapshotStore = DatabaseSnapshotStore.create({ knex });
        const snapshots = Snapshots.create(snapshotStore);
        await scheduleHousekeeping({ config, scheduler, store });

        let stop = async () => {};
        let onUnknownEntity = (_entityRef: string) => {};
        // The catalog and the kubernetes plugin answer once all plugins are up.
        rootLifecycle.addStartupHook(() => {
          const entities = CatalogEntities.start({ auth, catalog, logger });
          const holder = randomUUID();
          const observation = ClusterObservation.start({
            sources,
            store,
            connections,
            snapshotStore,
            snapshots,
            entities,
            controls,
            holder,
            leases: DatabaseLeaseStore.create({
              knex,
              holder,
              seconds: LEASE_SECONDS,
            }),
            signals: PostureSignals.create({ signals, logger }),
            logger,
          });
          onUnknownEntity = entityRef => entities.expect(entityRef);
          stop = async () => {
            await entities.stop();
            await observation.stop();
          };
        });
        lifecycle.addShutdownHook(() => stop());

        httpRouter.use(
          createRouter({
            httpAuth,
            permissions,
            visibility: EntityVisibility.create({
              auth,
              cache,
              catalog,
              permissions,
            }),
            reader: PostureReader.create({
              store,
              onUnknownEntity: entityRef => onUnknownEntity(entityRef),
            }),
            connections: ConnectionReader.create({
              store: connections,
              clusters: store,
              maps,
              snapshots,
            }),
            asker: ConnectionAsker.create({ store: connections, snapshots }),
            store,
            controls,
          }),
        );
      },
    });
  },
});
