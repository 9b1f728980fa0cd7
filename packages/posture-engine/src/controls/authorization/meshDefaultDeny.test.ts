/** AZ-1, as its tests read. What counts as a default deny is held to istiod's answers in `mesh/`. */
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
import { meshDefaultDeny } from './meshDefaultDeny';

function expectFinding(
  manifests: string,
  expected: Omit<ExpectedFinding, 'of'>,
  options: Partial<ExpectFindingsOptions> = {},
) {
  expectFindings({ control: meshDefaultDeny, manifests, ...options }, [
    { of: 'Deployment shop/orders', ...expected },
  ]);
}

const allow = (spec: string, name = 'shop/orders', annotations = '') =>
  policy('AuthorizationPolicy', name, spec, annotations);

const WEB =
  '{ rules: [{ from: [{ source: { principals: [cluster.local/ns/shop/sa/web] } }] }] }';

const BOTH = [
  ['sidecar', sidecarPod],
  ['ambient', ambientPod],
] as const;

describe.each(BOTH)('AZ-1 with %s', (dataPlane, pod) => {
  it('passes with one enforced ALLOW policy that names its callers', () => {
    expectFinding(pod() + allow(WEB), {
      verdict: 'pass',
      enforcement: 'enforced',
      message:
        'Whoever no rule names is refused at orders: AuthorizationPolicy shop/orders is enforced and lets in only whom the rules name.',
    });
  });

  it('a policy without rules allows nothing', () => {
    for (const spec of ['{}', '{ rules: [] }']) {
      expectFinding(pod() + allow(spec), {
        verdict: 'pass',
        message:
          'Nobody may call orders: AuthorizationPolicy shop/orders allows nothing.',
      });
    }
  });

  it('a policy of the root namespace counts, also with a selector', () => {
    const spec = '{ selector: { matchLabels: { app: orders } } }';
    expectFinding(pod() + allow(spec, 'istio-system/deny'), {
      verdict: 'pass',
    });
    expectFinding(pod() + allow(spec, 'elsewhere/deny'), { verdict: 'fail' });
  });

  it('fails without any policy, and says who can do what', () => {
    expectFinding(pod(), {
      verdict: 'fail',
      severity: 'high',
      message:
        'Any workload in the cluster may call orders: no policy of the mesh refuses callers that nobody named.',
      because:
        'No AuthorizationPolicy with action ALLOW applies to orders, and without one everybody is let in. DENY, AUDIT and CUSTOM do not change that.',
      witness: {
        from: 'any workload in the cluster',
        to: 'Deployment shop/orders',
        port: 8080,
        protocol: 'TCP',
        action: 'calls it, and no policy of the mesh refuses',
      },
    });
  });

  it.each(['DENY', 'AUDIT', 'CUSTOM'])('%s brings no default deny', action => {
    expectFinding(pod() + allow(`{ action: ${action}, ${WEB.slice(1)}`), {
      verdict: 'fail',
    });
  });

  it('a dry run brings none, and the fix is to end it', () => {
    expectFinding(
      pod() + allow(WEB, 'shop/orders', 'istio.io/dry-run: "true"'),
      {
        verdict: 'fail',
        because:
          'AuthorizationPolicy shop/orders is a dry run, which is only logged.',
        fix: {
          summary:
            'Remove the annotation istio.io/dry-run from AuthorizationPolicy shop/orders. From then on every caller is refused that no rule names: list who calls today before.',
        },
      },
    );
  });

  it('a policy attached by targetRefs brings none: the proxy of the pods does not read it', () => {
    for (const target of [
      'targetRefs: [{ kind: Service, name: orders }]',
      'targetRef: { kind: Service, name: orders }',
    ]) {
      expectFinding(pod() + allow(`{ ${target}, ${WEB.slice(1)}`), {
        verdict: 'fail',
        because:
          'AuthorizationPolicy shop/orders is attached by targetRefs, which only gateways and waypoints read, not the proxy of these pods.',
      });
    }
    expectFinding(pod() + allow(`{ targetRefs: [], ${WEB.slice(1)}`), {
      verdict: 'pass',
    });
  });

  it.each([
    ['an empty rule', '{}'],
    ['from: []', '{ from: [] }'],
    ['every address', '{ from: [{ source: { ipBlocks: [0.0.0.0/0] } }] }'],
    [
      'a block list of callers',
      '{ from: [{ source: { notNamespaces: [dev] } }] }',
    ],
    [
      'a block list as a condition',
      '{ when: [{ key: source.namespace, notValues: [dev] }] }',
    ],
  ])('%s lets everybody in, beside whatever other rules', (_, rule) => {
    expectFinding(
      pod() +
        allow(WEB, 'shop/web') +
        allow(`{ rules: [${WEB.slice(10, -3)}, ${rule}] }`, 'shop/open'),
      {
        verdict: 'fail',
        message:
          'Any workload in the cluster may call orders: AuthorizationPolicy shop/open lets everybody in.',
        evidence: [expect.objectContaining({ field: 'spec.rules[1]' })],
      },
    );
  });

  it('rules that name ports alone let everybody in where they name all that the workload has', () => {
    const ports = '{ containerPort: 8080 }, { containerPort: 9000 }';
    const open = (port: number) =>
      allow(
        `{ rules: [{ to: [{ operation: { ports: ["${port}"] } }] }] }`,
        `shop/open-${port}`,
      );
    expectFinding(pod({ ports }) + open(8080), { verdict: 'pass' });
    expectFinding(pod({ ports }) + open(8080) + open(9000), {
      verdict: 'fail',
      message:
        'Any workload in the cluster may call orders: AuthorizationPolicy shop/open-8080 and AuthorizationPolicy shop/open-9000 let everybody in on every port it has.',
    });
  });

  it('rules that name ports alone let everybody in to a workload that declares none', () => {
    expectFinding(
      pod({ ports: '' }) +
        allow('{ rules: [{ to: [{ operation: { ports: ["8080"] } }] }] }'),
      { verdict: 'fail' },
    );
  });

  it('a block of addresses larger than any private network names nobody', () => {
    for (const block of ['0.0.0.0/0', '10.0.0.0/0', '0.0.0.0/1', '2000::/3']) {
      expectFinding(
        pod() +
          allow(
            `{ rules: [{ from: [{ source: { ipBlocks: ["${block}"] } }] }] }`,
          ),
        { verdict: 'fail' },
      );
      expectFinding(
        pod() +
          allow(
            `{ rules: [{ when: [{ key: source.ip, values: ["${block}"] }] }] }`,
          ),
        { verdict: 'fail' },
      );
    }
    expectFinding(
      pod() +
        allow(
          '{ rules: [{ when: [{ key: source.ip, values: ["10.0.0.0/8"] }] }] }',
        ),
      { verdict: 'pass' },
    );
  });

  it('any authenticated workload is a wide rule, but it names an identity', () => {
    expectFinding(
      pod() +
        allow('{ rules: [{ from: [{ source: { principals: ["*"] } }] }] }'),
      { verdict: 'pass' },
    );
  });

  it(`is unknown where ${dataPlane} policies could not be listed in the root namespace`, () => {
    expectFinding(
      pod() + allow(WEB),
      {
        verdict: 'unknown',
        missing: [
          {
            verb: 'list',
            group: 'security.istio.io',
            resource: 'authorizationpolicies',
            namespace: 'istio-system',
          },
        ],
      },
      {
        coverage: {
          AuthorizationPolicy: { state: 'listed', namespaces: ['shop'] },
        },
      },
    );
  });
});

