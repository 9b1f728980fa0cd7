/** GET /entities/{namespace}/{kind}/{name}/posture */
import type { RouterOptions, ZeroTrustRouter } from './openApiRouter';
import { requireEntity } from './requireEntity';

export function addEntityPostureRoute(
  router: ZeroTrustRouter,
  options: RouterOptions,
): void {
  router.get(
    '/entities/:namespace/:kind/:name/posture',
    async (request, response) => {
      const entity = await requireEntity(request, options);
      response.json(await options.reader.getEntityPosture(entity));
    },
  );
}
