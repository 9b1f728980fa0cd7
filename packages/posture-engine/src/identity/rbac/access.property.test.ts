/**
 * The authorizer against a reference that writes down every single request
 * that a rule grants, and looks the asked one up.
 */
import fc from 'fast-check';
import { ClusterSnapshot, KubernetesObject, PolicyRule } from '../../snapshot';
import { Requester, ResourceRequest, allowed, whoCan } from '.';

const VERBS = ['get', 'create', 'impersonate', '*'];
const GROUPS = ['', 'apps', '*'];
const RESOURCES = ['pods', 'serviceaccounts', '*'];
const SUBRESOURCES = ['', 'exec', 'token', '*'];
const NAMES = ['', 'web', 'api'];
const NAMESPACES = ['shop', 'other'];
const USERS = ['alice', 'system:serviceaccount:shop:web'];
const USER_GROUPS = ['dev', 'system:authenticated'];

const some = <T>(values: readonly T[]) =>
  fc.subarray([...values], { minLength: 1 });

const resourceText = fc
  .tuple(fc.constantFrom(...RESOURCES), fc.constantFrom(...SUBRESOURCES))
  .map(([resource, sub]) => (sub ? `${resource}/${sub}` : resource));

const rule: fc.Arbitrary<PolicyRule> = fc.record(
  {
    verbs: some(VERBS),
    apiGroups: some(GROUPS),
    resources: fc.array(resourceText, { minLength: 1, maxLength: 3 }),
    resourceNames: fc.subarray(['web', 'api']),
  },
  { requiredKeys: ['verbs', 'apiGroups', 'resources'] },
);

const rules = fc.array(rule, { maxLength: 4 });

const subject = fc.oneof(
  fc.record({ kind: fc.constant('User'), name: fc.constantFrom(...USERS) }),
  fc.record({
    kind: fc.constant('Group'),
    name: fc.constantFrom(...USER_GROUPS),
  }),
  fc.record(
    {
      kind: fc.constant('ServiceAccount'),
      name: fc.constant('web'),
      namespace: fc.constantFrom(...NAMESPACES),
    },
    { requiredKeys: ['kind', 'name'] },
  ),
);

const binding = fc.record({
  namespace: fc.constantFrom('', ...NAMESPACES),
  role: fc.constantFrom('Role one', 'ClusterRole one', 'ClusterRole two'),
  subjects: fc.array(subject, { maxLength: 2 }),
});

const cluster = fc.record({
  roles: fc.record({
    'shop/Role one': rules,
    'other/Role one': rules,
    '/ClusterRole one': rules,
  }),
  bindings: fc.array(binding, { minLength: 1, maxLength: 4 }),
});
type Cluster = typeof cluster extends fc.Arbitrary<infer T> ? T : never;

const question = fc.record({
  who: fc.record({
    user: fc.constantFrom(...USERS, 'bob'),
    groups: fc.subarray(USER_GROUPS),
  }),
  request: fc.record({
    verb: fc.constantFrom(...VERBS, 'list'),
    group: fc.constantFrom(...GROUPS, 'batch'),
    resource: fc.constantFrom(...RESOURCES, 'nodes'),
    subresource: fc.constantFrom(...SUBRESOURCES),
    namespace: fc.constantFrom('', ...NAMESPACES),
    name: fc.constantFrom(...NAMES),
  }),
});

function snapshotOf({ roles, bindings }: Cluster): ClusterSnapshot {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const objects: KubernetesObject[] = Object.entries(roles).map(
    ([key, list]) => {
      const [namespace, role] = key.split('/');
      const [kind, name] = role.split(' ');
      return { apiVersion, kind, metadata: { name, namespace }, rules: list };
    },
  );
  bindings.forEach(({ namespace, role, subjects }, index) => {
    const [kind, name] = role.split(' ');
    objects.push({
      apiVersion,
      kind: namespace ? 'RoleBinding' : 'ClusterRoleBinding',
      metadata: { name: `b${index}`, namespace },
      roleRef: { kind, name },
      subjects,
    });
  });
  return ClusterSnapshot.create({ cluster: 'test', objects });
}

/** Every request that a rule grants, of those that can be asked here. */
function grantedBy({
  verbs,
  apiGroups,
  resources,
  resourceNames,
}: PolicyRule): Set<string> {
  const granted = new Set<string>();
  const stands = (list: readonly string[] | undefined, all: string[]) =>
    list?.includes('*') ? all : list ?? [];
  for (const verb of stands(verbs, [...VERBS, 'list'])) {
    for (const group of stands(apiGroups, [...GROUPS, 'batch'])) {
      for (const resource of [...RESOURCES, 'nodes']) {
        for (const sub of SUBRESOURCES) {
          const spellings = sub
            ? ['*', `${resource}/${sub}`, `*/${sub}`]
            : ['*', resource];
          if (spellings.some(text => resources?.includes(text))) {
            for (const name of resourceNames?.length ? resourceNames : NAMES) {
              granted.add([verb, group, resource, sub, name].join('|'));
            }
          }
        }
      }
    }
  }
  return granted;
}

function reference(
  { roles, bindings }: Cluster,
  who: Requester,
  request: ResourceRequest,
): boolean {
  const { verb, group, resource, subresource, namespace, name } = request;
  const key = [verb, group, resource, subresource, name].join('|');
  const isBound = (
    one: Cluster['bindings'][number]['subjects'][number],
    home: string,
  ) => {
    switch (one.kind) {
      case 'User':
        return one.name === who.user;
      case 'Group':
        return who.groups.includes(one.name);
      default: {
        const place = 'namespace' in one ? one.namespace : home;
        return who.user === `system:serviceaccount:${place}:${one.name}`;
      }
    }
  };
  return bindings.some(one => {
    if (one.namespace !== '' && one.namespace !== namespace) {
      return false;
    }
    const place = one.role.startsWith('Cluster') ? '' : one.namespace;
    const list =
      Object.entries(roles).find(
        ([role]) => role === `${place}/${one.role}`,
      )?.[1] ?? [];
    return (
      one.subjects.some(bound => isBound(bound, one.namespace)) &&
      list.some(each => grantedBy(each).has(key))
    );
  });
}

describe('access, for random roles and bindings', () => {
  it('is what the rules grant, written out one by one', () => {
    let grants = 0;
    fc.assert(
      fc.property(
        cluster,
        fc.array(question, { minLength: 5, maxLength: 20 }),
        (random, questions) => {
          const snapshot = snapshotOf(random);
          for (const { who, request } of questions) {
            const answer = allowed(snapshot, who, request);
            expect(answer.allowed).toBe(reference(random, who, request));
            grants += answer.allowed ? 1 : 0;
          }
        },
      ),
      { numRuns: 1500, seed: 20_260_601 },
    );
    expect(grants).toBeGreaterThan(100);
  });

  it('whoever can is allowed, and whoever is allowed can', () => {
    fc.assert(
      fc.property(cluster, question, (random, { who, request }) => {
        const snapshot = snapshotOf(random);
        const subjects = whoCan(snapshot, request).map(
          ({ subject: one }) => one,
        );
        expect(
          subjects.some(one =>
            one.kind === 'User'
              ? one.name === who.user
              : who.groups.includes(one.name),
          ),
        ).toBe(allowed(snapshot, who, request).allowed);
      }),
      { numRuns: 300, seed: 20_260_602 },
    );
  });
});
