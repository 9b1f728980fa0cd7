/** The screens with made-up data, for looking at them: `yarn start` in this package. */
import { createDevApp } from '@backstage/frontend-dev-utils';
import { createFrontendModule } from '@backstage/frontend-plugin-api';
import catalogPlugin from '@backstage/plugin-catalog/alpha';
import zeroTrustPlugin from '../src/alpha';
import { catalogApi, zeroTrustApi } from './apis';

createDevApp({
  features: [
    catalogPlugin,
    zeroTrustPlugin,
    createFrontendModule({ pluginId: 'catalog', extensions: [catalogApi] }),
    createFrontendModule({
      pluginId: 'zero-trust',
      extensions: [zeroTrustApi],
    }),
  ],
});
