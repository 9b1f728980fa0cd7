/** AZ-3, as its tests read. */
import {
  ExpectFindingsOptions,
  ExpectedFinding,
  expectFindings,
} from '../../testing/expectFindings';
import {
  ambientPod,
  barePod,
  policy,
  sidecarPod,
} from '../../testing/meshManifests';
import { Judge } from '../../findings';
import { parseManifests } from '../../manifests';
import { ClusterSnapshot } from '../../snapshot';
import { attachment } from './attachment';

function expectFinding(
  manifests: string,
  expected: Omit<ExpectedFinding, 'of'>,
  options: Partial<ExpectFindingsOptions> = {},
) {
  expectFindings({ control: attachment, manifests, ...options }, [
    { of: 'Deployment shop/orders', ...expected },
  ]);
}

const WEB =
  'rules: [{ from: [{ source: { principals: [cluster.local/ns/shop/sa/web] } }] }]';
const rules = (spec: string, name = 'shop/rules') =>
  policy('AuthorizationPolicy', name, spec);
const attached = (target: string, name?: string, rest = WEB) =>
  rules(`{ targetRefs: [${target}], ${rest} }`, name);

const SERVICE = '{ kind: Service, name: orders }';
const GATEWAY =
  '{ group: gateway.networking.k8s.io, kind: Gateway, name: waypoint }';
const CLASS =
  '{ group: gateway.networking.k8s.io, kind: GatewayClass, name: istio-waypoint }';

