/** Asks which entities the caller of a request may see. */
import type { HttpAuthService } from '@backstage/backend-plugin-api';
import type { AskVisible } from '../posture/ConnectionReader';
import type { RouterOptions } from './openApiRouter';

export async function askVisibleFor(
  request: Parameters<HttpAuthService['credentials']>[0],
  { httpAuth, visibility }: RouterOptions,
): Promise<AskVisible> {
  const credentials = await httpAuth.credentials(request);
  return listEntityRefs => visibility.visibleAmong(listEntityRefs, credentials);
}
