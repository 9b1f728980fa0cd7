/** Which entities have a posture. */
import { Entity } from '@backstage/catalog-model';
import { namesWorkloads } from '@backstage-zero-trust/plugin-zero-trust-common';

/**
 * Entities that name workloads, and services, which should: their card says
 * how. For the `EntitySwitch` of the old frontend system.
 */
export function hasPosture(entity: Entity): boolean {
  return (
    namesWorkloads(entity) ||
    (entity.kind.toLocaleLowerCase('en-US') === 'component' &&
      entity.spec?.type === 'service')
  );
}
