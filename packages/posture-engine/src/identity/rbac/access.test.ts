import { parseManifests } from '../../manifests';
import { ClusterSnapshot, describeObject } from '../../snapshot';
import { AccessRequest, allowed, ownGroupsOf, whoCan } from '.';

const RBAC = 'apiVersion: rbac.authorization.k8s.io/v1';

function snapshotOf(...manifests: string[]): ClusterSnapshot {
  const { objects, problems } = parseManifests(
    manifests.join('\n---\n'),
    'test.yaml',
  );
  expect(problems).toEqual([]);
  return ClusterSnapshot.create({
    cluster: 'test',
    objects: objects.map(({ object }) => object),
  });
}

function role(rules: string, name = 'role'): string {
  return `
${RBAC}
kind: Role
metadata: { name: ${name}, namespace: shop }
rules: ${rules}`;
}

function clusterRole(rules: string, name = 'role', more = ''): string {
  return `
${RBAC}
kind: ClusterRole
metadata: { name: ${name}${more} }
rules: ${rules}`;
}

function roleBinding(subjects: string, ref = 'Role, name: role'): string {
  return `
${RBAC}
kind: RoleBinding
metadata: { name: binding, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ${ref} }
subjects: ${subjects}`;
}

function clusterBinding(
  subjects: string,
  ref = 'ClusterRole, name: role',
): string {
  return `
${RBAC}
kind: ClusterRoleBinding
metadata: { name: binding }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ${ref} }
subjects: ${subjects}`;
}

const ALICE = '[{ kind: User, name: alice }]';

/** `create core serviceaccounts/token shop web`, with `-` for what is absent. */
function request(text: string): AccessRequest {
  const [verb, group, whole, namespace = '-', name = '-'] = text.split(' ');
  if (whole === undefined) {
    return { verb, path: group };
  }
  const [resource, subresource] = whole.split('/');
  return {
    verb,
    group: group === 'core' ? '' : group,
    resource,
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === '-' ? {} : { namespace }),
    ...(name === '-' ? {} : { name }),
  };
}

function may(snapshot: ClusterSnapshot, text: string, user = 'alice'): boolean {
  return allowed(snapshot, { user, groups: ownGroupsOf(user) }, request(text))
    .allowed;
}

