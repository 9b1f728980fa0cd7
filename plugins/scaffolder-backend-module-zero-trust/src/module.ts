/** Adds the suite's actions to the scaffolder. */
import { createBackendModule } from '@backstage/backend-plugin-api';
import { scaffolderActionsExtensionPoint } from '@backstage/plugin-scaffolder-node';
import { createZeroTrustCheckAction } from './check/createZeroTrustCheckAction';

/** Install with `backend.add(import('@backstage-zero-trust/plugin-scaffolder-backend-module-zero-trust'))`. */
export const scaffolderModuleZeroTrust = createBackendModule({
  pluginId: 'scaffolder',
  moduleId: 'zero-trust',
  register(registration) {
    registration.registerInit({
      deps: { actions: scaffolderActionsExtensionPoint },
      async init({ actions }) {
        actions.addActions(createZeroTrustCheckAction());
      },
    });
  },
});
