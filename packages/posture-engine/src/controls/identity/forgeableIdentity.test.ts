import {
  ExpectFindingsOptions,
  findingsOf,
} from '../../testing/expectFindings';
import { forgeableIdentity as control } from './forgeableIdentity';

const RBAC = 'rbac.authorization.k8s.io';

const ORDERS = `
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: orders, namespace: shop }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: orders, namespace: shop }
spec:
  template:
    metadata: { labels: { app: orders } }
    spec: { serviceAccountName: orders, containers: [{ name: app }] }`;

const ISTIO = `
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: istio-system }
spec: { mtls: { mode: STRICT } }`;

/** `create serviceaccounts/token`, `create apps deployments`, `get secrets named db`. */
function rule(text: string): string {
  const [words, name] = text.split(' named ');
  const [verb, ...rest] = words.split(' ');
  const resource = rest.pop();
  const [group = ''] = rest;
  return `{ verbs: ['${verb}'], apiGroups: ['${group}'], resources: ['${resource}']${
    name ? `, resourceNames: ['${name}']` : ''
  } }`;
}

interface Grant {
  to: string;
  rules: string[];
  /** A namespace; left out, in the whole cluster. */
  in?: string;
  annotations?: string;
  name?: string;
}

const ROBOT = `{ kind: ServiceAccount, name: robot, namespace: ci }`;

function grant({
  to,
  rules,
  in: namespace,
  annotations,
  name = 'given',
}: Grant) {
  return `
---
apiVersion: ${RBAC}/v1
kind: ClusterRole
metadata: { name: ${name} }
rules: [${rules.map(rule).join(', ')}]
---
apiVersion: ${RBAC}/v1
kind: ${namespace ? 'RoleBinding' : 'ClusterRoleBinding'}
metadata:
  name: ${name}
  ${namespace ? `namespace: ${namespace}` : ''}
  annotations: { ${annotations ?? ''} }
roleRef: { apiGroup: ${RBAC}, kind: ClusterRole, name: ${name} }
subjects: [${to}]`;
}

function judge(
  manifests: string,
  coverage: ExpectFindingsOptions['coverage'] = {},
) {
  const [finding] = findingsOf({
    control,
    manifests: ORDERS + manifests,
    coverage,
  });
  return finding;
}

const TOKEN = ['create serviceaccounts/token'];

