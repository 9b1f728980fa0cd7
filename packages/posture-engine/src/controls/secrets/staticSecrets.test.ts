import { expectFindings, findingsOf } from '../../testing/expectFindings';
import { staticSecrets as control } from './staticSecrets';

function orders(container: string, spec = '') {
  return `
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders, namespace: shop}
spec:
  template:
    metadata: {labels: {app: orders}}
    spec:
      serviceAccountName: orders
      containers: [{name: app, ${container}}]
      ${spec}
`;
}

const tokenSecret = `
---
apiVersion: v1
kind: Secret
metadata:
  name: orders-token
  namespace: shop
  annotations: {kubernetes.io/service-account.name: orders}
type: kubernetes.io/service-account-token
`;

describe('SE-4 no static secrets', () => {
  it('passes where nothing secret stands in manifest or environment', () => {
    expectFindings(
      { control, manifests: orders('env: [{name: LOG_LEVEL, value: info}]') },
      [
        {
          of: 'Deployment shop/orders',
          verdict: 'pass',
          message:
            'No secret of orders stands in its manifest or in its environment, and its account has no token that never expires.',
        },
      ],
    );
  });

  it('fails for a literal value, and never shows it', () => {
    const value = 'hunter2-Xk29vbQ';
    const manifests = orders(`env: [{name: DB_PASSWORD, value: ${value}}]`);
    expectFindings({ control, manifests }, [
      {
        of: 'Deployment shop/orders',
        verdict: 'fail',
        severity: 'high',
        message:
          'Everybody who can read the manifest or the pods of orders knows a password: it stands in DB_PASSWORD.',
        evidence: [
          {
            object: {
              apiVersion: 'apps/v1',
              kind: 'Deployment',
              namespace: 'shop',
              name: 'orders',
            },
            field: 'spec.template.spec.containers[0].env[0].value',
            value: '(15 characters, not shown)',
          },
        ],
      },
    ]);
    const text = JSON.stringify(findingsOf({ control, manifests }));
    for (let start = 0; start + 5 <= value.length; start++) {
      expect(text).not.toContain(value.slice(start, start + 5));
    }
  });

  it('is milder for a Secret in the environment, by key or whole', () => {
    expectFindings(
      {
        control,
        manifests: orders(
          'env: [{name: PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}], envFrom: [{secretRef: {name: smtp}}]',
        ),
      },
      [
        {
          of: 'Deployment shop/orders',
          verdict: 'fail',
          severity: 'medium',
          message:
            'Every process and crash dump of orders carries key password of Secret shop/db in its environment, and a new value reaches it only by a restart. 1 more secret stands still like it.',
        },
      ],
    );
  });

  it('looks into init and ephemeral containers as well', () => {
    const [finding] = findingsOf({
      control,
      manifests: orders(
        'image: app',
        'initContainers: [{name: setup, envFrom: [{secretRef: {name: db}}]}]',
      ),
    });
    expect(finding.evidence[0].field).toBe(
      'spec.template.spec.initContainers[0].envFrom[0].secretRef',
    );
  });

  it('passes for a Secret mounted as a file, and names it', () => {
    expectFindings(
      {
        control,
        manifests: orders(
          'volumeMounts: [{name: db, mountPath: /secrets}]',
          'volumes: [{name: db, secret: {secretName: db}}]',
        ),
      },
      [
        {
          of: 'Deployment shop/orders',
          verdict: 'pass',
          message:
            'No secret of orders stands in its manifest or in its environment, and its account has no token that never expires. It reads Secret db from files.',
        },
      ],
    );
  });

  it('fails for a Secret with a token of the account that never expires', () => {
    expectFindings({ control, manifests: orders('image: app') + tokenSecret }, [
      {
        of: 'Deployment shop/orders',
        verdict: 'fail',
        severity: 'high',
        message:
          'Whoever can read Secret shop/orders-token can act as orders for ever: it holds a token of account shop/orders that never expires.',
      },
    ]);
  });

  it('knows such a Secret by its metadata alone, as a live cluster gives it', () => {
    const [finding] = findingsOf({
      control,
      manifests: orders('image: app') + tokenSecret.replace(/^type: .*$/m, ''),
    });
    expect(finding).toMatchObject({ verdict: 'fail' });
  });

  it('does not count Secrets of other accounts or types', () => {
    for (const [from, to] of [
      ['service-account.name: orders', 'service-account.name: web'],
      ['type: kubernetes.io/service-account-token', 'type: Opaque'],
    ]) {
      const [finding] = findingsOf({
        control,
        manifests: orders('image: app') + tokenSecret.replace(from, to),
      });
      expect(finding).toMatchObject({ verdict: 'pass' });
    }
  });

  const forbidden = { Secret: { state: 'forbidden', verb: 'list' } } as const;

  it('cannot pass without the right to list Secrets, and says what it could tell', () => {
    expectFindings(
      { control, manifests: orders('image: app'), coverage: forbidden },
      [
        {
          of: 'Deployment shop/orders',
          verdict: 'unknown',
          message:
            'No secret of orders stands in its manifest or environment, but whether its account has a token that never expires cannot be told: in test, listing secrets is forbidden: grant the verb "list".',
          missing: [{ verb: 'list', group: '', resource: 'secrets' }],
        },
      ],
    );
  });

  it('fails all the same for what can be told without that right', () => {
    expectFindings(
      {
        control,
        manifests: orders('envFrom: [{secretRef: {name: db}}]'),
        coverage: forbidden,
      },
      [{ of: 'Deployment shop/orders', verdict: 'fail' }],
    );
  });
});
