/** AZ-7, as its tests read. */
import { ExpectedFinding, expectFindings } from '../../testing/expectFindings';
import { ambientPod, policy, sidecarPod } from '../../testing/meshManifests';
import { readableRules } from './readableRules';

const PORTS = '{ containerPort: 8080 }, { containerPort: 5432 }';
const service = (ports: string) => `
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop }
spec: { selector: { app: orders }, ports: [${ports}] }
---`;
const HTTP = '{ name: http, port: 80, targetPort: 8080 }';
const TCP = '{ name: tcp-db, port: 5432 }';

function expectFinding(
  policies: string,
  expected: Omit<ExpectedFinding, 'of'>,
  ports = `${HTTP}, ${TCP}`,
) {
  expectFindings(
    {
      control: readableRules,
      manifests: sidecarPod({ ports: PORTS }) + service(ports) + policies,
    },
    [{ of: 'Deployment shop/orders', ...expected }],
  );
}

const rule = (body: string, action = 'ALLOW') =>
  policy(
    'AuthorizationPolicy',
    'shop/rules',
    `{ action: ${action}, rules: [{ ${body} }] }`,
  );
const WEB =
  'from: [{ source: { principals: [cluster.local/ns/shop/sa/web] } }]';

describe('AZ-7', () => {
  it('does not apply where no sidecar is asked', () => {
    expectFinding('', { verdict: 'not-applicable' });
    expectFindings(
      {
        control: readableRules,
        manifests:
          ambientPod() + rule('to: [{ operation: { methods: [GET] } }]'),
      },
      [{ of: 'Deployment shop/orders', verdict: 'not-applicable' }],
    );
  });

  it('passes where HTTP fields are asked on HTTP ports', () => {
    expectFinding(
      rule(`${WEB}, to: [{ operation: { methods: [GET], ports: ["8080"] } }]`),
      {
        verdict: 'pass',
        message:
          'The sidecars of orders can read all that AuthorizationPolicy shop/rules asks.',
      },
    );
  });

  it('an ALLOW rule for HTTP was not meant for a TCP port beside the HTTP port', () => {
    expectFinding(rule(`${WEB}, to: [{ operation: { methods: [GET] } }]`), {
      verdict: 'pass',
    });
  });

  it('an ALLOW rule that names the TCP port lets nobody in there', () => {
    expectFinding(
      rule(`${WEB}, to: [{ operation: { methods: [GET], ports: ["5432"] } }]`),
      {
        verdict: 'fail',
        severity: 'medium',
        message:
          'orders refuses GET from cluster.local/ns/shop/sa/web, which AuthorizationPolicy shop/rules means to let in.',
        because:
          'Port 5432 of orders is not read as HTTP, so the proxy cannot judge spec.rules[0].to[0].operation.methods of AuthorizationPolicy shop/rules there: it drops the rule.',
      },
    );
  });

  it('a DENY rule refuses on the TCP port whatever comes', () => {
    const deny = (operation: string) =>
      rule(`to: [{ operation: { ${operation} } }]`, 'DENY');
    expectFinding(deny('paths: [/admin]'), {
      verdict: 'fail',
      severity: 'medium',
      message:
        'orders refuses requests that no rule names from any workload in the mesh, which AuthorizationPolicy shop/rules does not mean to refuse.',
      witness: expect.objectContaining({ port: 5432 }),
    });
    expectFinding(deny('paths: [/admin], ports: ["8080"]'), {
      verdict: 'pass',
    });
  });

  it('a port whose protocol nobody declared is read both ways', () => {
    expectFinding(
      rule('to: [{ operation: { paths: [/admin] } }]', 'DENY'),
      { verdict: 'pass' },
      `${HTTP}, { name: db, port: 5432 }`,
    );
  });

  it('a DENY rule with a key that Istio does not know denies nothing', () => {
    expectFinding(
      rule(
        'to: [{ operation: { paths: [/admin], ports: ["8080"] } }], when: [{ key: request.header, values: [x] }]',
        'DENY',
      ),
      {
        verdict: 'fail',
        severity: 'high',
        message:
          'Any workload in the mesh may send GET /admin to orders, which AuthorizationPolicy shop/rules means to refuse.',
        because:
          'Istio cannot read the key request.header (spec.rules[0].when[0].values) of AuthorizationPolicy shop/rules, and drops the whole rule.',
      },
    );
  });

  it('an ALLOW rule with a value that is no address or port lets nobody in', () => {
    expectFinding(
      rule(`${WEB}, to: [{ operation: { ports: ["8080", http] } }]`),
      {
        verdict: 'fail',
        severity: 'medium',
        message:
          'orders refuses requests from cluster.local/ns/shop/sa/web, which AuthorizationPolicy shop/rules means to let in.',
        because:
          'Istio cannot read "http" (spec.rules[0].to[0].operation.ports) of AuthorizationPolicy shop/rules, and drops the whole rule.',
      },
    );
  });

  it('a DENY rule loses such a value, and refuses more', () => {
    expectFinding(rule('to: [{ operation: { ports: [admin] } }]', 'DENY'), {
      verdict: 'fail',
      severity: 'medium',
      because:
        'Istio cannot read "admin" (spec.rules[0].to[0].operation.ports) of AuthorizationPolicy shop/rules, and takes the rule without, which then refuses more.',
    });
  });
});
