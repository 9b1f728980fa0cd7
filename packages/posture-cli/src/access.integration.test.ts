/**
 * `access` against the authorizer of a real API server: random roles and
 * bindings beside the built-in ones, hundreds of questions that it answers by
 * SubjectAccessReview, and the same answers from what the command reads of it.
 */
import {
  KubernetesServers,
  describeWithServers,
} from '@backstage-zero-trust/test-servers';
import fc from 'fast-check';
import { runCommand } from './testing/runCommand';

jest.setTimeout(180_000);

const API = '/apis/rbac.authorization.k8s.io/v1';
const NAMESPACES = ['shop', 'payments'];
const USERS = [
  ...['alice', 'bob', 'system:anonymous'],
  ...['system:serviceaccount:shop:web', 'system:serviceaccount:payments:web'],
  'system:kube-controller-manager',
];
const GROUPS = [
  ...['dev', 'system:authenticated', 'system:unauthenticated'],
  ...['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:nodes'],
  'system:masters',
];
const VERBS = ['get', 'list', 'create', 'impersonate', 'bind', 'escalate', '*'];
const API_GROUPS = ['', 'apps', 'rbac.authorization.k8s.io', '*'];
const RESOURCES = [
  ...['pods', 'serviceaccounts', 'secrets', 'deployments', 'roles', 'nodes'],
  '*',
];
const SUBRESOURCES = ['', '', 'exec', 'token', 'scale', 'proxy', '*'];
const NAMES = ['', '', 'web', 'api'];
const PATHS = ['/metrics', '/healthz', '/healthz/etcd', '/debug/pprof', '/'];
/** ClusterRoles of the server's own, `edit` being an aggregated one. */
const BUILT_IN = ['view', 'edit', 'admin', 'cluster-admin', 'missing'];

const some = <T>(values: readonly T[], maxLength = 3) =>
  fc.subarray([...values], { minLength: 1, maxLength });
const word = (values: readonly string[]) => fc.constantFrom(...values);

const resourceRule = fc.record({
  verbs: some(VERBS),
  apiGroups: some(API_GROUPS),
  resources: fc.uniqueArray(
    fc
      .tuple(word(RESOURCES), word(SUBRESOURCES))
      .map(([resource, sub]) => (sub ? `${resource}/${sub}` : resource)),
    { minLength: 1, maxLength: 3 },
  ),
  resourceNames: fc.subarray(['web', 'api']),
});
const pathRule = fc.record({
  verbs: some(['get', 'post', '*']),
  nonResourceURLs: some(['/metrics', '/healthz/*', '/debug*', '*']),
});
const rules = (each: fc.Arbitrary<object>) =>
  fc.array(each, { minLength: 1, maxLength: 4 });

const subject = fc.oneof(
  word(USERS).map(name => ({ kind: 'User', name })),
  word(GROUPS.slice(0, -1)).map(name => ({ kind: 'Group', name })),
  word(NAMESPACES).map(namespace => ({
    kind: 'ServiceAccount',
    name: 'web',
    namespace,
  })),
);
const OWN = [0, 1, 2, 3, 4, 5].map(number => `random-${number}`);
const binding = fc.record({
  namespace: word(['', ...NAMESPACES, ...NAMESPACES]),
  kind: word(['Role', 'ClusterRole', 'ClusterRole']),
  name: word([...OWN, ...BUILT_IN]),
  subjects: fc.array(subject, { minLength: 1, maxLength: 2 }),
});

const cluster = fc.record({
  clusterRoles: fc.array(
    rules(fc.oneof(resourceRule, resourceRule, pathRule)),
    {
      minLength: OWN.length,
      maxLength: OWN.length,
    },
  ),
  roles: fc.array(rules(resourceRule), {
    minLength: OWN.length,
    maxLength: OWN.length,
  }),
  bindings: fc.array(binding, { minLength: 12, maxLength: 12 }),
});

const who = {
  user: word(USERS),
  groups: fc.subarray(GROUPS, { maxLength: 2 }),
};
const question = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      ...who,
      resourceAttributes: fc.record({
        verb: word([...VERBS, 'delete']),
        group: word(API_GROUPS),
        resource: word(RESOURCES),
        subresource: word(SUBRESOURCES),
        namespace: word(['', ...NAMESPACES, ...NAMESPACES]),
        name: word(NAMES),
      }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      ...who,
      nonResourceAttributes: fc.record({
        verb: word(['get', 'post']),
        path: word(PATHS),
      }),
    }),
  },
);

const CLUSTERS = 5;
const QUESTIONS = 150;

