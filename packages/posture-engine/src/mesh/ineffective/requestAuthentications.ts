/** RequestAuthentications that no proxy reads, or by which none looks at tokens. */
import { ClusterSnapshot, referenceTo } from '../../snapshot';
import { RequestAuthentication } from '../../snapshot/kinds';
import type { IneffectivePolicy } from '../../network/ineffective';
import { targetsOf } from '../authorizationPolicy';
import { requireMesh } from '../mesh';
import { missingTargets } from './missingTargets';
import { Readers } from './readers';
import { Reason, selectionOf } from './selection';
import { unreadTarget } from './unreadTarget';

export function ineffectiveRequestAuthentications(
  snapshot: ClusterSnapshot,
): IneffectivePolicy[] {
  return snapshot.all('RequestAuthentication').flatMap(authentication => {
    const object = referenceTo(authentication);
    return reasonsOf(authentication, snapshot).map(reason => ({
      object,
      ...reason,
    }));
  });
}

function reasonsOf(
  authentication: RequestAuthentication,
  snapshot: ClusterSnapshot,
): readonly Reason[] {
  const object = referenceTo(authentication);
  if ((authentication.spec?.jwtRules ?? []).length === 0) {
    return [
      {
        field: 'spec',
        because: 'it has no jwtRules, so that no proxy looks at tokens for it',
        provenBy: [{ object, field: 'spec.jwtRules' }],
      },
    ];
  }
  const readers = snapshot.derive(Readers.of);
  if (readers.of(authentication).length > 0) {
    return missingTargets(authentication, snapshot).flatMap(
      target => target ?? [],
    );
  }
  if (targetsOf(authentication).length > 0) {
    const reason = unreadTarget(authentication, readers, snapshot);
    return reason ? [reason] : [];
  }
  const { rootNamespace } = requireMesh(snapshot);
  const selected = selectionOf(
    {
      object,
      namespace:
        object.namespace === rootNamespace ? undefined : object.namespace,
      labels: authentication.spec?.selector?.matchLabels,
      field: 'spec.selector',
      readers: ['sidecar', 'gateway'],
      others: {
        ambient: 'are in ambient, where ztunnel reads no tokens',
        waypoint: 'are waypoints, which read targetRefs alone',
      },
    },
    snapshot,
  );
  return selected && 'because' in selected ? [selected] : [];
}
