/** AZ-6, as its tests read. */
import { ExpectedFinding, expectFindings } from '../../testing/expectFindings';
import {
  ambientPod,
  barePod,
  policy,
  sidecarPod,
} from '../../testing/meshManifests';
import { identityInPlaintext } from './identityInPlaintext';

function expectFinding(
  manifests: string,
  expected: Omit<ExpectedFinding, 'of'>,
) {
  expectFindings({ control: identityInPlaintext, manifests }, [
    { of: 'Deployment shop/orders', ...expected },
  ]);
}

const rules = (spec: string) =>
  policy('AuthorizationPolicy', 'shop/rules', spec);
const source = (fields: string, action = 'ALLOW') =>
  rules(
    `{ action: ${action}, rules: [{ from: [{ source: { ${fields} } }] }] }`,
  );
const mode = (value: string) =>
  policy('PeerAuthentication', 'shop/default', `{ mtls: { mode: ${value} } }`);

describe.each([
  ['sidecar', sidecarPod],
  ['ambient', ambientPod],
] as const)('AZ-6 with %s', (_, pod) => {
  it('does not apply where no policy asks who calls', () => {
    expectFinding(pod(), { verdict: 'not-applicable' });
    expectFinding(
      pod() +
        rules('{ rules: [{ to: [{ operation: { ports: ["8080"] } }] }] }'),
      {
        verdict: 'not-applicable',
      },
    );
  });

  it('an ALLOW rule that names its callers is closed to plaintext', () => {
    expectFinding(pod() + source('namespaces: [web]'), {
      verdict: 'pass',
      enforcement: 'enforced',
      message:
        'Nobody gets past AuthorizationPolicy shop/rules by calling orders without mTLS.',
    });
  });

  it('an ALLOW rule that names whom it leaves out is open to plaintext', () => {
    expectFinding(pod() + source('notNamespaces: [dev]'), {
      verdict: 'fail',
      severity: 'high',
      message:
        'Whoever calls orders in plaintext gets past AuthorizationPolicy shop/rules, also cluster.local/ns/dev/sa/default, which it means to keep out.',
      because:
        'spec.rules[0].from[0].source.notNamespaces of AuthorizationPolicy shop/rules can tell callers with mTLS alone, and port 8080 takes plaintext too.',
      witness: {
        from: 'cluster.local/ns/dev/sa/default',
        to: 'Deployment shop/orders',
        port: 8080,
        protocol: 'TCP',
        transport: 'plaintext',
        action: 'sends requests, in plaintext, and is let in',
      },
    });
  });

  it('a DENY rule that names callers is open to plaintext', () => {
    expectFinding(
      pod() + source('principals: [cluster.local/ns/dev/sa/job]', 'DENY'),
      { verdict: 'fail', severity: 'high' },
    );
  });

  it('a DENY rule for all but some is closed to plaintext', () => {
    expectFinding(pod() + source('notNamespaces: [web]', 'DENY'), {
      verdict: 'pass',
    });
  });

  it('conditions fail the same way', () => {
    const when = (field: string) =>
      rules(
        `{ rules: [{ when: [{ key: source.namespace, ${field}: [dev] }] }] }`,
      );
    expectFinding(pod() + when('notValues'), { verdict: 'fail' });
    expectFinding(pod() + when('values'), { verdict: 'pass' });
  });

  it('passes where only mTLS comes in', () => {
    expectFinding(pod() + mode('STRICT') + source('notNamespaces: [dev]'), {
      verdict: 'pass',
    });
    expectFinding(pod() + mode('PERMISSIVE') + source('notNamespaces: [dev]'), {
      verdict: 'fail',
    });
  });

  it('passes where another policy refuses plaintext', () => {
    expectFinding(
      pod() +
        source('namespaces: [dev]', 'DENY') +
        policy(
          'AuthorizationPolicy',
          'shop/named',
          '{ rules: [{ from: [{ source: { namespaces: [web, dev] } }] }] }',
        ),
      { verdict: 'pass' },
    );
  });

  it('a pod outside the mesh hides nothing of those inside', () => {
    expectFinding(
      barePod({ name: 'orders-2' }) + pod() + source('notNamespaces: [dev]'),
      { verdict: 'fail' },
    );
  });
});
