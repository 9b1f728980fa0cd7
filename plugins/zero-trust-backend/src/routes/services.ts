/** GET /services */
import { zeroTrustPostureReadPermission } from '@backstage-zero-trust/plugin-zero-trust-common';
import type { RouterOptions, ZeroTrustRouter } from './openApiRouter';
import { requirePermission } from './requirePermission';

export function addServicesRoute(
  router: ZeroTrustRouter,
  { httpAuth, permissions, visibility, reader, store }: RouterOptions,
): void {
  router.get('/services', async (request, response) => {
    const credentials = await httpAuth.credentials(request);
    await requirePermission(
      permissions,
      zeroTrustPostureReadPermission,
      credentials,
    );
    const visible = await visibility.visibleAmong(
      () => store.listServiceRefs(),
      credentials,
    );
    response.json(await reader.getServices(request.query, visible));
  });
}
