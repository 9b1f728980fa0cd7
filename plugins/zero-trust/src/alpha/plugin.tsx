/** The plugin for apps of the new frontend system. */
import { createFrontendPlugin } from '@backstage/frontend-plugin-api';
import { RiShieldCheckLine } from '@remixicon/react';
import { entityContentRouteRef, rootRouteRef } from '../routes';
import { zeroTrustApi } from './apis';
import { zeroTrustEntityCard, zeroTrustEntityContent } from './entity';
import {
  zeroTrustBlastRadiusPage,
  zeroTrustClustersPage,
  zeroTrustConnectionsPage,
  zeroTrustPage,
  zeroTrustServicesPage,
} from './pages';

export const zeroTrustPlugin = createFrontendPlugin({
  pluginId: 'zero-trust',
  title: 'Zero trust',
  icon: <RiShieldCheckLine />,
  info: { packageJson: () => import('../../package.json') },
  routes: { root: rootRouteRef, entityContent: entityContentRouteRef },
  extensions: [
    zeroTrustApi,
    zeroTrustPage,
    zeroTrustServicesPage,
    zeroTrustConnectionsPage,
    zeroTrustBlastRadiusPage,
    zeroTrustClustersPage,
    zeroTrustEntityCard,
    zeroTrustEntityContent,
  ],
});
