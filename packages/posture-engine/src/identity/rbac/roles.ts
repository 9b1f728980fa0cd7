/** The rules that a role comes to, each with the object and field that say so. */
import { matchesSelector } from '../../selectors';
import {
  ClusterRole,
  ClusterSnapshot,
  ObjectReference,
  PolicyRule,
  Role,
  referenceTo,
} from '../../snapshot';

export interface EffectiveRule {
  rule: PolicyRule;
  /** The role, or the one that it is aggregated from. */
  object: ObjectReference;
  /** Such as `rules[2]`. */
  field: string;
}

/** In the order of the role; an aggregated one has those of its parts by their names. */
export function rulesOf(
  snapshot: ClusterSnapshot,
  role: Role | ClusterRole,
): readonly EffectiveRule[] {
  return isFilledIn(role)
    ? ownRules(role)
    : aggregated(role, snapshot.all('ClusterRole'), new Set([role]));
}

/**
 * An API server's object, which has a uid, holds what its controller manager
 * has filled in, and that is what its authorizer reads. In a manifest the rules
 * beside an aggregationRule are those that the controller manager overwrites.
 */
function isFilledIn(role: Role | ClusterRole): boolean {
  return (
    !('aggregationRule' in role) ||
    role.aggregationRule === undefined ||
    role.metadata.uid !== undefined
  );
}

/** Remembered by identity: snapshots share what did not change, and so does all that is made of these. */
const rulesOfRole = new WeakMap<Role | ClusterRole, readonly EffectiveRule[]>();

function ownRules(role: Role | ClusterRole): readonly EffectiveRule[] {
  let rules = rulesOfRole.get(role);
  if (!rules) {
    const object = referenceTo(role);
    rules = (role.rules ?? []).map((rule, index) => ({
      rule,
      object,
      field: `rules[${index}]`,
    }));
    rulesOfRole.set(role, rules);
  }
  return rules;
}

/** Parts may be aggregated themselves, and in a circle; each is read once. */
function aggregated(
  role: ClusterRole,
  all: readonly ClusterRole[],
  seen: Set<ClusterRole>,
): readonly EffectiveRule[] {
  const selectors = role.aggregationRule?.clusterRoleSelectors ?? [];
  const parts = all.filter(
    part =>
      !seen.has(part) &&
      selectors.some(selector =>
        matchesSelector(selector, part.metadata.labels ?? {}),
      ),
  );
  for (const part of parts) {
    seen.add(part);
  }
  return parts.flatMap(part =>
    isFilledIn(part) ? ownRules(part) : aggregated(part, all, seen),
  );
}
