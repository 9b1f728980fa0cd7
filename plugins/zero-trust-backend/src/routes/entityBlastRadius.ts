/** GET /entities/{namespace}/{kind}/{name}/blast-radius */
import { askVisibleFor } from './askVisibleFor';
import type { RouterOptions, ZeroTrustRouter } from './openApiRouter';
import { requireEntity } from './requireEntity';

export function addEntityBlastRadiusRoute(
  router: ZeroTrustRouter,
  options: RouterOptions,
): void {
  router.get(
    '/entities/:namespace/:kind/:name/blast-radius',
    async (request, response) => {
      const entity = await requireEntity(request, options);
      response.json(
        await options.connections.getEntityBlastRadius(
          entity,
          await askVisibleFor(request, options),
        ),
      );
    },
  );
}
