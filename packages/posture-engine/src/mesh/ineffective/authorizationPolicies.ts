/** AuthorizationPolicies that nobody reads, and rules of theirs that change nothing. */
import { ClusterSnapshot, referenceTo } from '../../snapshot';
import { AuthorizationPolicy } from '../../snapshot/kinds';
import type { IneffectivePolicy } from '../../network/ineffective';
import {
  DRY_RUN,
  Ignored,
  attachedPolicies,
  isDryRun,
  targetsOf,
} from '../authorizationPolicy';
import { requireMesh } from '../mesh';
import { MeshPod } from './meshPods';
import { missingTargets } from './missingTargets';
import { Readers } from './readers';
import { idleRules } from './idleRules';
import { Reason, selectionOf } from './selection';
import { unreadTarget } from './unreadTarget';

export function ineffectiveAuthorizationPolicies(
  snapshot: ClusterSnapshot,
): IneffectivePolicy[] {
  return snapshot.all('AuthorizationPolicy').flatMap(policy => {
    const object = referenceTo(policy);
    return reasonsOf(policy, snapshot).map(reason => ({ object, ...reason }));
  });
}

function reasonsOf(
  policy: AuthorizationPolicy,
  snapshot: ClusterSnapshot,
): readonly Reason[] {
  const object = referenceTo(policy);
  if (isDryRun(policy)) {
    return [
      {
        field: 'spec',
        because:
          'it is a dry run: the proxies write down what it would refuse, and refuse nothing',
        provenBy: [{ object, field: `metadata.annotations['${DRY_RUN}']` }],
      },
    ];
  }
  const readers = snapshot.derive(Readers.of);
  const own = readers.of(policy);
  if (own.length > 0) {
    return [
      ...missingTargets(policy, snapshot).flatMap(target => target ?? []),
      ...idleRules(policy, own, snapshot),
    ];
  }
  const reason =
    targetsOf(policy).length > 0
      ? unreadTarget(policy, readers, snapshot)
      : unreadSelector(policy, snapshot);
  return reason ? [reason] : [];
}

const IGNORED: Partial<Record<Ignored, string>> = {
  'empty-selector':
    'its selector has no matchLabels, for which ztunnel selects no pod',
};

function unreadSelector(
  policy: AuthorizationPolicy,
  snapshot: ClusterSnapshot,
): Reason | undefined {
  const object = referenceTo(policy);
  const { rootNamespace } = requireMesh(snapshot);
  const { action = 'ALLOW', selector } = policy.spec ?? {};
  const selected = selectionOf(
    {
      object,
      namespace:
        object.namespace === rootNamespace ? undefined : object.namespace,
      labels: selector?.matchLabels,
      field: 'spec.selector',
      readers: ['sidecar', 'gateway', 'ambient'],
      others: { waypoint: 'are waypoints, which read targetRefs alone' },
    },
    snapshot,
  );
  if (!selected || 'because' in selected) {
    return selected;
  }
  const why = ignoredBy(policy, selected, snapshot);
  return {
    field: 'spec',
    because:
      (why && IGNORED[why]) ??
      `ztunnel never gets a policy with action ${action}, and it selects pods of ambient alone`,
    provenBy: [
      {
        object,
        field: why === 'empty-selector' ? 'spec.selector' : 'spec.action',
      },
    ],
  };
}

function ignoredBy(
  policy: AuthorizationPolicy,
  selected: readonly MeshPod[],
  snapshot: ClusterSnapshot,
): Ignored | undefined {
  for (const { pod } of selected) {
    const found = attachedPolicies(pod, 'ambient', snapshot).find(
      attached => attached.policy === policy,
    );
    if (found?.ignored) {
      return found.ignored;
    }
  }
  return undefined;
}
