/**
 * Which AuthorizationPolicies a pod's data plane enforces, and why it leaves
 * others alone. A sidecar and ztunnel differ in what they read.
 *
 * Unlike PeerAuthentication, a policy with a selector in the root namespace
 * works mesh-wide.
 */
import { ClusterSnapshot, PodView, remembered } from '../snapshot';
import { AuthorizationPolicy } from '../snapshot/kinds';
import { SelectorIndex } from '../selectors';
import { isTrue, requireMesh } from './mesh';
import { entryOf } from './podFields';
import { compareAge } from './precedence';

export const DRY_RUN = 'istio.io/dry-run';

export type Action = 'ALLOW' | 'DENY' | 'AUDIT' | 'CUSTOM';

/** Why a policy that selects a pod is not enforced there. */
export type Ignored = 'dry-run' | 'target-refs' | 'empty-selector' | 'action';

/** A policy that selects a pod: enforced, or ignored for one reason. */
export interface AttachedPolicy {
  policy: AuthorizationPolicy;
  action: Action;
  ignored?: Ignored;
}

const byAge = remembered(
  (policies: readonly AuthorizationPolicy[]): readonly AuthorizationPolicy[] =>
    [...policies].sort(compareAge),
);

const indexOf = remembered((policies: readonly AuthorizationPolicy[]) =>
  SelectorIndex.create(policies, ({ spec }) => ({
    matchLabels: spec?.selector?.matchLabels,
  })),
);

/** The policies of one namespace, oldest first. */
export function policiesIn(
  namespace: string,
  snapshot: ClusterSnapshot,
): readonly AuthorizationPolicy[] {
  return byAge(snapshot.inNamespace('AuthorizationPolicy', namespace));
}

/**
 * The policies of the root namespace and of the pod's own that mean the pod.
 * Policies with targetRefs are among them, as ignored, since their authors
 * often mean the pods behind the target.
 */
export function attachedPolicies(
  pod: PodView,
  dataPlane: 'sidecar' | 'ambient',
  snapshot: ClusterSnapshot,
): AttachedPolicy[] {
  const { rootNamespace } = requireMesh(snapshot);
  const namespaces = new Set([rootNamespace, pod.namespace]);
  return [...namespaces]
    .flatMap(namespace =>
      indexOf(policiesIn(namespace, snapshot)).matching(pod.labels),
    )
    .map(policy => {
      const action = actionOf(policy);
      const ignored = ignoredBy(dataPlane, policy, action);
      return { policy, action, ...(ignored ? { ignored } : {}) };
    });
}

/** ALLOW where nothing is said. */
export function actionOf({ metadata, spec }: AuthorizationPolicy): Action {
  const action = spec?.action;
  switch (action) {
    case undefined:
    case '':
      return 'ALLOW';
    case 'ALLOW':
    case 'DENY':
    case 'AUDIT':
    case 'CUSTOM':
      return action;
    default:
      throw new Error(
        `AuthorizationPolicy ${metadata.namespace}/${metadata.name} has the action "${action}", which no API server admits`,
      );
  }
}

/** `targetRefs`, or the older `targetRef`; an empty list counts as absent. */
export function targetsOf({ spec }: AuthorizationPolicy) {
  return spec?.targetRefs?.length
    ? spec.targetRefs
    : [spec?.targetRef].filter(target => target !== undefined);
}

/** As Go's ParseBool reads the annotation; any other value leaves the policy enforced. */
export function isDryRun({ metadata }: AuthorizationPolicy): boolean {
  const value = entryOf(metadata.annotations ?? {}, DRY_RUN);
  return value !== undefined && isTrue(value);
}

function ignoredBy(
  dataPlane: 'sidecar' | 'ambient',
  policy: AuthorizationPolicy,
  action: Action,
): Ignored | undefined {
  const { selector } = policy.spec ?? {};
  if (targetsOf(policy).length > 0) {
    return 'target-refs';
  }
  if (isDryRun(policy)) {
    return 'dry-run';
  }
  if (dataPlane === 'sidecar') {
    return undefined;
  }
  if (selector && !selector.matchLabels) {
    // istiod sends it as a policy for chosen pods, and then chooses none.
    return 'empty-selector';
  }
  return action === 'AUDIT' || action === 'CUSTOM' ? 'action' : undefined;
}
