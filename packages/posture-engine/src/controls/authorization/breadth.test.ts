/** AZ-8, as its tests read. */
import {
  ExpectFindingsOptions,
  ExpectedFinding,
  findingsOf,
} from '../../testing/expectFindings';
import { ambientPod, policy, sidecarPod } from '../../testing/meshManifests';
import { breadth } from './breadth';

/** The caller whom the rules name, and who exists. */
const WEB = `
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop, labels: { app: web } }
spec: { nodeName: node-1, serviceAccountName: web, containers: [{ name: web }] }
---`;

function expectFinding(
  manifests: string,
  expected: Omit<ExpectedFinding, 'of'>,
  options: Partial<ExpectFindingsOptions> = {},
) {
  const findings = findingsOf({
    control: breadth,
    manifests: WEB + manifests,
    ...options,
  });
  expect(findings.filter(({ subject }) => subject.name === 'orders')).toEqual([
    expect.objectContaining(expected),
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

describe('AZ-8 of paths that an ALLOW rule leaves out', () => {
  const service = `
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop }
spec: { selector: { app: orders }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
---`;
  const posts = (methods: string, paths: string) =>
    sidecarPod() +
    service +
    rule(
      `from: [{ source: { principals: [cluster.local/ns/shop/sa/web] } }], to: [{ operation: { methods: [${methods}], paths: [${paths}] } }]`,
    );

  it('is low where something new is made there: what is below a path is not the path', () => {
    expectFinding(posts('GET, POST', '"/api/orders/*"'), {
      verdict: 'fail',
      severity: 'low',
      message:
        'orders refuses POST /api/orders from cluster.local/ns/shop/sa/web, although AuthorizationPolicy shop/rules lets POST in for all below /api/orders.',
      witness: expect.objectContaining({
        from: 'cluster.local/ns/shop/sa/web',
        action: 'sends POST /api/orders, and is refused',
      }),
    });
  });

  it('is none where only reading is allowed, or the path itself is', () => {
    expectFinding(posts('GET', '"/static/*"'), { verdict: 'pass' });
    expectFinding(posts('POST', '"/api/orders/*", /api/orders'), {
      verdict: 'pass',
    });
  });
});

describe('AZ-8 of callers that nobody is', () => {
  const account = `
apiVersion: v1
kind: ServiceAccount
metadata: { name: cart, namespace: shop }
---`;

  it.each([
    [
      'principals: [cluster.local/ns/gone/sa/cart]',
      'No namespace gone is in view (spec.rules[0].from[0].source.principals). Whoever can become that caller gets in.',
      'whoever may create a namespace gone',
    ],
    [
      'principals: [cluster.local/ns/shop/sa/kart]',
      'Namespace shop has no ServiceAccount kart (spec.rules[0].from[0].source.principals). Whoever can become that caller gets in.',
      'whoever may create ServiceAccount shop/kart and a pod',
    ],
    [
      'serviceAccounts: [cart]',
      'No pod of namespace shop runs as ServiceAccount cart (spec.rules[0].from[0].source.serviceAccounts). Whoever can become that caller gets in.',
      'whoever may create a pod in namespace shop',
    ],
    [
      'namespaces: [gone, shop]',
      'No namespace gone is in view (spec.rules[0].from[0].source.namespaces). Whoever can become that caller gets in.',
      'whoever may run a pod that is gone',
    ],
  ])('%s is a door for whoever can become that', (fields, because, from) => {
    for (const pod of [sidecarPod, ambientPod]) {
      expectFinding(pod() + account + source(fields), {
        verdict: 'fail',
        severity: 'low',
        because,
        witness: expect.objectContaining({ from }),
      });
    }
  });

  it.each([
    ['sidecar', 'spiffe://cluster.local/ns/shop/sa/web'],
    ['sidecar', 'old.example/ns/shop/sa/web'],
    ['sidecar', 'cluster.local/shop/web'],
    ['ambient', 'alias.example/ns/shop/sa/web'],
  ] as const)(
    'by its form or its trust domain a principal may name nobody, though the caller exists: in %s %s',
    (dataPlane, principal) => {
      expectFinding(
        (dataPlane === 'sidecar' ? sidecarPod() : ambientPod()) +
          source(`principals: ["${principal}"]`),
        {
          verdict: 'fail',
          severity: 'medium',
          message: `orders lets nobody in as ${principal}, whom AuthorizationPolicy shop/rules means to admit.`,
          witness: expect.objectContaining({
            action: 'calls it, and is refused',
          }),
        },
        { meshConfig: { trustDomainAliases: ['alias.example'] } },
      );
    },
  );

  it('an alias of the trust domain is one that sidecars accept', () => {
    expectFinding(
      sidecarPod() + source('principals: [alias.example/ns/shop/sa/web]'),
      { verdict: 'pass' },
      { meshConfig: { trustDomainAliases: ['alias.example'] } },
    );
  });

  it('a gateway that Istio runs for a Gateway object is somebody', () => {
    const gateway = (annotations = '') => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge, namespace: edge, annotations: { ${annotations} } }
spec: { gatewayClassName: istio, listeners: [] }
---`;
    const admits = (name: string) =>
      source(`principals: [cluster.local/ns/edge/sa/${name}]`);
    expectFinding(sidecarPod() + gateway() + admits('edge-istio'), {
      verdict: 'pass',
    });
    expectFinding(
      sidecarPod() +
        gateway('gateway.istio.io/service-account: edge') +
        admits('edge'),
      { verdict: 'pass' },
    );
    expectFinding(sidecarPod() + gateway() + admits('edge'), {
      verdict: 'fail',
    });
  });

  it('manifests may be a part of what is deployed, and nothing is said of who is not in them', () => {
    expectFinding(
      `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: orders, namespace: shop }
spec:
  selector: { matchLabels: { app: orders } }
  template: { metadata: { labels: { app: orders } }, spec: { containers: [{ name: app, ports: [{ containerPort: 8080 }] }] } }
---${source('principals: [cluster.local/ns/edge/sa/gateway]')}`,
      { verdict: 'pass', enforcement: 'declared' },
    );
  });

  it('nothing is said where accounts or pods could not be seen, or identities come from elsewhere', () => {
    const gone =
      sidecarPod() + source('principals: [cluster.local/ns/shop/sa/gone]');
    for (const kind of ['ServiceAccount', 'Deployment', 'Gateway'] as const) {
      expectFinding(
        gone,
        { verdict: 'pass' },
        { coverage: { [kind]: { state: 'forbidden', verb: 'list' } } },
      );
    }
    expectFinding(
      `${gone}
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: peer, namespace: istio-gateways }
spec: { gatewayClassName: istio-remote, listeners: [] }
---`,
      { verdict: 'pass' },
    );
  });
});