const service = (labels = '') => `
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop, labels: { ${labels} } }
spec: { selector: { app: orders }, ports: [{ port: 80, targetPort: 8080, name: http }] }
---`;
const gateway = (namespace = 'shop', labels = '') => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: waypoint, namespace: ${namespace}, labels: { ${labels} } }
spec: { gatewayClassName: istio-waypoint, listeners: [{ name: mesh, port: 15008, protocol: HBONE, allowedRoutes: { namespaces: { from: All } } }] }
---`;
const USE = 'istio.io/use-waypoint: waypoint';
const ELSEWHERE = `${USE}, istio.io/use-waypoint-namespace: infra`;
const behindWaypoint = ambientPod() + service(USE) + gateway();

describe('AZ-3', () => {
  it('does not apply where no policy is meant for the workload, or nobody would ask one', () => {
    expectFinding(sidecarPod(), { verdict: 'not-applicable' });
    expectFinding(
      sidecarPod() + service() + attached('{ kind: Service, name: web }'),
      {
        verdict: 'not-applicable',
      },
    );
    expectFinding(barePod() + service() + attached(SERVICE), {
      verdict: 'not-applicable',
    });
  });

  it('passes where the proxy of the pods reads its policies', () => {
    for (const pod of [sidecarPod, ambientPod]) {
      expectFinding(
        pod() + rules(`{ selector: { matchLabels: { app: orders } }, ${WEB} }`),
        {
          verdict: 'pass',
          enforcement: 'enforced',
          message:
            'AuthorizationPolicy shop/rules stands where the proxies before orders read it.',
        },
      );
    }
  });

  it('sidecars read no targetRefs', () => {
    expectFinding(sidecarPod() + service() + attached(SERVICE), {
      verdict: 'fail',
      severity: 'high',
      message:
        'Any workload in the mesh may send requests to orders, although AuthorizationPolicy shop/rules says who may call.',
      because:
        'AuthorizationPolicy shop/rules is not read: targetRefs are read by gateways and waypoints alone, and these pods have sidecars.',
      evidence: [expect.objectContaining({ field: 'spec.targetRefs' })],
      witness: {
        from: 'any workload in the mesh',
        to: 'Deployment shop/orders',
        port: 8080,
        protocol: 'TCP',
        transport: 'mtls',
        action:
          'sends requests, and nothing reads AuthorizationPolicy shop/rules',
      },
    });
  });

  it('the severity is what the misplaced policy would have changed', () => {
    const base = sidecarPod() + service();
    const nobody = rules('{}', 'shop/nobody');
    // An ALLOW beside a default deny: its callers are cut off.
    expectFinding(base + nobody + attached(SERVICE), {
      verdict: 'fail',
      severity: 'medium',
      message:
        'orders refuses requests from cluster.local/ns/shop/sa/web, which AuthorizationPolicy shop/rules means to let in.',
    });
    // A DENY of what is refused anyway.
    expectFinding(
      base + nobody + attached(SERVICE, undefined, `action: DENY, ${WEB}`),
      {
        verdict: 'fail',
        severity: 'low',
        message:
          'AuthorizationPolicy shop/rules does nothing for orders, although no caller gets another answer because of it.',
      },
    );
    // A DENY of one caller, who then passes.
    expectFinding(base + attached(SERVICE, undefined, `action: DENY, ${WEB}`), {
      verdict: 'fail',
      severity: 'medium',
      message:
        'The identity cluster.local/ns/shop/sa/web may send requests to orders, which AuthorizationPolicy shop/rules means to refuse.',
    });
  });

  it('a target of a kind that no proxy knows is read by none', () => {
    expectFinding(
      sidecarPod() + attached('{ kind: Deployment, name: orders }'),
      {
        verdict: 'fail',
        severity: 'high',
        because:
          'AuthorizationPolicy shop/rules is not read: no proxy reads a target of kind Deployment.',
      },
    );
  });

  it('a target is looked for in the namespace of its policy', () => {
    const reason =
      "is not read: a target is looked for in the policy's own namespace, infra, and Service orders is in shop.";
    expectFinding(
      behindWaypoint +
        attached(
          '{ kind: Service, name: orders, namespace: shop }',
          'infra/rules',
        ),
      {
        verdict: 'fail',
        severity: 'high',
        because: `AuthorizationPolicy infra/rules ${reason}`,
      },
    );
    expectFinding(behindWaypoint + attached(SERVICE, 'istio-system/rules'), {
      verdict: 'fail',
      severity: 'high',
    });
    expectFinding(behindWaypoint + attached(SERVICE, 'infra/rules'), {
      verdict: 'not-applicable',
    });
  });

  it('ztunnel takes a selector without labels for a choice of no pod', () => {
    expectFinding(ambientPod() + rules(`{ selector: {}, ${WEB} }`), {
      verdict: 'fail',
      severity: 'high',
      because:
        'AuthorizationPolicy shop/rules is not read: its selector has no matchLabels, for which ztunnel selects no pod.',
    });
    expectFinding(sidecarPod() + rules(`{ selector: {}, ${WEB} }`), {
      verdict: 'pass',
    });
  });
});

describe('AZ-3 with a waypoint', () => {
  it.each([
    ['the Service', SERVICE, 'shop/rules'],
    ['its Gateway', GATEWAY, 'shop/rules'],
    ['its class, in the root namespace', CLASS, 'istio-system/rules'],
  ])('passes by %s', (_, target, name) => {
    expectFinding(behindWaypoint + attached(target, name), {
      verdict: 'pass',
    });
  });

  it.each([
    ['no label leads there', ambientPod() + service() + gateway()],
    ['no such Gateway is there', ambientPod() + service(USE)],
    [
      'the Gateway serves pods alone',
      ambientPod() +
        service(USE) +
        gateway('shop', 'istio.io/waypoint-for: workload'),
    ],
    [
      'the Gateway is in another namespace and does not admit this one',
      ambientPod() +
        service(ELSEWHERE) +
        gateway('infra').replace('from: All', 'from: Same'),
    ],
  ])('nobody reads a policy on the Service where %s', (_, manifests) => {
    expectFinding(manifests + attached(SERVICE), {
      verdict: 'fail',
      severity: 'high',
    });
  });

  it('the class counts in the root namespace alone', () => {
    expectFinding(behindWaypoint + attached(CLASS), {
      verdict: 'fail',
      severity: 'high',
      because:
        'AuthorizationPolicy shop/rules is not read: a GatewayClass as target counts only in the root namespace, istio-system.',
    });
  });

  it('a waypoint of another namespace is no target here', () => {
    const manifests = ambientPod() + service(ELSEWHERE) + gateway('infra');
    expectFinding(manifests + attached(GATEWAY), {
      verdict: 'fail',
      severity: 'high',
      because:
        "AuthorizationPolicy shop/rules is not read: a target is looked for in the policy's own namespace, shop, and waypoint waypoint is in infra.",
    });
    expectFinding(manifests + attached(GATEWAY, 'infra/rules'), {
      verdict: 'pass',
    });
  });

  it('waypoints read no selectors, not even one that selects them', () => {
    expectFinding(
      behindWaypoint +
        rules(
          `{ selector: { matchLabels: { gateway.networking.k8s.io/gateway-name: waypoint } }, ${WEB} }`,
        ),
      {
        verdict: 'fail',
        severity: 'high',
        because:
          'AuthorizationPolicy shop/rules is not read: it selects waypoint shop/waypoint, and waypoints read targetRefs alone.',
      },
    );
  });

  it('is unknown where Gateways could not be listed and a waypoint is named', () => {
    const coverage = {
      Gateway: { state: 'forbidden' as const, verb: 'list' as const },
    };
    expectFinding(
      behindWaypoint + attached(SERVICE),
      { verdict: 'unknown' },
      { coverage },
    );
    expectFinding(
      ambientPod() + rules(`{ ${WEB} }`),
      { verdict: 'pass' },
      { coverage },
    );
  });
});

describe('AZ-3 after a change', () => {
  const snapshotOf = (manifests: string) =>
    ClusterSnapshot.create({
      cluster: 'test',
      objects: parseManifests(manifests, 'test.yaml').objects.map(
        ({ object }) => object,
      ),
    });

  it.each([
    [
      'a policy at the waypoint of another namespace',
      attached(GATEWAY, 'infra/rules'),
    ],
    [
      'a policy of another namespace that names this one',
      attached(
        '{ kind: Service, name: orders, namespace: shop }',
        'infra/rules',
      ),
    ],
    ['a policy of the root namespace', attached(SERVICE, 'istio-system/rules')],
  ])('%s is noticed', (_, change) => {
    const base = ambientPod() + service(ELSEWHERE) + gateway('infra');
    const judge = Judge.create({ controls: [attachment] });
    const before = snapshotOf(base);
    const after = snapshotOf(base + change).sharing(before);
    judge.judge(before);
    const again = judge.judge(after);
    expect(again).toEqual(
      Judge.create({ controls: [attachment] }).judge(after),
    );
    expect(again[0].verdict).not.toBe('not-applicable');
  });
});
