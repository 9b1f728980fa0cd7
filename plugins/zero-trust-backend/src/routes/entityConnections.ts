/** GET /entities/{namespace}/{kind}/{name}/connections */
import { askVisibleFor } from './askVisibleFor';
import type { RouterOptions, ZeroTrustRouter } from './openApiRouter';
import { requireEntity } from './requireEntity';

export function addEntityConnectionsRoute(
  router: ZeroTrustRouter,
  options: RouterOptions,
): void {
  router.get(
    '/entities/:namespace/:kind/:name/connections',
    async (request, response) => {
      const entity = await requireEntity(request, options);
      response.json(
        await options.connections.getEntityConnections(
          entity,
          request.query,
          await askVisibleFor(request, options),
        ),
      );
    },
  );
}