describe('AZ-1: sidecars and ztunnel read the same policy differently', () => {
  it.each([
    ['source: {}', '{ rules: [{ from: [{ source: {} }] }] }', 'fail', 'pass'],
    [
      'principals: []',
      '{ rules: [{ from: [{ source: { principals: [] } }] }] }',
      'fail',
      'pass',
    ],
    [
      'operation: {}',
      '{ rules: [{ to: [{ operation: {} }] }] }',
      'fail',
      'pass',
    ],
    [
      'every path, which ztunnel does not read',
      '{ rules: [{ to: [{ operation: { paths: ["/*"] } }] }] }',
      'fail',
      'pass',
    ],
    [
      'trust domains beside a block list: ztunnel reads the block list alone',
      '{ rules: [{ from: [{ source: { trustDomains: [a], notNamespaces: [b] } }] }] }',
      'pass',
      'fail',
    ],
    [
      'trust domains alone, which leave ztunnel a source that matches nothing',
      '{ rules: [{ from: [{ source: { trustDomains: [a] } }] }] }',
      'pass',
      'pass',
    ],
    [
      'selector: {}, which selects no pod of ztunnel',
      `{ selector: {}, ${WEB.slice(1)}`,
      'pass',
      'fail',
    ],
    [
      'matchLabels: {}',
      `{ selector: { matchLabels: {} }, ${WEB.slice(1)}`,
      'pass',
      'pass',
    ],
  ] as const)('%s', (_, spec, sidecar, ambient) => {
    expectFinding(sidecarPod() + allow(spec), { verdict: sidecar });
    expectFinding(ambientPod() + allow(spec), { verdict: ambient });
  });
});

