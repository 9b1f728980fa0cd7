/** What the plugin adds to the pages of entities. */
import type { FilterPredicate } from '@backstage/filter-predicates';
import {
  EntityCardBlueprint,
  EntityContentBlueprint,
} from '@backstage/plugin-catalog-react/alpha';
import {
  KUBERNETES_ID_ANNOTATION,
  KUBERNETES_LABEL_SELECTOR_ANNOTATION,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { ENTITY_CONTENT_PATH, entityContentRouteRef } from '../routes';

/** The same as `hasPosture`, as a predicate that an app's configuration can replace. */
const HAS_POSTURE: FilterPredicate = {
  $any: [
    { kind: 'component', 'spec.type': 'service' },
    {
      [`metadata.annotations.${KUBERNETES_ID_ANNOTATION}`]: { $exists: true },
    },
    {
      [`metadata.annotations.${KUBERNETES_LABEL_SELECTOR_ANNOTATION}`]: {
        $exists: true,
      },
    },
  ],
};

export const zeroTrustEntityCard = EntityCardBlueprint.make({
  params: {
    filter: HAS_POSTURE,
    type: 'content',
    loader: () =>
      import('../components/card').then(m => <m.EntityZeroTrustCard />),
  },
});

export const zeroTrustEntityContent = EntityContentBlueprint.make({
  params: {
    path: `/${ENTITY_CONTENT_PATH}`,
    title: 'Zero trust',
    group: 'operation',
    routeRef: entityContentRouteRef,
    filter: HAS_POSTURE,
    loader: () =>
      import('../components/findings').then(m => <m.EntityZeroTrustContent />),
  },
});
