/**
 * Cilium's selectors as plain ones over the labels of identities: sources of
 * labels resolved, and what is implied (the policy's namespace, the cluster)
 * written out. Rules as in Cilium's `getEndpointSelector`.
 */
import type { Vocabulary } from '../../decisions';
import type { LabelSelector } from '../../snapshot';
import {
  CLUSTER,
  NAMESPACE,
  NAMESPACE_LABELS,
  RESERVED,
  SERVICE_ACCOUNT,
} from './labels';

type Requirement = NonNullable<LabelSelector['matchExpressions']>[number];

export interface PeerSelector {
  selector: LabelSelector;
  /**
   * Only says what a peer is not. In this version that takes Cilium's own
   * aggregate identities, and thereby every pod, also those it excludes.
   */
  purelyNegative: boolean;
}

/** Whom the selectors of a policy mean where they do not say it. */
export interface SelectorScope {
  /** Absent for a policy of the cluster. */
  namespace?: string;
  /** Absent where peers may be of other clusters, or outside. */
  clusterName?: string;
}

/** `k8s:` and `any:` are what a key without a source means too. */
function plainKey(key: string): string {
  return key.replace(/^(k8s|any):/, '');
}

function requirementsOf({
  matchLabels,
  matchExpressions,
}: LabelSelector): Requirement[] {
  return [
    ...Object.entries(matchLabels ?? {}).map(([key, value]) => ({
      key,
      operator: 'In',
      values: [value],
    })),
    ...(matchExpressions ?? []),
  ].map(requirement => ({ ...requirement, key: plainKey(requirement.key) }));
}

function selectorOf(requirements: readonly Requirement[]): LabelSelector {
  const matchLabels: Record<string, string> = {};
  const matchExpressions: Requirement[] = [];
  for (const requirement of requirements) {
    const { key, operator, values = [] } = requirement;
    if (
      operator === 'In' &&
      values.length === 1 &&
      !Object.hasOwn(matchLabels, key)
    ) {
      matchLabels[key] = values[0];
    } else {
      matchExpressions.push(requirement);
    }
  }
  return { matchLabels, matchExpressions };
}

/** Whom a policy is for; one of a namespace holds there alone, which its index sees to. */
export function subjectSelector(
  selector: LabelSelector,
  { namespace }: SelectorScope,
): LabelSelector {
  const { [`k8s:${NAMESPACE}`]: overwritten, ...others } =
    selector.matchLabels ?? {};
  return selectorOf(
    requirementsOf(
      namespace === undefined || overwritten === undefined
        ? selector
        : { ...selector, matchLabels: others },
    ),
  );
}

export function peerSelector(
  selector: LabelSelector,
  scope: SelectorScope,
): PeerSelector {
  const own = requirementsOf(selector);
  const requirements = [...own, ...implied(own, scope)];
  return {
    selector: selectorOf(requirements),
    purelyNegative:
      requirements.length > 0 &&
      requirements.every(
        ({ operator }) => operator === 'NotIn' || operator === 'DoesNotExist',
      ),
  };
}

function implied(
  own: readonly Requirement[],
  { namespace, clusterName }: SelectorScope,
): Requirement[] {
  const names = (prefix: string) =>
    own.some(({ key }) => key.startsWith(prefix));
  if (names(RESERVED)) {
    return [];
  }
  const requirements: Requirement[] = [];
  if (!own.some(({ key }) => key === NAMESPACE)) {
    if (namespace === undefined) {
      requirements.push({ key: NAMESPACE, operator: 'Exists' });
    } else if (!names(NAMESPACE_LABELS)) {
      requirements.push({
        key: NAMESPACE,
        operator: 'In',
        values: [namespace],
      });
    }
  }
  if (clusterName !== undefined && !own.some(({ key }) => key === CLUSTER)) {
    requirements.push({ key: CLUSTER, operator: 'In', values: [clusterName] });
  }
  return requirements;
}

/** Tells the vocabulary which pods a selector tells apart. */
export function describeSelector(
  selector: LabelSelector,
  vocabulary: Vocabulary,
): void {
  const ofPods: Requirement[] = [];
  for (const requirement of requirementsOf(selector)) {
    const { key, values = [] } = requirement;
    if (key === NAMESPACE) {
      values.forEach(name => vocabulary.namespaces.add(name));
    } else if (key === SERVICE_ACCOUNT) {
      values.forEach(name => vocabulary.serviceAccounts.add(name));
    } else if (key.startsWith(NAMESPACE_LABELS)) {
      vocabulary.addNamespaceSelector({
        matchExpressions: [
          { ...requirement, key: key.slice(NAMESPACE_LABELS.length) },
        ],
      });
    } else if (key !== CLUSTER) {
      ofPods.push(requirement);
    }
  }
  vocabulary.addPodSelector({ matchExpressions: ofPods });
}

/** Why Cilium refuses a selector, if it does. */
export function selectorProblem({
  matchExpressions,
}: LabelSelector): string | undefined {
  for (const { operator, values = [] } of matchExpressions ?? []) {
    switch (operator) {
      case 'In':
      case 'NotIn':
        if (values.length === 0) {
          return `${operator} needs values`;
        }
        break;
      case 'Exists':
      case 'DoesNotExist':
        if (values.length > 0) {
          return `${operator} takes no values`;
        }
        break;
      default:
        return `selectors have no operator "${operator}"`;
    }
  }
  return undefined;
}
