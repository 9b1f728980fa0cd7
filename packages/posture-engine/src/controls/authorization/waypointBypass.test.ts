/** AZ-5, as its tests read. */
import {
  ExpectFindingsOptions,
  ExpectedFinding,
  expectFindings,
} from '../../testing/expectFindings';
import { ambientPod, policy, sidecarPod } from '../../testing/meshManifests';
import { waypointBypass } from './waypointBypass';

const WAYPOINT = `
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop, labels: { istio.io/use-waypoint: waypoint } }
spec: { selector: { app: orders }, ports: [{ port: 80, targetPort: 8080, name: http }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: waypoint, namespace: shop }
spec: { gatewayClassName: istio-waypoint, listeners: [{ name: mesh, port: 15008, protocol: HBONE }] }
---`;

function expectFinding(
  policies: string,
  expected: Omit<ExpectedFinding, 'of'>,
  options: Partial<ExpectFindingsOptions> = {},
) {
  expectFindings(
    {
      control: waypointBypass,
      manifests: ambientPod() + WAYPOINT + policies,
      ...options,
    },
    [{ of: 'Deployment shop/orders', ...expected }],
  );
}

const rules = (spec: string, name: string) =>
  policy('AuthorizationPolicy', name, spec);
const from = (account: string) =>
  `from: [{ source: { principals: [cluster.local/ns/shop/sa/${account}] } }]`;
const atWaypoint = (rule: string, action = 'ALLOW') =>
  rules(
    `{ targetRefs: [{ kind: Service, name: orders }], action: ${action}, rules: [{ ${rule} }] }`,
    'shop/at-waypoint',
  );
const admits = (...accounts: string[]) =>
  rules(
    `{ selector: { matchLabels: { app: orders } }, rules: [${accounts
      .map(account => `{ ${from(account)} }`)
      .join(', ')}] }`,
    'shop/at-ztunnel',
  );
const WEB_GETS = `${from('web')}, to: [{ operation: { methods: [GET] } }]`;

describe('AZ-5', () => {
  it('does not apply where no waypoint decides', () => {
    expectFinding('', { verdict: 'not-applicable' });
    expectFinding(admits('web'), { verdict: 'not-applicable' });
    expectFindings(
      {
        control: waypointBypass,
        manifests: sidecarPod() + WAYPOINT + atWaypoint(WEB_GETS),
      },
      [{ of: 'Deployment shop/orders', verdict: 'not-applicable' }],
    );
  });

  it('fails where ztunnel lets direct callers in, and says who', () => {
    expectFinding(atWaypoint(WEB_GETS), {
      verdict: 'fail',
      severity: 'high',
      message:
        'Any workload in the mesh may send GET to orders past waypoint shop/waypoint, which would refuse it.',
      because:
        "AuthorizationPolicy shop/at-waypoint is asked at the waypoint alone. A client with a sidecar, or a call to the pod's own address, meets only ztunnel, and nothing there refuses it.",
      witness: {
        from: 'any workload in the mesh',
        to: 'Deployment shop/orders',
        port: 8080,
        protocol: 'TCP',
        transport: 'mtls',
        action:
          "sends GET, to the pod's own address, and ztunnel lets it through",
      },
      fix: {
        summary:
          'Let ztunnel admit the waypoint alone: an AuthorizationPolicy with action ALLOW, a selector for the pods of orders and the principal cluster.local/ns/shop/sa/waypoint. Clients with sidecars are refused from then on.',
      },
    });
  });

  it('passes where ztunnel admits the waypoint alone', () => {
    expectFinding(atWaypoint(WEB_GETS) + admits('waypoint'), {
      verdict: 'pass',
      enforcement: 'enforced',
      message:
        'What waypoint shop/waypoint refuses, orders refuses also to callers that go past it.',
    });
  });

  it('is milder where only a caller that the waypoint knows gets more past it', () => {
    expectFinding(atWaypoint(WEB_GETS) + admits('waypoint', 'web'), {
      verdict: 'fail',
      severity: 'medium',
      message:
        'The identity cluster.local/ns/shop/sa/web may send requests that no rule names to orders past waypoint shop/waypoint, which would refuse it.',
    });
  });

  it('and where a caller gets in past it whom only ztunnel knows', () => {
    expectFinding(atWaypoint(WEB_GETS) + admits('waypoint', 'cron'), {
      verdict: 'fail',
      severity: 'medium',
      message:
        'The identity cluster.local/ns/shop/sa/cron may send requests to orders past waypoint shop/waypoint, which would refuse it.',
    });
  });

  it('also where both stand in one list', () => {
    expectFinding(
      atWaypoint(WEB_GETS) +
        rules(
          '{ rules: [{ from: [{ source: { serviceAccounts: [waypoint, cron] } }] }] }',
          'shop/at-ztunnel',
        ),
      { verdict: 'fail', severity: 'medium' },
    );
  });

  it('what a DENY at the waypoint refuses must not get in past it', () => {
    const noDeletes = 'to: [{ operation: { methods: [DELETE] } }]';
    expectFinding(atWaypoint(noDeletes, 'DENY'), {
      verdict: 'fail',
      severity: 'high',
    });
    expectFinding(atWaypoint(noDeletes, 'DENY') + admits('waypoint'), {
      verdict: 'pass',
    });
  });

  it('ztunnel sees the waypoint as the caller, and must admit it', () => {
    expectFinding(atWaypoint(from('web')) + admits('web'), {
      verdict: 'fail',
      severity: 'medium',
      message:
        'Whoever calls orders through waypoint shop/waypoint is refused, although the waypoint lets callers in.',
      because:
        'ztunnel sees the waypoint as the caller, cluster.local/ns/shop/sa/waypoint, and AuthorizationPolicy shop/at-ztunnel does not admit it.',
    });
  });

  it('is unknown where Gateways could not be listed', () => {
    expectFinding(
      atWaypoint(WEB_GETS),
      { verdict: 'unknown' },
      { coverage: { Gateway: { state: 'forbidden', verb: 'list' } } },
    );
  });
});
