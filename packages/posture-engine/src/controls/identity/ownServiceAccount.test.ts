import { expectFindings, findingsOf } from '../../testing/expectFindings';
import { ownServiceAccount as control } from './ownServiceAccount';

function deployment(name: string, spec: string, labels = `app: ${name}`) {
  return `
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: shop}
spec:
  template:
    metadata: {labels: {${labels}}}
    spec: {${spec}containers: [{name: app}]}`;
}

function account(name: string, namespace = 'shop') {
  return `
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: ${name}, namespace: ${namespace}}`;
}

describe('ID-1 own service account', () => {
  it('passes for an account that exists and that nobody else uses', () => {
    expectFindings(
      {
        control,
        manifests:
          account('orders') +
          deployment('orders', 'serviceAccountName: orders, '),
      },
      [
        {
          of: 'Deployment shop/orders',
          verdict: 'pass',
          message:
            'orders runs as its own account shop/orders, which no other workload uses.',
          evidence: [
            {
              object: {
                apiVersion: 'apps/v1',
                kind: 'Deployment',
                namespace: 'shop',
                name: 'orders',
              },
              field: 'spec.template.spec.serviceAccountName',
              value: 'orders',
            },
          ],
        },
      ],
    );
  });

  it('fails for the default account, named or not, used by others or not', () => {
    for (const spec of [
      '',
      "serviceAccountName: '', ",
      'serviceAccountName: default, ',
    ]) {
      expectFindings({ control, manifests: deployment('orders', spec) }, [
        {
          of: 'Deployment shop/orders',
          verdict: 'fail',
          severity: 'high',
          message:
            'Nobody can tell orders from any other workload in shop that names no account: they all run as shop/default.',
        },
      ]);
    }
  });

  it('reads the deprecated name of the field as the API server does', () => {
    const [finding] = findingsOf({
      control,
      manifests:
        account('orders') + deployment('orders', 'serviceAccount: orders, '),
    });
    expect(finding).toMatchObject({ verdict: 'pass' });
  });

  it('fails for an account that another workload of the namespace uses, and says which', () => {
    expectFindings(
      {
        control,
        manifests:
          account('app') +
          deployment('orders', 'serviceAccountName: app, ') +
          deployment('web', 'serviceAccountName: app, '),
      },
      [
        {
          of: 'Deployment shop/orders',
          verdict: 'fail',
          severity: 'high',
          message:
            'Deployment web can do everything in the name of orders: it runs as the same account shop/app.',
        },
        { of: 'Deployment shop/web', verdict: 'fail', severity: 'high' },
      ],
    );
  });

  it('is milder where all that share the account say they are parts of one application', () => {
    const labels = 'app.kubernetes.io/part-of: store';
    const [finding] = findingsOf({
      control,
      manifests:
        account('app') +
        deployment('orders', 'serviceAccountName: app, ', labels) +
        deployment('worker', 'serviceAccountName: app, ', labels),
    });
    expect(finding).toMatchObject({ verdict: 'fail', severity: 'medium' });
    expect(finding.because).toContain('as parts of store');
  });

  it('takes accounts of the same name in two namespaces for two accounts', () => {
    const manifests =
      account('orders') +
      account('orders', 'legacy') +
      deployment('orders', 'serviceAccountName: orders, ') +
      deployment('orders', 'serviceAccountName: orders, ').replaceAll(
        'namespace: shop',
        'namespace: legacy',
      );
    expectFindings({ control, manifests }, [
      { of: 'Deployment legacy/orders', verdict: 'pass' },
      { of: 'Deployment shop/orders', verdict: 'pass' },
    ]);
  });

  it('does not take the pods of one workload for sharers', () => {
    const pod = (name: string) => `
---
apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  namespace: shop
  ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: db, controller: true}]
spec: {serviceAccountName: db, containers: [{name: app}]}`;
    expectFindings(
      { control, manifests: account('db') + pod('db-0') + pod('db-1') },
      [{ of: 'StatefulSet shop/db', verdict: 'pass' }],
    );
  });

  it('says so where the account does not exist', () => {
    expectFindings(
      {
        control,
        manifests: deployment('orders', 'serviceAccountName: orders, '),
      },
      [
        {
          of: 'Deployment shop/orders',
          verdict: 'fail',
          severity: 'low',
          message:
            'No new pod of orders can start: its account shop/orders does not exist.',
        },
      ],
    );
  });

  it('is unknown without the right to list service accounts, and names it', () => {
    expectFindings(
      {
        control,
        manifests: deployment('orders', 'serviceAccountName: orders, '),
        coverage: { ServiceAccount: { state: 'forbidden', verb: 'list' } },
      },
      [
        {
          of: 'Deployment shop/orders',
          verdict: 'unknown',
          missing: [{ verb: 'list', group: '', resource: 'serviceaccounts' }],
        },
      ],
    );
  });
});