describeWithServers('access, asked about a real API server', () => {
  let servers: KubernetesServers;

  const send = async (method: string, path: string, body?: unknown) => {
    const response = await servers.request<{ status: { allowed: boolean } }>(
      path,
      { method, body },
    );
    if (response.status >= 300) {
      throw new Error(JSON.stringify(response.body));
    }
    return response.body;
  };
  const object = (kind: string, name: string, content: object) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    metadata: { name, labels: { random: 'true' } },
    ...content,
  });

  beforeAll(async () => {
    // With controllers, which aggregate roles.
    servers = await KubernetesServers.start({ nodes: 1 });
    for (const name of NAMESPACES) {
      await send('POST', '/api/v1/namespaces', { metadata: { name } });
    }
  });
  afterAll(() => servers?.stop());

  async function apply(
    random: typeof cluster extends fc.Arbitrary<infer T> ? T : never,
  ) {
    for (const [index, list] of random.clusterRoles.entries()) {
      await send(
        'POST',
        `${API}/clusterroles`,
        object('ClusterRole', OWN[index], { rules: list }),
      );
    }
    for (const [index, list] of random.roles.entries()) {
      await send(
        'POST',
        `${API}/namespaces/${NAMESPACES[index % 2]}/roles`,
        object('Role', OWN[index], { rules: list }),
      );
    }
    for (const [index, bound] of random.bindings.entries()) {
      const inCluster = bound.namespace === '';
      await send(
        'POST',
        inCluster
          ? `${API}/clusterrolebindings`
          : `${API}/namespaces/${bound.namespace}/rolebindings`,
        object(
          inCluster ? 'ClusterRoleBinding' : 'RoleBinding',
          `random-${index}`,
          {
            roleRef: {
              apiGroup: 'rbac.authorization.k8s.io',
              kind: inCluster ? 'ClusterRole' : bound.kind,
              name: bound.name,
            },
            subjects: bound.subjects,
          },
        ),
      );
    }
  }

  async function clear() {
    for (const path of [
      ...['clusterroles', 'clusterrolebindings'],
      ...NAMESPACES.flatMap(namespace =>
        ['roles', 'rolebindings'].map(
          plural => `namespaces/${namespace}/${plural}`,
        ),
      ),
    ]) {
      await send('DELETE', `${API}/${path}?labelSelector=random%3Dtrue`);
    }
  }

  async function review(spec: object): Promise<boolean> {
    const { status } = await send(
      'POST',
      '/apis/authorization.k8s.io/v1/subjectaccessreviews',
      {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        spec,
      },
    );
    return status.allowed;
  }

  /** The authorizer's own view lags behind by some milliseconds: asks until a sentinel, written last, is seen. */
  async function settled(name: string) {
    await send(
      'POST',
      `${API}/clusterrolebindings`,
      object('ClusterRoleBinding', name, {
        roleRef: {
          apiGroup: 'rbac.authorization.k8s.io',
          kind: 'ClusterRole',
          name: 'cluster-admin',
        },
        subjects: [{ kind: 'User', name }],
      }),
    );
    const spec = {
      user: name,
      resourceAttributes: { verb: 'get', resource: 'pods' },
    };
    while (!(await review(spec))) {
      await new Promise(resolve => setTimeout(resolve, 50));
    }
    // Each kind has a watch of its own.
    await new Promise(resolve => setTimeout(resolve, 500));
  }

  it('answers as it does', async () => {
    const seed = 20_261_101;
    const questions = fc.sample(question, { seed, numRuns: QUESTIONS });
    const tally = { true: 0, false: 0 };
    for (const [number, random] of fc
      .sample(cluster, { seed, numRuns: CLUSTERS })
      .entries()) {
      await apply(random);
      await settled(`sentinel-${number}`);
      const { stdout } = await runCommand(
        [
          ...['access', '--kubeconfig', servers.kubeconfigFile],
          ...['--context', 'admin', '--batch', '-'],
        ],
        { stdin: questions.map(each => JSON.stringify(each)).join('\n') },
      );
      const answers: boolean[] = stdout
        .trim()
        .split('\n')
        .map(line => JSON.parse(line).allowed);
      const differences: object[] = [];
      for (const [index, each] of questions.entries()) {
        const expected = await review(each);
        tally[`${expected}`]++;
        if (answers[index] !== expected) {
          differences.push({ number, expected, question: each });
        }
      }
      expect(differences).toEqual([]);
      await clear();
    }
    expect(tally.true).toBeGreaterThan(100);
    expect(tally.false).toBeGreaterThan(100);
  });
});
