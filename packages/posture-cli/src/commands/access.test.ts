import { documents } from '../testing/manifests';
import { runCommand, temporaryFolder } from '../testing/runCommand';

const files = temporaryFolder();

const ROLES = documents(
  `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: deployer }
rules:
  - { apiGroups: [apps], resources: [deployments], verbs: ['*'] }
  - { apiGroups: [''], resources: [serviceaccounts/token], verbs: [create], resourceNames: [orders] }
`,
  `
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: deployers, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: deployer }
subjects:
  - { kind: Group, name: dev }
  - { kind: ServiceAccount, name: robot, namespace: ci }
`,
);
const source = files.write('roles.yaml', ROLES);

const ask = (...options: string[]) =>
  runCommand(['access', source, ...options]);
const inShop = ['--namespace', 'shop'];
const BINDING = {
  object: {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    namespace: 'shop',
    name: 'deployers',
  },
};
const RULES = {
  object: {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    name: 'deployer',
  },
};

describe('access', () => {
  const create = ['--verb', 'create', '--resource'];

  it('exits 0 for what is allowed, and names the binding and the rule', async () => {
    const { code, stdout, stderr } = await ask(
      ...['--as', 'alice', '--group', 'dev', ...create, 'deployments'],
      ...inShop,
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(
      'allowed  RoleBinding shop/deployers gives Group dev the ClusterRole deployer, and rules[0] of ClusterRole deployer allows it.\n',
    );
  });

  it('exits 1 for what is not', async () => {
    expect(
      await ask('--as', 'alice', ...create, 'deployments', ...inShop),
    ).toEqual({
      code: 1,
      stdout:
        'denied  No binding lets alice create deployments.apps in namespace shop.\n',
      stderr: '',
    });
  });

  it('has the same in JSON', async () => {
    const { stdout } = await ask(
      ...['--as', 'system:serviceaccount:ci:robot', ...inShop],
      ...[...create, 'serviceaccounts/token', '--name', 'orders'],
      ...['--format', 'json'],
    );
    expect(JSON.parse(stdout)).toEqual({
      apiVersion: 'zero-trust.backstage.io/v1',
      kind: 'AccessDecision',
      allowed: true,
      decidedBy: [
        { ...BINDING, field: 'subjects[1]' },
        { ...RULES, field: 'rules[1]' },
      ],
      reason:
        'RoleBinding shop/deployers gives ServiceAccount ci/robot the ClusterRole deployer, and rules[1] of ClusterRole deployer allows it.',
    });
  });

  it('says who can', async () => {
    const who = ['--who-can', 'patch', 'deployments.apps', ...inShop];
    const { code, stdout } = await ask(...who);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /Group dev +RoleBinding shop\/deployers \(rules\[0\] of ClusterRole deployer\)\nServiceAccount ci\/robot +RoleBinding/,
    );
    const json = await ask(...who, '--format', 'json');
    expect(JSON.parse(json.stdout)).toMatchObject({
      kind: 'AccessList',
      subjects: [
        { kind: 'Group', name: 'dev' },
        { kind: 'ServiceAccount', namespace: 'ci', name: 'robot' },
      ],
      gaps: [],
    });
    expect((await ask('--who-can', 'patch', 'deployments')).stdout).toBe(
      'No binding lets anybody patch deployments.apps.\n',
    );
  });

  it('asks which API group is meant rather than guess it', async () => {
    const { code, stdout, stderr } = await ask('--who-can', 'get', 'widgets');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('widgets.example.com');
  });

  it.each([
    [['--as', 'alice', '--verb', 'get']],
    [['--as', 'alice', '--verb', 'get', '--resource', 'pods', '--path', '/x']],
    [['--who-can', 'get']],
    [['--who-can', 'get', 'pods', '--as', 'alice']],
    [['--who-can', 'get', '/metrics', '--namespace', 'shop']],
    [['--who-can', 'get', 'pods/a/b']],
    [['--batch', 'x', '--as', 'alice']],
  ])('refuses %j', async options => {
    const { code, stdout, stderr } = await ask(...options);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^zero-trust: .+\n$/);
  });

  it('answers a line for a line, groups being exactly those that are given', async () => {
    const review = {
      verb: 'get',
      group: 'apps',
      resource: 'deployments',
      namespace: 'shop',
    };
    const stdin = [
      { id: 1, user: 'alice', groups: ['dev'], resourceAttributes: review },
      { id: 'b', user: 'alice', resourceAttributes: review },
      {
        id: 'c',
        user: 'root',
        groups: ['system:masters'],
        nonResourceAttributes: { verb: 'get', path: '/metrics' },
      },
    ]
      .map(line => JSON.stringify(line))
      .join('\n');
    const { code, stdout } = await runCommand(
      ['access', source, '--batch', '-'],
      { stdin },
    );
    expect(code).toBe(1);
    const lines = stdout.trim().split('\n');
    expect(lines[0]).toBe(
      JSON.stringify({
        id: 1,
        allowed: true,
        decidedBy: [
          { ...BINDING, field: 'subjects[0]' },
          { ...RULES, field: 'rules[0]' },
        ],
        reason:
          'RoleBinding shop/deployers gives Group dev the ClusterRole deployer, and rules[0] of ClusterRole deployer allows it.',
      }),
    );
    expect(lines.slice(1).map(line => JSON.parse(line))).toMatchObject([
      { id: 'b', allowed: false, decidedBy: [] },
      { id: 'c', allowed: true, decidedBy: [] },
    ]);
  });

  it('names what is wrong with a line, answers the others, and exits 2', async () => {
    const { code, stdout } = await runCommand(
      ['access', source, '--batch', '-'],
      {
        stdin: [
          'no json',
          '{"id":"b","user":"alice"}',
          '{"id":"c","resourceAttributes":{}}',
          '{"id":"d","user":"alice","resourceAttributes":{"verb":7}}',
          '{"id":"e","user":"alice","resourceAttributes":{"verb":"get"}}',
        ].join('\n'),
      },
    );
    expect(code).toBe(2);
    expect(
      stdout
        .trim()
        .split('\n')
        .map(line => JSON.parse(line)),
    ).toEqual([
      { id: null, error: 'the line is not JSON' },
      {
        id: 'b',
        error: 'say either resourceAttributes or nonResourceAttributes',
      },
      { id: 'c', error: 'say user or groups' },
      { id: 'd', error: expect.stringMatching(/^resourceAttributes\.verb: /) },
      expect.objectContaining({ id: 'e', allowed: false }),
    ]);
  });
});
