/** GET /entities/{namespace}/{kind}/{name}/findings */
import type { RouterOptions, ZeroTrustRouter } from './openApiRouter';
import { requireEntity } from './requireEntity';

export function addEntityFindingsRoute(
  router: ZeroTrustRouter,
  options: RouterOptions,
): void {
  router.get(
    '/entities/:namespace/:kind/:name/findings',
    async (request, response) => {
      const entity = await requireEntity(request, options);
      response.json(
        await options.reader.getEntityFindings(entity, request.query),
      );
    },
  );
}
