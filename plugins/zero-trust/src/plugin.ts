/** The plugin for apps of the old frontend system. */
import {
  createComponentExtension,
  createPlugin,
  createRoutableExtension,
} from '@backstage/core-plugin-api';
import { zeroTrustApiFactory } from './api';
import { entityContentRouteRef, rootRouteRef } from './routes';

export const zeroTrustPlugin = createPlugin({
  id: 'zero-trust',
  apis: [zeroTrustApiFactory],
  routes: { root: rootRouteRef, entityContent: entityContentRouteRef },
});

/** The fleet's page; mount it at `/zero-trust`. */
export const ZeroTrustPage = zeroTrustPlugin.provide(
  createRoutableExtension({
    name: 'ZeroTrustPage',
    component: () =>
      import('./components/page/ZeroTrustPage').then(m => m.ZeroTrustPage),
    mountPoint: rootRouteRef,
  }),
);

/** The card for the overview of an entity. */
export const EntityZeroTrustCard = zeroTrustPlugin.provide(
  createComponentExtension({
    name: 'EntityZeroTrustCard',
    component: {
      lazy: () => import('./components/card').then(m => m.EntityZeroTrustCard),
    },
  }),
);

/** The tab of an entity; mount it at `/zero-trust`, links to findings rely on it. */
export const EntityZeroTrustContent = zeroTrustPlugin.provide(
  createRoutableExtension({
    name: 'EntityZeroTrustContent',
    component: () =>
      import('./components/findings').then(m => m.EntityZeroTrustContent),
    mountPoint: entityContentRouteRef,
  }),
);