describe('access', () => {
  it('nobody may do anything where nothing is bound, and a role alone grants nothing', () => {
    const snapshot = snapshotOf(
      role('[{ apiGroups: [""], resources: [pods], verbs: [get] }]'),
    );
    expect(may(snapshot, 'get core pods shop')).toBe(false);
    expect(may(snapshotOf(), 'get core pods shop')).toBe(false);
  });

  it('a RoleBinding grants in its own namespace, whatever kind of role it names', () => {
    for (const [rights, ref] of [
      [role, 'Role, name: role'],
      [clusterRole, 'ClusterRole, name: role'],
    ] as const) {
      const snapshot = snapshotOf(
        rights('[{ apiGroups: [""], resources: [pods], verbs: [get] }]'),
        roleBinding(ALICE, ref),
      );
      expect(may(snapshot, 'get core pods shop')).toBe(true);
      expect(may(snapshot, 'get core pods other')).toBe(false);
      expect(may(snapshot, 'get core pods')).toBe(false);
      expect(may(snapshot, 'get core pods shop', 'bob')).toBe(false);
    }
  });

  it('a ClusterRoleBinding grants in every namespace and above', () => {
    const snapshot = snapshotOf(
      clusterRole(
        '[{ apiGroups: [""], resources: [pods, nodes], verbs: [get] }]',
      ),
      clusterBinding(ALICE),
    );
    expect(may(snapshot, 'get core pods shop')).toBe(true);
    expect(may(snapshot, 'get core nodes')).toBe(true);
  });

  it('a binding to a role that does not exist, or to a Role across the cluster, grants nothing', () => {
    const pods = '[{ apiGroups: [""], resources: [pods], verbs: [get] }]';
    for (const snapshot of [
      snapshotOf(roleBinding(ALICE)),
      snapshotOf(role(pods, 'other'), roleBinding(ALICE)),
      snapshotOf(role(pods), clusterBinding(ALICE, 'Role, name: role')),
    ]) {
      expect(may(snapshot, 'get core pods shop')).toBe(false);
    }
  });

  it('a resource is not its subresource; pods/* is nothing; */exec is every exec; * is all', () => {
    const asked = [
      'create core pods shop',
      'create core pods/exec shop',
      'create apps deployments/exec shop',
      'create core pods/attach shop',
    ];
    const answers = (resources: string, groups = "''") => {
      const snapshot = snapshotOf(
        role(
          `[{ apiGroups: [${groups}], resources: [${resources}], verbs: [create] }]`,
        ),
        roleBinding(ALICE),
      );
      return asked.map(text => may(snapshot, text));
    };
    expect(answers('pods')).toEqual([true, false, false, false]);
    expect(answers('pods/exec')).toEqual([false, true, false, false]);
    expect(answers("'pods/*'")).toEqual([false, false, false, false]);
    expect(answers("'*/exec'")).toEqual([false, true, false, false]);
    expect(answers("'*/exec'", "'*'")).toEqual([false, true, true, false]);
    expect(answers("'*'")).toEqual([true, true, false, true]);
    expect(answers("'*'", "'*'")).toEqual([true, true, true, true]);
  });

  it('the verb * contains impersonate, but on serviceaccounts not the making of tokens', () => {
    const snapshot = snapshotOf(
      role('[{ apiGroups: [""], resources: [serviceaccounts], verbs: ["*"] }]'),
      roleBinding(ALICE),
    );
    expect(may(snapshot, 'impersonate core serviceaccounts shop web')).toBe(
      true,
    );
    expect(may(snapshot, 'create core serviceaccounts/token shop web')).toBe(
      false,
    );
  });

  it('a rule with resourceNames needs the name in the request: a create of it has none', () => {
    const snapshot = snapshotOf(
      role(
        '[{ apiGroups: [""], resources: [serviceaccounts/token, pods], resourceNames: [web], verbs: [create] }]',
      ),
      roleBinding(ALICE),
    );
    expect(may(snapshot, 'create core serviceaccounts/token shop web')).toBe(
      true,
    );
    expect(may(snapshot, 'create core serviceaccounts/token shop api')).toBe(
      false,
    );
    expect(may(snapshot, 'create core pods shop')).toBe(false);
  });

  it('paths are granted by ClusterRoleBindings only, and match whole or up to a * at the end', () => {
    const rules =
      '[{ nonResourceURLs: [/healthz, /debug/**, "/a*b"], verbs: [get] }]';
    const snapshot = snapshotOf(clusterRole(rules), clusterBinding(ALICE));
    const asked = ['/healthz', '/healthz/etcd', '/debug/pprof', '/axb'];
    expect(asked.map(path => may(snapshot, `get ${path}`))).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(may(snapshot, 'post /healthz')).toBe(false);
    const bound = snapshotOf(
      clusterRole(rules),
      roleBinding(ALICE, 'ClusterRole, name: role'),
    );
    expect(may(bound, 'get /healthz')).toBe(false);
  });

  it('a service account is of the namespace of its binding where it names none', () => {
    const pods = '[{ apiGroups: [""], resources: [pods], verbs: [get] }]';
    const account = 'system:serviceaccount:shop:web';
    const subject = '[{ kind: ServiceAccount, name: web }]';
    const own = snapshotOf(role(pods), roleBinding(subject));
    expect(may(own, 'get core pods shop', account)).toBe(true);
    const none = snapshotOf(clusterRole(pods), clusterBinding(subject));
    expect(may(none, 'get core pods shop', account)).toBe(false);
  });

  it('knows the groups of accounts, and of everybody', () => {
    const secrets = '[{ apiGroups: [""], resources: [secrets], verbs: [get] }]';
    const by = (group: string, user: string) =>
      may(
        snapshotOf(
          role(secrets),
          roleBinding(`[{ kind: Group, name: '${group}' }]`),
        ),
        'get core secrets shop db',
        user,
      );
    const account = 'system:serviceaccount:shop:web';
    expect(by('system:serviceaccounts', account)).toBe(true);
    expect(by('system:serviceaccounts:shop', account)).toBe(true);
    expect(by('system:serviceaccounts:web', account)).toBe(false);
    expect(by('system:authenticated', account)).toBe(true);
    expect(by('system:authenticated', 'alice')).toBe(true);
    expect(by('system:serviceaccounts', 'alice')).toBe(false);
    expect(by('system:authenticated', 'system:anonymous')).toBe(false);
    expect(by('system:unauthenticated', 'system:anonymous')).toBe(true);
  });

  it('never refuses a member of system:masters', () => {
    const who = { user: 'root', groups: ['system:masters'] };
    expect(allowed(snapshotOf(), who, request('delete core nodes'))).toEqual({
      allowed: true,
    });
  });

  it('an aggregated role in a manifest has the rules of the roles that it selects, through several steps and in circles', () => {
    const aggregate = (name: string, selects: string, label: string) => `
${RBAC}
kind: ClusterRole
metadata: { name: ${name}, labels: { ${label}: 'true' } }
aggregationRule: { clusterRoleSelectors: [{ matchLabels: { ${selects}: 'true' } }] }
rules: [{ apiGroups: [''], resources: [nodes], verbs: [get] }]`;
    const snapshot = snapshotOf(
      aggregate('role', 'b', 'a'),
      aggregate('middle', 'c', 'b'),
      aggregate('circle', 'a', 'c'),
      clusterRole(
        '[{ apiGroups: [""], resources: [pods], verbs: [get] }]',
        'part',
        ", labels: { c: 'true' }",
      ),
      clusterBinding(ALICE),
    );
    expect(may(snapshot, 'get core pods shop')).toBe(true);
    // The controller manager overwrites what is written beside an aggregationRule.
    expect(may(snapshot, 'get core nodes')).toBe(false);
  });

  it('of a live cluster an aggregated role has the rules that the API server shows, since it reads no others', () => {
    const snapshot = snapshotOf(
      `
${RBAC}
kind: ClusterRole
metadata: { name: role, uid: 1f }
aggregationRule: { clusterRoleSelectors: [{ matchLabels: { part: 'true' } }] }
rules: [{ apiGroups: [''], resources: [nodes], verbs: [get] }]`,
      clusterRole(
        '[{ apiGroups: [""], resources: [pods], verbs: [get] }]',
        'part',
        ", labels: { part: 'true' }",
      ),
      clusterBinding(ALICE),
    );
    expect(may(snapshot, 'get core pods shop')).toBe(false);
    expect(may(snapshot, 'get core nodes')).toBe(true);
  });

  it('names the binding, the subject and the rule that allow, of an aggregated role where it is written', () => {
    const snapshot = snapshotOf(
      `
${RBAC}
kind: ClusterRole
metadata: { name: role }
aggregationRule: { clusterRoleSelectors: [{ matchLabels: { part: 'true' } }] }`,
      clusterRole(
        '[{ nonResourceURLs: [/x], verbs: [get] }, { apiGroups: [""], resources: [pods], verbs: [get] }]',
        'part',
        ", labels: { part: 'true' }",
      ),
      clusterBinding('[{ kind: User, name: bob }, { kind: Group, name: dev }]'),
    );
    const { by } = allowed(
      snapshot,
      { user: 'alice', groups: ['dev'] },
      request('get core pods shop'),
    );
    expect(by?.subject).toEqual({
      kind: 'Group',
      name: 'dev',
      field: 'subjects[1]',
    });
    expect(by && describeObject(by.grant.binding)).toBe(
      'ClusterRoleBinding binding',
    );
    expect(by && describeObject(by.rule.object)).toBe('ClusterRole part');
    expect(by?.rule.field).toBe('rules[1]');
  });

  it('says who can: everybody by every binding', () => {
    const snapshot = snapshotOf(
      clusterRole('[{ apiGroups: [""], resources: [pods], verbs: ["*"] }]'),
      clusterBinding('[{ kind: Group, name: ops }]'),
      roleBinding(
        '[{ kind: User, name: alice }, { kind: ServiceAccount, name: ci }]',
        'ClusterRole, name: role',
      ),
    );
    const names = (text: string) =>
      whoCan(snapshot, request(text)).map(({ subject }) => subject.name);
    expect(names('create core pods shop')).toEqual([
      'ops',
      'alice',
      'system:serviceaccount:shop:ci',
    ]);
    expect(names('create core pods')).toEqual(['ops']);
    expect(names('create core secrets shop')).toEqual([]);
  });
});
