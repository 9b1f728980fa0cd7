import { expectFindings, findingsOf } from '../../testing/expectFindings';
import { tokenMount as control } from './tokenMount';

interface Given {
  pod?: boolean;
  account?: boolean;
  annotations?: string;
  volumes?: string;
}

function manifests({ pod, account, annotations = '', volumes = '' }: Given) {
  const field = (value: boolean | undefined) =>
    value === undefined ? '' : `automountServiceAccountToken: ${value}`;
  return `
apiVersion: v1
kind: ServiceAccount
metadata: {name: orders, namespace: shop}
${field(account)}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders, namespace: shop}
spec:
  template:
    metadata:
      annotations: {${annotations}}
    spec:
      serviceAccountName: orders
      ${field(pod)}
      containers: [{name: app}]
      volumes: [${volumes}]
`;
}

function verdictOf(given: Given) {
  const [finding] = findingsOf({ control, manifests: manifests(given) });
  return finding.verdict;
}

describe('ID-2 no unasked API token', () => {
  it('lets the field of the pod decide, else that of the account, else mounts', () => {
    expect(verdictOf({})).toBe('fail');
    expect(verdictOf({ account: false })).toBe('pass');
    expect(verdictOf({ account: true })).toBe('fail');
    expect(verdictOf({ pod: false })).toBe('pass');
    expect(verdictOf({ pod: false, account: true })).toBe('pass');
    expect(verdictOf({ pod: true, account: false })).toBe('fail');
  });

  it('says who decides and what the token is good for', () => {
    expectFindings({ control, manifests: manifests({ account: true }) }, [
      {
        of: 'Deployment shop/orders',
        verdict: 'fail',
        severity: 'medium',
        message:
          'Whoever takes over a container of orders holds a token for the API of the cluster, as shop/orders.',
        because:
          'ServiceAccount shop/orders sets automountServiceAccountToken to true.',
        evidence: [
          {
            object: {
              apiVersion: 'v1',
              kind: 'ServiceAccount',
              namespace: 'shop',
              name: 'orders',
            },
            field: 'automountServiceAccountToken',
            value: true,
          },
        ],
      },
    ]);
  });

  it('mounts for the default account too, and for an account that does not exist', () => {
    const [finding] = findingsOf({
      control,
      manifests: `
apiVersion: v1
kind: Pod
metadata: {name: debug, namespace: shop}
spec: {containers: [{name: app}]}`,
    });
    expect(finding).toMatchObject({
      verdict: 'fail',
      because:
        'Neither the pods of debug nor ServiceAccount shop/default set automountServiceAccountToken, and the default is true.',
    });
  });

  it('takes a token that the pod asks for by itself for a good thing', () => {
    const [finding] = findingsOf({
      control,
      manifests: manifests({
        pod: false,
        volumes:
          '{name: vault, projected: {sources: [{serviceAccountToken: {audience: vault, path: token}}]}}',
      }),
    });
    expect(finding).toMatchObject({
      verdict: 'pass',
      message:
        'No container of orders is given a token for the API of the cluster; it asks by itself for a token that only vault accepts.',
    });
  });

  it('does not take such a token for an answer while the other one is mounted as well', () => {
    expect(
      verdictOf({
        volumes:
          '{name: vault, projected: {sources: [{serviceAccountToken: {audience: vault, path: token}}]}}',
      }),
    ).toBe('fail');
  });

  it('warns that the Vault injector needs the token, unless it is told of another', () => {
    const inject = "vault.hashicorp.com/agent-inject: 'true'";
    const [failing] = findingsOf({
      control,
      manifests: manifests({ annotations: inject }),
    });
    expect(failing.fix?.summary).toContain(
      'vault.hashicorp.com/agent-service-account-token-volume-name',
    );
    const [broken] = findingsOf({
      control,
      manifests: manifests({ annotations: inject, pod: false }),
    });
    expect(broken).toMatchObject({ verdict: 'pass' });
    expect(broken.message).toContain('no new pod will start');
    const [right] = findingsOf({
      control,
      manifests: manifests({
        annotations: `${inject}, vault.hashicorp.com/agent-service-account-token-volume-name: vault`,
        pod: false,
      }),
    });
    expect(right.message).not.toContain('Vault');
  });

  it('still fails for a running pod that got its token before it was switched off', () => {
    expectFindings(
      {
        control,
        manifests: `
apiVersion: v1
kind: ServiceAccount
metadata: {name: orders, namespace: shop}
automountServiceAccountToken: false
---
apiVersion: v1
kind: Pod
metadata: {name: orders-1, namespace: shop}
spec:
  serviceAccountName: orders
  containers:
    - name: app
      volumeMounts:
        - {name: kube-api-access-x7k2p, mountPath: /var/run/secrets/kubernetes.io/serviceaccount}
  volumes:
    - name: kube-api-access-x7k2p
      projected: {sources: [{serviceAccountToken: {path: token}}]}`,
      },
      [
        {
          of: 'Pod shop/orders-1',
          verdict: 'fail',
          message:
            'Pod orders-1 of orders-1 still holds a token for the API of the cluster, which new pods no longer get.',
          fix: { summary: 'Restart orders-1.' },
        },
      ],
    );
  });
});
