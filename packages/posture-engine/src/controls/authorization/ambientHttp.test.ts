/** AZ-4, as its tests read. */
import { ExpectedFinding, expectFindings } from '../../testing/expectFindings';
import { ambientPod, policy, sidecarPod } from '../../testing/meshManifests';
import { ambientHttp } from './ambientHttp';

function expectFinding(
  manifests: string,
  expected: Omit<ExpectedFinding, 'of'>,
) {
  expectFindings({ control: ambientHttp, manifests }, [
    { of: 'Deployment shop/orders', ...expected },
  ]);
}

const rules = (spec: string, name = 'shop/rules') =>
  policy('AuthorizationPolicy', name, spec);
const FROM_WEB =
  'from: [{ source: { principals: [cluster.local/ns/shop/sa/web] } }]';
const GET = 'to: [{ operation: { methods: [GET] } }]';

describe('AZ-4', () => {
  it('does not apply where no policy is asked of ztunnel', () => {
    expectFinding(ambientPod(), { verdict: 'not-applicable' });
    expectFinding(sidecarPod() + rules(`{ rules: [{ ${GET} }] }`), {
      verdict: 'not-applicable',
      message: 'orders has sidecars, which read HTTP.',
    });
  });

  it('passes where policies name callers and ports alone', () => {
    expectFinding(
      ambientPod() +
        rules(
          `{ rules: [{ ${FROM_WEB}, to: [{ operation: { ports: ["8080"] } }] }] }`,
        ),
      {
        verdict: 'pass',
        enforcement: 'enforced',
        message:
          'ztunnel can judge all that AuthorizationPolicy shop/rules asks of calls to orders.',
      },
    );
  });

  it('an ALLOW rule with HTTP fields is dropped, and its callers are cut off', () => {
    expectFinding(
      ambientPod() + rules(`{ rules: [{ ${FROM_WEB}, ${GET} }] }`),
      {
        verdict: 'fail',
        severity: 'medium',
        message:
          'orders refuses GET from cluster.local/ns/shop/sa/web, which AuthorizationPolicy shop/rules means to let in.',
        evidence: [
          expect.objectContaining({
            field: 'spec.rules[0].to[0].operation.methods',
            value: ['GET'],
          }),
        ],
        witness: {
          from: 'cluster.local/ns/shop/sa/web',
          to: 'Deployment shop/orders',
          port: 8080,
          protocol: 'TCP',
          transport: 'mtls',
          action: 'sends GET, and is refused',
        },
      },
    );
  });

  it.each([
    ['methods alone', '{ methods: [DELETE] }', '', 'DELETE'],
    ['paths alone', '{ paths: ["/admin/*"] }', '', 'GET /admin/some'],
    [
      'hosts alone',
      '{ hosts: [admin.example] }',
      '',
      'requests for host admin.example',
    ],
  ])(
    'a DENY of %s denies nothing, and is open to anybody',
    (_, operation, from, what) => {
      expectFinding(
        ambientPod() +
          rules(
            `{ action: DENY, rules: [{ ${from} to: [{ operation: ${operation} }] }] }`,
          ),
        {
          verdict: 'fail',
          severity: 'high',
          message: `Any workload in the mesh may send ${what} to orders, which AuthorizationPolicy shop/rules means to refuse.`,
        },
      );
    },
  );

  it('a DENY of paths beside callers denies nothing either', () => {
    expectFinding(
      ambientPod() +
        rules(
          `{ action: DENY, rules: [{ ${FROM_WEB}, to: [{ operation: { paths: [/admin] } }] }] }`,
        ),
      {
        verdict: 'fail',
        severity: 'medium',
        message:
          'The identity cluster.local/ns/shop/sa/web may send GET /admin to orders, which AuthorizationPolicy shop/rules means to refuse.',
      },
    );
  });

  it('a DENY that keeps a port denies every request there', () => {
    expectFinding(
      ambientPod() +
        rules(
          '{ action: DENY, rules: [{ to: [{ operation: { methods: [DELETE], ports: ["8080"] } }] }] }',
        ),
      {
        verdict: 'fail',
        severity: 'medium',
        message:
          'orders refuses requests that no rule names from any workload in the mesh, which AuthorizationPolicy shop/rules does not mean to refuse.',
      },
    );
  });

  it('nothing is open where another policy refuses the same', () => {
    expectFinding(
      ambientPod() +
        rules('{}', 'shop/nobody') +
        rules(`{ action: DENY, rules: [{ ${GET} }] }`),
      {
        verdict: 'fail',
        severity: 'low',
        message:
          'AuthorizationPolicy shop/rules does not do at orders what it says, although no caller gets another answer because of it.',
      },
    );
  });

  it('trust domains are never sent to ztunnel', () => {
    expectFinding(
      ambientPod() +
        rules(
          '{ action: DENY, rules: [{ from: [{ source: { trustDomains: [cluster.local] } }] }] }',
        ),
      { verdict: 'fail', severity: 'high' },
    );
  });

  it('a CUSTOM policy asks nobody there', () => {
    expectFindings(
      {
        control: ambientHttp,
        manifests:
          ambientPod() +
          rules('{ action: CUSTOM, provider: { name: opa }, rules: [{}] }'),
        meshConfig: {
          extensionProviders: [{ name: 'opa', envoyExtAuthzGrpc: {} }],
        },
      },
      [
        {
          of: 'Deployment shop/orders',
          verdict: 'fail',
          severity: 'high',
          message:
            'Any workload in the mesh may send requests to orders, which AuthorizationPolicy shop/rules means to ask its provider about.',
        },
      ],
    );
  });

  it('an AUDIT policy audits nothing there, and opens nothing', () => {
    expectFinding(ambientPod() + rules('{ action: AUDIT, rules: [{}] }'), {
      verdict: 'fail',
      severity: 'low',
      message: 'AuthorizationPolicy shop/rules audits no call to orders.',
    });
  });
});
