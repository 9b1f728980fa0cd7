/** GET /clusters */
import { zeroTrustClustersReadPermission } from '@backstage-zero-trust/plugin-zero-trust-common';
import type { RouterOptions, ZeroTrustRouter } from './openApiRouter';
import { requirePermission } from './requirePermission';

export function addClustersRoute(
  router: ZeroTrustRouter,
  { httpAuth, permissions, reader }: RouterOptions,
): void {
  router.get('/clusters', async (request, response) => {
    const credentials = await httpAuth.credentials(request);
    await requirePermission(
      permissions,
      zeroTrustClustersReadPermission,
      credentials,
    );
    response.json(await reader.getClusters());
  });
}
