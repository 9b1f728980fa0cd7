/** Bindings with the rules of their roles, indexed once for each snapshot by where they count. */
import {
  ClusterRole,
  ClusterSnapshot,
  ObjectReference,
  Role,
  RoleBinding,
  referenceTo,
} from '../../snapshot';
import { EffectiveRule, rulesOf } from './roles';
import { accountUser, Requester } from './request';

/** Who is bound; a service account is the user that its tokens make. */
export interface RbacSubject {
  kind: 'User' | 'Group';
  name: string;
  /** Where the binding says so, such as `subjects[0]`. */
  field: string;
}

/** What one binding gives to all of its subjects. */
export interface Grant {
  binding: ObjectReference;
  annotations: Readonly<Record<string, string>>;
  role: { kind: string; name: string };
  subjects: readonly RbacSubject[];
  /** Empty where the role does not exist. */
  rules: readonly EffectiveRule[];
}

/** The grants that count for everything: those of ClusterRoleBindings, by name. */
export function clusterGrants(snapshot: ClusterSnapshot): readonly Grant[] {
  return snapshot
    .all('ClusterRoleBinding')
    .map(binding => grantOf(snapshot, binding, undefined));
}

/** The grants that count in one namespace beside those: of its RoleBindings, by name. Use with `snapshot.deriveIn`. */
export function namespaceGrants(
  snapshot: ClusterSnapshot,
  namespace: string,
): readonly Grant[] {
  return snapshot
    .inNamespace('RoleBinding', namespace)
    .map(binding => grantOf(snapshot, binding, namespace));
}

/** All grants that a request in a namespace, or for '' everywhere, can rest on, in the authorizer's order. */
export function grantsFor(
  snapshot: ClusterSnapshot,
  namespace: string,
): readonly Grant[] {
  const everywhere = snapshot.derive(clusterGrants);
  return namespace === ''
    ? everywhere
    : [...everywhere, ...snapshot.deriveIn(namespace, namespaceGrants)];
}

export function isSubject(
  { kind, name }: RbacSubject,
  who: Requester,
): boolean {
  return kind === 'User' ? who.user === name : who.groups.includes(name);
}

function grantOf(
  snapshot: ClusterSnapshot,
  binding: RoleBinding,
  namespace: string | undefined,
): Grant {
  const { kind, name } = binding.roleRef;
  return {
    binding: referenceTo(binding),
    annotations: binding.metadata.annotations ?? {},
    role: { kind, name },
    subjects: (binding.subjects ?? []).flatMap((subject, index) =>
      subjectOf(subject, `subjects[${index}]`, namespace),
    ),
    rules: rulesOfRole(snapshot, kind, name, namespace),
  };
}

type BoundSubject = NonNullable<RoleBinding['subjects']>[number];

/** An account without a namespace is one of the binding's; of any other kind nobody can be. */
function subjectOf(
  { kind, name, namespace }: BoundSubject,
  field: string,
  bindingNamespace: string | undefined,
): RbacSubject[] {
  switch (kind) {
    case 'User':
    case 'Group':
      return [{ kind, name, field }];
    case 'ServiceAccount': {
      const home = namespace || bindingNamespace;
      return home
        ? [{ kind: 'User', name: accountUser(home, name), field }]
        : [];
    }
    default:
      return [];
  }
}

class ClusterRoleRules {
  static create(snapshot: ClusterSnapshot): ClusterRoleRules {
    return new ClusterRoleRules(snapshot);
  }

  readonly #byName = new Map<string, readonly EffectiveRule[]>();

  private constructor(private readonly snapshot: ClusterSnapshot) {}

  of(name: string): readonly EffectiveRule[] {
    let rules = this.#byName.get(name);
    if (!rules) {
      const role: Role | ClusterRole | undefined = this.snapshot.get(
        'ClusterRole',
        name,
      );
      rules = role ? rulesOf(this.snapshot, role) : [];
      this.#byName.set(name, rules);
    }
    return rules;
  }
}

/** Many bindings share a ClusterRole. */
function clusterRoleRules(snapshot: ClusterSnapshot): ClusterRoleRules {
  return ClusterRoleRules.create(snapshot);
}

function rulesOfRole(
  snapshot: ClusterSnapshot,
  kind: string,
  name: string,
  namespace: string | undefined,
): readonly EffectiveRule[] {
  if (kind === 'ClusterRole') {
    return snapshot.derive(clusterRoleRules).of(name);
  }
  const role =
    kind === 'Role' && namespace !== undefined
      ? snapshot.get('Role', name, namespace)
      : undefined;
  return role ? rulesOf(snapshot, role) : [];
}
