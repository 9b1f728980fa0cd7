/** GET /blast-radius */
import {
  zeroTrustClustersReadPermission,
  zeroTrustPostureReadPermission,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import type { RouterOptions, ZeroTrustRouter } from './openApiRouter';
import { isPermitted, requirePermission } from './requirePermission';

export function addBlastRadiusRoute(
  router: ZeroTrustRouter,
  { httpAuth, permissions, visibility, connections, store }: RouterOptions,
): void {
  router.get('/blast-radius', async (request, response) => {
    const credentials = await httpAuth.credentials(request);
    await requirePermission(
      permissions,
      zeroTrustPostureReadPermission,
      credentials,
    );
    const entities = await visibility.visibleAmong(
      () => store.listServiceRefs(),
      credentials,
    );
    // A workload without an entity is the cluster's own.
    const unowned = await isPermitted(
      permissions,
      zeroTrustClustersReadPermission,
      credentials,
    );
    response.json(
      await connections.getBlastRadius(request.query, { entities, unowned }),
    );
  });
}
