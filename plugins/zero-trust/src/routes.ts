/** Where the plugin's pages are. The same references serve both frontend systems. */
import { createRouteRef } from '@backstage/core-plugin-api';

export const rootRouteRef = createRouteRef({ id: 'zero-trust' });

export const entityContentRouteRef = createRouteRef({
  id: 'zero-trust:entity-content',
});

/** The tab's path below an entity's page; links to findings rely on it. */
export const ENTITY_CONTENT_PATH = 'zero-trust';
