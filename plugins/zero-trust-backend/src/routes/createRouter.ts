/** The REST API: every route checks the request against the description, then the rights of its caller. */
import { addBlastRadiusRoute } from './blastRadius';
import { addClustersRoute } from './clusters';
import { addConnectionRoute } from './connection';
import { addControlsRoute } from './controls';
import { addEntityBlastRadiusRoute } from './entityBlastRadius';
import { addEntityConnectionsRoute } from './entityConnections';
import { addEntityFindingsRoute } from './entityFindings';
import { addEntityPostureRoute } from './entityPosture';
import { addNamespacesRoute } from './namespaces';
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
  addEntityConnectionsRoute(router, options);
  addEntityBlastRadiusRoute(router, options);
  addServicesRoute(router, options);
  addBlastRadiusRoute(router, options);
  addClustersRoute(router, options);
  addNamespacesRoute(router, options);
  addConnectionRoute(router, options);
  addControlsRoute(router, options);
  return router;
}