describe('AZ-1: nobody is refused where no proxy is asked', () => {
  it('outside the mesh, in the worst pod', () => {
    expectFinding(sidecarPod() + barePod({ name: 'orders-2' }) + allow(WEB), {
      verdict: 'fail',
      message:
        'The mesh turns nobody away from pod orders-2 of orders, which runs outside it: policies for it exist on paper at most.',
    });
  });

  it('outside the mesh in all pods, none of which is named: restarts change no finding', () => {
    expectFinding(
      barePod({ name: 'orders-1' }) + barePod({ name: 'orders-2' }),
      {
        verdict: 'fail',
        message:
          'The mesh turns nobody away from orders, which runs outside it: policies for it exist on paper at most.',
      },
    );
  });

  it('on a port that goes past the proxy', () => {
    expectFinding(
      sidecarPod({
        annotations: 'traffic.sidecar.istio.io/excludeInboundPorts: "9090"',
      }) + allow(WEB),
      {
        verdict: 'fail',
        message:
          'No policy is asked about port 9090 of orders: what comes in there goes past the proxy.',
      },
    );
  });

  it('and on a port that the proxy binds itself it is unknown: the application may listen past it', () => {
    const sidecar = `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: orders, namespace: shop }
spec: { ingress: [{ port: { number: 8080, protocol: HTTP, name: http }, captureMode: NONE, defaultEndpoint: "127.0.0.1:9090" }] }
---`;
    expectFinding(sidecarPod() + sidecar + allow(WEB), {
      verdict: 'unknown',
      message:
        'Cannot be told for port 8080 of orders: Sidecar shop/orders has the proxy bind it (spec.ingress[0]), and whether the application listens beyond 127.0.0.1 is not visible.',
    });
  });

  it('and on an address of a family that the proxy may not capture it is unknown', () => {
    expectFinding(
      sidecarPod().replace(
        '\n---',
        '\nstatus: { podIPs: [{ ip: 10.0.0.1 }, { ip: "fd00::1" }] }\n---',
      ) + allow(WEB),
      {
        verdict: 'unknown',
        message:
          'Cannot be told for port 8080 of orders: Pod shop/orders-1 has the address fd00::1 besides, and unless its proxy was told of dual stack (ISTIO_DUAL_STACK, which nothing here shows) connections to that address go past it.',
      },
    );
  });
});

describe('AZ-1 behind a waypoint', () => {
  const service = `
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop, labels: { istio.io/use-waypoint: waypoint } }
spec: { selector: { app: orders }, ports: [{ port: 80, targetPort: 8080 }] }
---`;
  const gateway = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: waypoint, namespace: shop }
spec: { gatewayClassName: istio-waypoint, listeners: [{ name: mesh, port: 15008, protocol: HBONE }] }
---`;
  const ztunnel = allow(
    '{ rules: [{ from: [{ source: { principals: [cluster.local/ns/shop/sa/waypoint] } }] }] }',
    'shop/only-waypoint',
  );
  const atWaypoint = (target: string, rules = WEB.slice(1)) =>
    allow(`{ targetRefs: [${target}], ${rules}`, 'shop/at-waypoint');
  const base = ambientPod() + service + ztunnel;

  it('the waypoint must deny by default too, by its Gateway or by the Service', () => {
    expectFinding(
      base + gateway + atWaypoint('{ kind: Service, name: orders }'),
      {
        verdict: 'pass',
      },
    );
    expectFinding(
      base +
        gateway +
        atWaypoint(
          '{ group: gateway.networking.k8s.io, kind: Gateway, name: waypoint }',
        ),
      { verdict: 'pass' },
    );
    expectFinding(
      base +
        gateway +
        atWaypoint('{ kind: Service, name: orders }', 'rules: [{}] }'),
      { verdict: 'fail' },
    );
  });

  it('a waypoint that ztunnel lets in, and where no ALLOW policy is attached, lets everybody in', () => {
    for (const policies of [
      '',
      atWaypoint('{ kind: Service, name: other }'),
      atWaypoint(
        '{ kind: Service, name: orders }',
        'action: DENY, rules: [{ to: [{ operation: { paths: [/admin] } }] }] }',
      ),
    ]) {
      expectFinding(base + gateway + policies, {
        verdict: 'fail',
        message:
          'Any workload in the mesh may call orders through waypoint shop/waypoint, where no policy says who may.',
        evidence: [
          expect.objectContaining({
            object: expect.objectContaining({ name: 'only-waypoint' }),
            field: 'spec.rules[0]',
          }),
        ],
        witness: expect.objectContaining({
          from: 'any workload in the mesh',
          transport: 'mtls',
        }),
      });
    }
  });

  it('a waypoint that ztunnel refuses, or that refuses everybody, opens nothing', () => {
    expectFinding(ambientPod() + service + gateway + allow(WEB), {
      verdict: 'pass',
    });
    expectFinding(
      base +
        gateway +
        atWaypoint(
          '{ kind: Service, name: orders }',
          'action: DENY, rules: [{}] }',
        ),
      { verdict: 'pass' },
    );
  });

  it("somebody else's waypoint may let in whom it likes", () => {
    expectFinding(
      base + gateway.replace('istio-waypoint', 'kgateway-waypoint'),
      {
        verdict: 'unknown',
        message:
          "Cannot be told for orders: callers may come through waypoint waypoint, a Gateway of class kgateway-waypoint, whose proxies are not Istio's.",
      },
    );
  });

  it('a waypoint that does not exist is none', () => {
    expectFinding(base, { verdict: 'pass' });
  });

  it('policies at the waypoint alone are passed by: callers reach the pod directly', () => {
    expectFinding(
      ambientPod() +
        service +
        gateway +
        atWaypoint('{ kind: Service, name: orders }'),
      { verdict: 'fail' },
    );
  });

  it('where namespaces or gateways may not be read, nobody can tell', () => {
    for (const kind of ['Namespace', 'Gateway'] as const) {
      expectFinding(
        base,
        { verdict: 'unknown' },
        { coverage: { [kind]: { state: 'forbidden', verb: 'list' } } },
      );
    }
  });
});
