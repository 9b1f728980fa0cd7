/** The REST API: every route checks the request against the description, then the rights of its caller. */
import type { Control } from '@backstage-zero-trust/posture-engine';
import { createValidatedOpenApiRouter } from '@backstage/backend-openapi-utils';
import {
  HttpAuthService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import type { EntityVisibility } from '../catalog/EntityVisibility';
import type { PostureStore } from '../database/PostureStore';
import type { PostureReader } from '../posture/PostureReader';
import { openapi } from '../schema/openapi';
import { addClustersRoute } from './clusters';
import { addControlsRoute } from './controls';
import { addEntityFindingsRoute } from './entityFindings';
import { addEntityPostureRoute } from './entityPosture';
import { addServicesRoute } from './services';

export interface RouterOptions {
  httpAuth: HttpAuthService;
  permissions: PermissionsService;
  visibility: EntityVisibility;
  reader: PostureReader;
  store: PostureStore;
  controls: readonly Control[];
}

function createOpenApiRouter() {
  return createValidatedOpenApiRouter(openapi);
}

export type ZeroTrustRouter = ReturnType<typeof createOpenApiRouter>;

export function createRouter(options: RouterOptions): ZeroTrustRouter {
  const router = createOpenApiRouter();
  addEntityPostureRoute(router, options);
  addEntityFindingsRoute(router, options);
  addServicesRoute(router, options);
  addClustersRoute(router, options);
  addControlsRoute(router, options);
  return router;
}
