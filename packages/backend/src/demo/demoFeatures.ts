/** Installed always, there only where the configuration has a section `demo`, which bin/start writes. */
import {
  coreServices,
  createBackendFeatureLoader,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import {
  catalogProcessingExtensionPoint,
  catalogServiceRef,
} from '@backstage/plugin-catalog-node';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import { scaffolderActionsExtensionPoint } from '@backstage/plugin-scaffolder-node';
import { PublishedServicesProvider } from './PublishedServicesProvider';
import { createDemoPublishAction } from './createDemoPublishAction';
import { readDemoOptions } from './readDemoOptions';

const scaffolderModule = createBackendModule({
  pluginId: 'scaffolder',
  moduleId: 'demo',
  register(registration) {
    registration.registerInit({
      deps: {
        actions: scaffolderActionsExtensionPoint,
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        config: coreServices.rootConfig,
        events: eventsServiceRef,
      },
      async init({ actions, auth, catalog, config, events }) {
        actions.addActions(
          createDemoPublishAction({
            ...readDemoOptions(config),
            auth,
            catalog,
            events,
          }),
        );
      },
    });
  },
});

const catalogModule = createBackendModule({
  pluginId: 'catalog',
  moduleId: 'demo',
  register(registration) {
    registration.registerInit({
      deps: {
        catalog: catalogProcessingExtensionPoint,
        config: coreServices.rootConfig,
        events: eventsServiceRef,
        logger: coreServices.logger,
      },
      async init({ catalog, config, events, logger }) {
        const { publishDirectory } = readDemoOptions(config);
        catalog.addEntityProvider(
          PublishedServicesProvider.create({
            publishDirectory,
            events,
            logger,
          }),
        );
      },
    });
  },
});

export const demoFeatures = createBackendFeatureLoader({
  deps: { config: coreServices.rootConfig },
  *loader({ config }) {
    if (config.has('demo')) {
      yield scaffolderModule;
      yield catalogModule;
    }
  },
});
