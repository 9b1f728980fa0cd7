/** AZ-2, as its tests read. */
import { ExpectedFinding, expectFindings } from '../../testing/expectFindings';
import { policy, sidecarPod } from '../../testing/meshManifests';
import { dryRun } from './dryRun';

function expectFinding(
  manifests: string,
  expected: Omit<ExpectedFinding, 'of'>,
) {
  expectFindings({ control: dryRun, manifests: sidecarPod() + manifests }, [
    { of: 'Deployment shop/orders', ...expected },
  ]);
}

const rehearsed = (value: string, spec = '{}', name = 'shop/rehearsed') =>
  policy('AuthorizationPolicy', name, spec, `istio.io/dry-run: "${value}"`);
const ENFORCED = policy('AuthorizationPolicy', 'shop/enforced', '{}');

describe('AZ-2', () => {
  it('does not apply where no policy does', () => {
    expectFinding('', { verdict: 'not-applicable' });
    expectFinding(
      rehearsed('true', '{ selector: { matchLabels: { app: other } } }'),
      { verdict: 'not-applicable' },
    );
    expectFinding(rehearsed('true', '{}', 'elsewhere/rehearsed'), {
      verdict: 'not-applicable',
    });
  });

  it('passes where every policy is enforced', () => {
    expectFinding(ENFORCED, {
      verdict: 'pass',
      message: 'The one policy that applies to orders is no dry run.',
    });
  });

  it.each(['1', 't', 'T', 'true', 'TRUE', 'True'])(
    'the annotation %s makes a dry run',
    value => {
      expectFinding(rehearsed(value), {
        verdict: 'fail',
        severity: 'high',
        message:
          'What AuthorizationPolicy shop/rehearsed says about calls to orders is not enforced: it is a dry run, which only writes log lines.',
        evidence: [
          {
            object: {
              apiVersion: 'security.istio.io/v1',
              kind: 'AuthorizationPolicy',
              namespace: 'shop',
              name: 'rehearsed',
            },
            field: "metadata.annotations['istio.io/dry-run']",
            value,
          },
        ],
      });
    },
  );

  it.each(['', 'yes', 'false', 'on'])(
    'the annotation "%s" leaves the policy enforced',
    value => {
      expectFinding(rehearsed(value), {
        verdict: 'pass',
        message:
          'The one policy that applies to orders is no dry run. The annotation istio.io/dry-run of AuthorizationPolicy shop/rehearsed is not a value that Istio takes for true.',
      });
    },
  );

  it('is less grave beside an ALLOW policy that is enforced', () => {
    expectFinding(ENFORCED + rehearsed('true'), {
      verdict: 'fail',
      severity: 'medium',
    });
  });

  it('a rehearsed DENY lets through what it should stop', () => {
    expectFinding(
      ENFORCED + rehearsed('true', '{ action: DENY, rules: [{}] }'),
      {
        verdict: 'fail',
        witness: expect.objectContaining({
          from: 'a caller that AuthorizationPolicy shop/rehearsed means to refuse',
        }),
      },
    );
  });

  it('a policy of the root namespace applies everywhere', () => {
    expectFinding(rehearsed('true', '{}', 'istio-system/rehearsed'), {
      verdict: 'fail',
    });
  });

  it('a policy on the Service of the workload is meant for it', () => {
    const service = `
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop }
spec: { selector: { app: orders } }
---`;
    const target = (name: string) =>
      rehearsed('true', `{ targetRefs: [{ kind: Service, name: ${name} }] }`);
    expectFinding(service + target('orders'), { verdict: 'fail' });
    expectFinding(service + target('web'), { verdict: 'not-applicable' });
  });

  it('a policy on a waypoint in front of the workload is meant for it, by name or by class', () => {
    const namespace = `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/use-waypoint: waypoint } }
---`;
    const target = (kind: string, name: string, where = 'shop') =>
      rehearsed(
        'true',
        `{ targetRefs: [{ kind: ${kind}, name: ${name} }] }`,
        `${where}/rehearsed`,
      );
    expectFinding(namespace + target('Gateway', 'waypoint'), {
      verdict: 'fail',
    });
    expectFinding(
      namespace + target('GatewayClass', 'istio-waypoint', 'istio-system'),
      { verdict: 'fail' },
    );
    expectFinding(namespace + target('Gateway', 'other'), {
      verdict: 'not-applicable',
    });
    expectFinding(target('Gateway', 'waypoint'), {
      verdict: 'not-applicable',
    });
  });

  it('a policy on a Gateway is meant for the pods that are this gateway', () => {
    expectFindings(
      {
        control: dryRun,
        manifests:
          sidecarPod({
            labels: 'gateway.networking.k8s.io/gateway-name: edge',
          }) +
          rehearsed('true', '{ targetRefs: [{ kind: Gateway, name: edge }] }'),
      },
      [{ of: 'Deployment shop/orders', verdict: 'fail' }],
    );
  });
});
