/** GET /entities/{namespace}/{kind}/{name}/findings */
import { zeroTrustPostureReadPermission } from '@backstage-zero-trust/plugin-zero-trust-common';
import type { RouterOptions, ZeroTrustRouter } from './openApiRouter';
import { requirePermission } from './requirePermission';

export function addEntityFindingsRoute(
  router: ZeroTrustRouter,
  { httpAuth, permissions, visibility, reader }: RouterOptions,
): void {
  router.get(
    '/entities/:namespace/:kind/:name/findings',
    async (request, response) => {
      const credentials = await httpAuth.credentials(request);
      await requirePermission(
        permissions,
        zeroTrustPostureReadPermission,
        credentials,
      );
      const entity = await visibility.requireEntity(
        request.params,
        credentials,
      );
      response.json(await reader.getEntityFindings(entity, request.query));
    },
  );
}
