/** GET /clusters/{cluster}/connection */
import {
  zeroTrustClustersReadPermission,
  zeroTrustPostureReadPermission,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { NotAllowedError } from '@backstage/errors';
import { parseEnd, parseSource } from '../posture/ConnectionAsker';
import { parseRequest } from '../posture/askedRequest';
import { askVisibleFor } from './askVisibleFor';
import type { RouterOptions, ZeroTrustRouter } from './openApiRouter';
import { isPermitted, requirePermission } from './requirePermission';

export function addConnectionRoute(
  router: ZeroTrustRouter,
  options: RouterOptions,
): void {
  const { httpAuth, permissions, asker } = options;
  router.get('/clusters/:cluster/connection', async (request, response) => {
    const credentials = await httpAuth.credentials(request);
    await requirePermission(
      permissions,
      zeroTrustPostureReadPermission,
      credentials,
    );
    const { from, to, port, protocol, ...described } = request.query;
    const asked = parseRequest(described);
    const question = {
      cluster: request.params.cluster,
      from: parseSource(from),
      to: parseEnd('to', to),
      port,
      ...(protocol === undefined ? {} : { protocol }),
      ...(asked === undefined ? {} : { request: asked }),
    };
    // Who looks after clusters may ask about all; others about what is theirs to see.
    const mayAsk =
      (await isPermitted(
        permissions,
        zeroTrustClustersReadPermission,
        credentials,
      )) ||
      (await asker.concerns(question, await askVisibleFor(request, options)));
    if (!mayAsk) {
      throw new NotAllowedError(
        `Neither end belongs to an entity that you may see, and you may not use ${zeroTrustClustersReadPermission.name}`,
      );
    }
    response.json(await asker.ask(question));
  });
}
