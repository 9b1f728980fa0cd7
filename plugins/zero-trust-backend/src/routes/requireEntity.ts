/** The one way in to everything about a single entity. */
import { zeroTrustPostureReadPermission } from '@backstage-zero-trust/plugin-zero-trust-common';
import type { HttpAuthService } from '@backstage/backend-plugin-api';
import type { CompoundEntityRef, Entity } from '@backstage/catalog-model';
import type { RouterOptions } from './openApiRouter';
import { requirePermission } from './requirePermission';

type EntityRequest = Parameters<HttpAuthService['credentials']>[0] & {
  params: CompoundEntityRef;
};

/** The entity of the path, if its caller may read postures, and may see it; an error of the HTTP kind otherwise. */
export async function requireEntity(
  request: EntityRequest,
  { httpAuth, permissions, visibility }: RouterOptions,
): Promise<Entity> {
  const credentials = await httpAuth.credentials(request);
  await requirePermission(
    permissions,
    zeroTrustPostureReadPermission,
    credentials,
  );
  return visibility.requireEntity(request.params, credentials);
}
