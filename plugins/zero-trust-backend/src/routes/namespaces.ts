/** GET /clusters/{cluster}/namespaces */
import { zeroTrustClustersReadPermission } from '@backstage-zero-trust/plugin-zero-trust-common';
import type { RouterOptions, ZeroTrustRouter } from './openApiRouter';
import { requirePermission } from './requirePermission';

export function addNamespacesRoute(
  router: ZeroTrustRouter,
  { httpAuth, permissions, connections }: RouterOptions,
): void {
  router.get('/clusters/:cluster/namespaces', async (request, response) => {
    const credentials = await httpAuth.credentials(request);
    await requirePermission(
      permissions,
      zeroTrustClustersReadPermission,
      credentials,
    );
    response.json(await connections.getNamespaceMatrix(request.params.cluster));
  });
}
