/** AZ-8, as its tests read. */
import { ExpectedFinding, expectFindings } from '../../testing/expectFindings';
import { ambientPod, policy, sidecarPod } from '../../testing/meshManifests';
import { breadth } from './breadth';

function expectFinding(
  manifests: string,
  expected: Omit<ExpectedFinding, 'of'>,
) {
  expectFindings({ control: breadth, manifests }, [
    { of: 'Deployment shop/orders', ...expected },
  ]);
}

const rule = (body: string, action = 'ALLOW') =>
  policy(
    'AuthorizationPolicy',
    'shop/rules',
    `{ action: ${action}, rules: [{ ${body} }] }`,
  );
const source = (fields: string) => rule(`from: [{ source: { ${fields} } }]`);
const operation = (fields: string, action?: string) =>
  rule(`to: [{ operation: { ${fields} } }]`, action);

describe('AZ-8', () => {
  it('does not apply where no policy does', () => {
    expectFinding(sidecarPod(), { verdict: 'not-applicable' });
  });

  it('passes where rules name their callers', () => {
    for (const pod of [sidecarPod, ambientPod]) {
      expectFinding(
        pod() + source('principals: [cluster.local/ns/shop/sa/web]'),
        {
          verdict: 'pass',
          enforcement: 'enforced',
          message:
            'No rule of AuthorizationPolicy shop/rules lets a stranger call orders.',
        },
      );
    }
  });

  it.each([
    ['principals: ["*"]'],
    ['namespaces: ["*"]'],
    ['principals: ["cluster.local/*"]'],
    ['trustDomains: [cluster.local]'],
  ])('%s names any identity of the mesh', fields => {
    expectFinding(sidecarPod() + source(fields), {
      verdict: 'fail',
      severity: 'high',
      message:
        'Any workload in the mesh may send requests to orders: AuthorizationPolicy shop/rules names no caller.',
      witness: {
        from: 'any workload in the mesh',
        to: 'Deployment shop/orders',
        port: 8080,
        protocol: 'TCP',
        transport: 'mtls',
        action: 'sends requests, and AuthorizationPolicy shop/rules lets it in',
      },
    });
  });

  it('a suffix of namespaces at a sidecar ends at any /sa/', () => {
    expectFinding(sidecarPod() + source('namespaces: ["*a"]'), {
      verdict: 'fail',
    });
    expectFinding(ambientPod() + source('namespaces: ["*a"]'), {
      verdict: 'pass',
    });
  });

  it('hosts, headers and x-forwarded-for are what a caller says', () => {
    for (const manifest of [
      operation('hosts: [orders.internal]'),
      rule('when: [{ key: "request.headers[x-team]", values: [web] }]'),
      source('remoteIpBlocks: [10.1.2.0/24]'),
    ]) {
      expectFinding(sidecarPod() + manifest, {
        verdict: 'fail',
        severity: 'high',
      });
    }
    expectFinding(sidecarPod() + source('ipBlocks: [10.1.2.0/24]'), {
      verdict: 'pass',
    });
  });

  it('some requests for everybody are milder', () => {
    expectFinding(
      sidecarPod() + operation('methods: [GET], paths: [/healthz]'),
      {
        verdict: 'fail',
        severity: 'medium',
        message:
          'Any workload in the mesh may send GET /healthz to orders: AuthorizationPolicy shop/rules names no caller.',
      },
    );
  });

  it('what lets in everything is the question of AZ-1', () => {
    expectFinding(sidecarPod() + rule(''), {
      verdict: 'not-applicable',
      message:
        'AuthorizationPolicy shop/rules has a rule for everybody, so how narrow the others are decides nothing for orders; that is the question of control AZ-1.',
    });
    expectFinding(sidecarPod() + rule('', 'DENY'), {
      verdict: 'not-applicable',
      message:
        'No AuthorizationPolicy says who may call orders; whether one is needed is the question of control AZ-1.',
    });
  });

  it('a DENY of all below a path leaves the path itself open', () => {
    expectFinding(sidecarPod() + operation('paths: ["/admin/*"]', 'DENY'), {
      verdict: 'fail',
      severity: 'medium',
      message:
        'AuthorizationPolicy shop/rules refuses what is below /admin of orders, and lets /admin itself through.',
    });
    expectFinding(
      sidecarPod() + operation('paths: [/admin, "/admin/*"]', 'DENY'),
      { verdict: 'not-applicable' },
    );
  });

  it('rules at a waypoint count as well', () => {
    expectFinding(
      `${ambientPod()}
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop, labels: { istio.io/use-waypoint: waypoint } }
spec: { selector: { app: orders }, ports: [{ port: 80, targetPort: 8080, name: http }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: waypoint, namespace: shop }
spec: { gatewayClassName: istio-waypoint, listeners: [{ name: mesh, port: 15008, protocol: HBONE }] }
---${policy(
        'AuthorizationPolicy',
        'shop/at-waypoint',
        '{ targetRefs: [{ kind: Service, name: orders }], rules: [{ from: [{ source: { principals: ["*"] } }] }] }',
      )}`,
      {
        verdict: 'fail',
        severity: 'high',
        witness: expect.objectContaining({ port: 80 }),
      },
    );
  });
});