describe('ID-7 nobody else can act as the workload', () => {
  it('passes where nothing is bound', () => {
    expect(judge('')).toMatchObject({
      verdict: 'pass',
      message:
        'No binding that is in view lets another workload act as orders.',
      evidence: [],
    });
  });

  it('fails for an account of another namespace, and names the binding, the rule and what it does', () => {
    expect(judge(grant({ to: ROBOT, rules: TOKEN, in: 'shop' }))).toMatchObject(
      {
        verdict: 'fail',
        severity: 'high',
        message:
          'ServiceAccount ci/robot can act as orders: it makes tokens of shop/orders.',
        because:
          'RoleBinding shop/given gives system:serviceaccount:ci:robot the ClusterRole given, by rules[0] of ClusterRole given.',
        evidence: [
          {
            object: { kind: 'RoleBinding', namespace: 'shop', name: 'given' },
            field: 'subjects[0]',
            value: 'User system:serviceaccount:ci:robot',
          },
          {
            object: { kind: 'ClusterRole', name: 'given' },
            field: 'rules[0]',
            value: {
              verbs: ['create'],
              apiGroups: [''],
              resources: ['serviceaccounts/token'],
            },
          },
        ],
        witness: {
          from: 'ServiceAccount ci/robot',
          to: 'orders',
          action: 'makes tokens of shop/orders',
        },
      },
    );
  });

  it.each([
    [['impersonate serviceaccounts'], 'impersonates shop/orders'],
    [['impersonate serviceaccounts named orders'], 'impersonates shop/orders'],
    [['create serviceaccounts/token named orders'], 'makes tokens'],
    [['create */token'], 'makes tokens'],
    [['create pods'], 'starts or changes pods in shop'],
    [['create apps deployments'], 'starts or changes pods in shop'],
    [['patch apps statefulsets named db'], 'starts or changes pods in shop'],
    [['create batch jobs'], 'starts or changes pods in shop'],
    [['create pods/exec'], 'runs commands in the pods of shop'],
    [['patch pods/ephemeralcontainers'], 'runs commands in the pods of shop'],
    [['create secrets', 'get secrets'], 'makes a Secret in shop'],
    [
      [`escalate ${RBAC} roles`, `patch ${RBAC} roles`],
      'gives itself any right in shop by a role',
    ],
    [
      [`bind ${RBAC} clusterroles`, `create ${RBAC} rolebindings`],
      'gives itself any right in shop by a binding',
    ],
    [['* serviceaccounts'], 'impersonates shop/orders'],
  ])('a right in the namespace: %j', (rules, does) => {
    const finding = judge(grant({ to: ROBOT, rules, in: 'shop' }));
    expect(finding).toMatchObject({ verdict: 'fail', severity: 'high' });
    expect(finding.message).toContain(does);
    expect(judge(grant({ to: ROBOT, rules, in: 'other' })).verdict).toBe(
      'pass',
    );
    expect(judge(grant({ to: ROBOT, rules })).verdict).toBe('fail');
  });

  it.each([
    [['get nodes/proxy'], 'runs commands in every pod'],
    [['impersonate users'], 'impersonates any user'],
    [
      [
        'update certificates.k8s.io certificatesigningrequests/approval',
        'approve certificates.k8s.io signers named kubernetes.io/kube-apiserver-client',
      ],
      'signs a certificate',
    ],
    [
      ['patch admissionregistration.k8s.io mutatingwebhookconfigurations'],
      'rewrites new pods',
    ],
  ])('a right in the whole cluster: %j', (rules, does) => {
    expect(judge(grant({ to: ROBOT, rules })).message).toContain(does);
    // Nodes and the like are in no namespace, so a RoleBinding does not reach them.
    expect(judge(grant({ to: ROBOT, rules, in: 'shop' })).verdict).toBe('pass');
  });

  it.each([
    [['create serviceaccounts/token named other']],
    [['create pods named orders']],
    [['create serviceaccounts/*', 'create pods/*']],
    [['get pods', 'list pods', 'get pods/log']],
    [['create serviceaccounts']],
    [['create secrets']],
    [['get secrets']],
    [[`escalate ${RBAC} roles`]],
    [[`create ${RBAC} rolebindings`]],
    [['approve certificates.k8s.io signers']],
    [['list configmaps']],
  ])('no such right: %j', rules => {
    expect(judge(grant({ to: ROBOT, rules, in: 'shop' })).verdict).toBe('pass');
    expect(judge(grant({ to: ROBOT, rules })).verdict).toBe('pass');
  });

  it('joins the rights of several bindings of one holder', () => {
    const manifests =
      grant({ to: ROBOT, rules: ['create secrets'], name: 'one' }) +
      grant({ to: ROBOT, rules: ['list secrets'], in: 'shop', name: 'two' });
    expect(judge(manifests).verdict).toBe('fail');
    expect(
      judge(manifests.replace('name: robot', 'name: another')).verdict,
    ).toBe('pass');
  });

  it('to bind only certain roles counts where one of them lets its holder do the same', () => {
    const binds = (role: string) =>
      grant({
        to: ROBOT,
        rules: [
          `bind ${RBAC} clusterroles named ${role}`,
          `create ${RBAC} rolebindings`,
        ],
      });
    const roles =
      grant({ to: '', rules: TOKEN, name: 'strong' }) +
      grant({ to: '', rules: ['get pods'], name: 'weak' });
    expect(judge(roles + binds('strong')).verdict).toBe('fail');
    expect(judge(roles + binds('weak')).verdict).toBe('pass');
  });

  it.each([
    [
      '{ kind: Group, name: system:authenticated }',
      'critical',
      'Everybody who can sign in to the cluster',
    ],
    [
      '{ kind: Group, name: system:unauthenticated }',
      'critical',
      'Everybody who reaches the API server',
    ],
    [
      '{ kind: Group, name: system:serviceaccounts }',
      'critical',
      'Every pod in the cluster',
    ],
    [
      '{ kind: Group, name: system:serviceaccounts:ci }',
      'high',
      'Every pod in ci',
    ],
    [
      '{ kind: Group, name: system:serviceaccounts:shop }',
      'high',
      'Every other pod in shop',
    ],
    [
      '{ kind: ServiceAccount, name: web, namespace: shop }',
      'high',
      'ServiceAccount shop/web',
    ],
    [
      '{ kind: ServiceAccount, name: default, namespace: kube-system }',
      'high',
      'ServiceAccount kube-system/default',
    ],
  ])('%s is %s', (to, severity, who) => {
    const finding = judge(grant({ to, rules: TOKEN }));
    expect(finding).toMatchObject({ verdict: 'fail', severity });
    expect(finding.message.startsWith(`${who} can act as orders`)).toBe(true);
  });

  it.each([
    '{ kind: Group, name: system:masters }',
    '{ kind: User, name: system:kube-controller-manager }',
    '{ kind: ServiceAccount, name: deployment-controller, namespace: kube-system }',
    '{ kind: ServiceAccount, name: orders, namespace: shop }',
  ])('does not mind the cluster itself, or the workload: %s', to => {
    expect(judge(grant({ to, rules: ['* *'] }))).toMatchObject({
      verdict: 'pass',
      message:
        'No binding that is in view lets another workload act as orders.',
      evidence: [],
    });
  });

  it('passes for people, and says who they are', () => {
    const finding = judge(
      grant({
        to: '{ kind: Group, name: shop-team }, { kind: User, name: eve }',
        rules: TOKEN,
        in: 'shop',
      }),
    );
    expect(finding).toMatchObject({
      verdict: 'pass',
      message:
        'No binding that is in view lets another workload act as orders. Of people and tools outside the cluster, group shop-team and user eve can.',
    });
    expect(finding.evidence).toHaveLength(3);
  });

  it('takes a binding that says why it may be, in its annotation, but never for everybody', () => {
    const annotations =
      'zero-trust.backstage.io/may-act-as-workloads: deploys all of shop';
    const accepted = (to: string, text = annotations) =>
      judge(grant({ to, rules: TOKEN, annotations: text }));
    expect(accepted(ROBOT)).toMatchObject({
      verdict: 'pass',
      message:
        'No binding that is in view lets another workload act as orders. That ServiceAccount ci/robot can is accepted: deploys all of shop.',
    });
    expect(
      accepted(ROBOT, annotations.replace('deploys all of shop', '" "'))
        .verdict,
    ).toBe('fail');
    expect(
      accepted('{ kind: Group, name: system:authenticated }').verdict,
    ).toBe('fail');
    // A second binding that nobody has accepted still counts.
    expect(
      judge(
        grant({ to: ROBOT, rules: TOKEN, annotations }) +
          grant({ to: ROBOT, rules: ['create pods'], name: 'another' }),
      ).message,
    ).toContain('starts or changes pods');
  });

  describe('whoever may read Secrets', () => {
    const reads = grant({ to: ROBOT, rules: ['list secrets'], in: 'shop' });
    const secret = (account: string) => `
---
apiVersion: v1
kind: Secret
type: kubernetes.io/service-account-token
metadata:
  name: old
  namespace: shop
  annotations: { kubernetes.io/service-account.name: ${account} }`;

    it('can act as the workload where one holds a token of its account', () => {
      expect(judge(reads + secret('orders'))).toMatchObject({
        verdict: 'fail',
        severity: 'high',
      });
      expect(judge(reads + secret('web')).verdict).toBe('pass');
    });

    it('may or may not, where their names may not be listed: the right is named', () => {
      const secrets = {
        Secret: { state: 'forbidden', verb: 'list' },
      } as const;
      expect(judge(reads, secrets)).toMatchObject({
        verdict: 'unknown',
        missing: [{ verb: 'list', group: '', resource: 'secrets' }],
      });
      expect(judge('', secrets).verdict).toBe('pass');
    });
  });

  describe('in a mesh', () => {
    it("reading the Secrets of its root namespace is reading the authority's key", () => {
      const reads = grant({
        to: ROBOT,
        rules: ['get secrets named cacerts'],
        in: 'istio-system',
      });
      expect(judge(ISTIO + reads).message).toContain(
        "reads the key of the mesh's certificate authority in istio-system",
      );
      expect(judge(reads).verdict).toBe('pass');
    });

    it('writing policies for the workload is deciding what identities are worth', () => {
      const writes = (namespace: string) =>
        grant({
          to: ROBOT,
          rules: ['patch security.istio.io authorizationpolicies'],
          in: namespace,
        });
      for (const namespace of ['shop', 'istio-system']) {
        expect(judge(ISTIO + writes(namespace)).verdict).toBe('fail');
        expect(judge(writes(namespace)).verdict).toBe('pass');
      }
      expect(judge(ISTIO + writes('other')).verdict).toBe('pass');
    });

    it('istiod is expected, and only there', () => {
      const istiod = grant({
        to: '{ kind: ServiceAccount, name: istiod, namespace: istio-system }',
        rules: ['get secrets', 'create secrets'],
      });
      expect(judge(ISTIO + istiod).verdict).toBe('pass');
      expect(judge(istiod).verdict).toBe('fail');
    });
  });

  it('with SPIRE, registering identities is forging them', () => {
    const spire = `
---
apiVersion: spire.spiffe.io/v1alpha1
kind: ClusterSPIFFEID
metadata: { name: workloads }
spec: { spiffeIDTemplate: 'spiffe://example.org/x' }`;
    const writes = grant({
      to: ROBOT,
      rules: ['create spire.spiffe.io clusterstaticentries'],
    });
    expect(judge(spire + writes).message).toContain(
      'registers any identity with SPIRE',
    );
    expect(judge(writes).verdict).toBe('pass');
  });

  it('names three of many, and counts the others', () => {
    const many = [1, 2, 3, 4, 5].map(
      number => `{ kind: ServiceAccount, name: r${number}, namespace: ci }`,
    );
    const finding = judge(
      grant({ to: many.join(', '), rules: TOKEN }) +
        grant({
          to: '{ kind: Group, name: system:serviceaccounts:ci }',
          rules: TOKEN,
          in: 'shop',
          name: 'all',
        }),
    );
    expect(finding.message).toBe(
      'Every pod in ci, ServiceAccount ci/r1, ServiceAccount ci/r2 and 3 more can act as orders: every pod in ci makes tokens of shop/orders.',
    );
  });

  it('is unknown where roles or bindings cannot be listed, and names the right', () => {
    for (const [kind, resource] of [
      ['ClusterRoleBinding', 'clusterrolebindings'],
      ['RoleBinding', 'rolebindings'],
      ['ClusterRole', 'clusterroles'],
      ['Role', 'roles'],
    ] as const) {
      expect(
        judge('', { [kind]: { state: 'forbidden', verb: 'list' } }),
      ).toMatchObject({
        verdict: 'unknown',
        missing: [{ verb: 'list', group: RBAC, resource }],
      });
    }
  });
});
