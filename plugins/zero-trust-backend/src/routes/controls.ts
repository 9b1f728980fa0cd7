/** GET /controls */
import { zeroTrustPostureReadPermission } from '@backstage-zero-trust/plugin-zero-trust-common';
import type { RouterOptions, ZeroTrustRouter } from './openApiRouter';
import { requirePermission } from './requirePermission';

export function addControlsRoute(
  router: ZeroTrustRouter,
  { httpAuth, permissions, controls }: RouterOptions,
): void {
  const items = controls.map(
    ({ id, title, pillar, severity, question, why, references }) => ({
      id,
      title,
      pillar,
      severity,
      question,
      why,
      references: [...references],
    }),
  );
  router.get('/controls', async (request, response) => {
    const credentials = await httpAuth.credentials(request);
    await requirePermission(
      permissions,
      zeroTrustPostureReadPermission,
      credentials,
    );
    response.json({ items });
  });
}
