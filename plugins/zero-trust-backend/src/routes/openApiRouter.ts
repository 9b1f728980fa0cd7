/** The router that every route adds itself to, and what routes work with. */
import type { Control } from '@backstage-zero-trust/posture-engine';
import { createValidatedOpenApiRouter } from '@backstage/backend-openapi-utils';
import {
  HttpAuthService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import type { EntityVisibility } from '../catalog/EntityVisibility';
import type { PostureStore } from '../database/PostureStore';
import type { ConnectionAsker } from '../posture/ConnectionAsker';
import type { ConnectionReader } from '../posture/ConnectionReader';
import type { PostureReader } from '../posture/PostureReader';
import { openapi } from '../schema/openapi';

export interface RouterOptions {
  httpAuth: HttpAuthService;
  permissions: PermissionsService;
  visibility: EntityVisibility;
  reader: PostureReader;
  connections: ConnectionReader;
  asker: ConnectionAsker;
  store: PostureStore;
  controls: readonly Control[];
}

/** Checks each request against the description before its route sees it. */
export function createOpenApiRouter() {
  return createValidatedOpenApiRouter(openapi);
}

export type ZeroTrustRouter = ReturnType<typeof createOpenApiRouter>;
