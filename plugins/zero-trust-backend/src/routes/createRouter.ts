/** The REST API: every route checks the request against the description, then the rights of its caller. */
import { addClustersRoute } from './clusters';
import { addControlsRoute } from './controls';
import { addEntityFindingsRoute } from './entityFindings';
import { addEntityPostureRoute } from './entityPosture';
import {
  RouterOptions,
  ZeroTrustRouter,
  createOpenApiRouter,
} from './openApiRouter';
import { addServicesRoute } from './services';

export function createRouter(options: RouterOptions): ZeroTrustRouter {
  const router = createOpenApiRouter();
  addEntityPostureRoute(router, options);
  addEntityFindingsRoute(router, options);
  addServicesRoute(router, options);
  addClustersRoute(router, options);
  addControlsRoute(router, options);
  return router;
}
