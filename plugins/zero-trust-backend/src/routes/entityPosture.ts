/** GET /entities/{namespace}/{kind}/{name}/posture */
import { zeroTrustPostureReadPermission } from '@backstage-zero-trust/plugin-zero-trust-common';
import type { RouterOptions, ZeroTrustRouter } from './openApiRouter';
import { requirePermission } from './requirePermission';

export function addEntityPostureRoute(
  router: ZeroTrustRouter,
  { httpAuth, permissions, visibility, reader }: RouterOptions,
): void {
  router.get(
    '/entities/:namespace/:kind/:name/posture',
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
      response.json(await reader.getEntityPosture(entity));
    },
  );
}
