/** AN-2, as its tests read. The modes themselves are held to istiod's answers in `mesh/`. */
import {
  ExpectFindingsOptions,
  ExpectedFinding,
  expectFindings,
  findingsOf,
} from '../../testing/expectFindings';
import {
  OrdersOptions,
  ambientPod,
  barePod,
  policy,
  sidecarPod,
} from '../../testing/meshManifests';
import { inboundMutualTls } from './inboundMutualTls';

const STRICT = policy(
  'PeerAuthentication',
  'istio-system/default',
  '{ mtls: { mode: STRICT } }',
);
const DENY = policy('AuthorizationPolicy', 'shop/nobody', '{}');

const workloadPolicy = (spec: string) =>
  policy(
    'PeerAuthentication',
    'shop/orders',
    `{ selector: { matchLabels: { app: orders } }, ${spec} }`,
  );

/** Exactly the findings of orders, by port; `*` for any other port. */
function expectPorts(
  manifests: string,
  ports: Record<string, Omit<ExpectedFinding, 'of'>>,
  options: Partial<ExpectFindingsOptions> = {},
) {
  // JavaScript sorts numeric keys first, as the judge sorts ports.
  expectFindings(
    { control: inboundMutualTls, manifests, ...options },
    Object.entries(ports).map(([port, expected]) => ({
      of: `Deployment shop/orders:${port}`,
      ...expected,
    })),
  );
}

describe('AN-2', () => {
  it('passes where the mesh demands mTLS and nothing overrides it', () => {
    for (const pod of [sidecarPod(), ambientPod()]) {
      expectPorts(STRICT + pod, {
        8080: {
          verdict: 'pass',
          enforcement: 'enforced',
          message:
            'Port 8080 of orders accepts only mTLS: PeerAuthentication istio-system/default says STRICT and nothing overrides it.',
          evidence: [
            {
              object: {
                apiVersion: 'security.istio.io/v1',
                kind: 'PeerAuthentication',
                namespace: 'istio-system',
                name: 'default',
              },
              field: 'spec.mtls.mode',
              value: 'STRICT',
            },
          ],
        },
        '*': { verdict: 'pass' },
      });
    }
  });

  it("Istio's default is PERMISSIVE; without any policy the fix is one that demands mTLS", () => {
    expectPorts(sidecarPod(), {
      8080: {
        verdict: 'fail',
        severity: 'critical',
        message:
          'Any pod in the cluster can call port 8080 of orders without encryption.',
        because:
          "No PeerAuthentication says anything, and Istio's default is PERMISSIVE, and no authorization policy turns unknown callers away.",
        witness: {
          from: 'any pod that the network lets through',
          to: 'Deployment shop/orders',
          port: 8080,
          protocol: 'TCP',
          transport: 'plaintext',
          action:
            'opens a connection without encryption and without an identity',
        },
        fix: expect.objectContaining({
          objects: [
            {
              apiVersion: 'security.istio.io/v1',
              kind: 'PeerAuthentication',
              metadata: { name: 'default', namespace: 'shop' },
              spec: { mtls: { mode: 'STRICT' } },
            },
          ],
        }),
      },
      '*': { verdict: 'fail', severity: 'medium' },
    });
  });

  it('a default deny of the mesh makes an open port less grave', () => {
    expectPorts(sidecarPod() + DENY, {
      8080: { verdict: 'fail', severity: 'high' },
      '*': { verdict: 'fail', severity: 'medium' },
    });
  });

  it('where nobody can tell whether the mesh denies by default, the port is as grave as if it did, and nothing else is claimed', () => {
    expectPorts(
      sidecarPod(),
      {
        8080: {
          verdict: 'fail',
          severity: 'high',
          message:
            'Port 8080 of orders takes plaintext too: calls may come without encryption and without an identity.',
          because:
            "No PeerAuthentication says anything, and Istio's default is PERMISSIVE.",
        },
        '*': { verdict: 'fail', severity: 'medium' },
      },
      {
        coverage: { AuthorizationPolicy: { state: 'forbidden', verb: 'list' } },
      },
    );
  });

  it('one port that is PERMISSIVE under a STRICT mesh fails alone, and its field is named', () => {
    expectPorts(
      STRICT +
        workloadPolicy('portLevelMtls: { 9000: { mode: PERMISSIVE } }') +
        sidecarPod({
          ports: '{ containerPort: 8080 }, { containerPort: 9000 }',
        }),
      {
        8080: { verdict: 'pass' },
        9000: {
          verdict: 'fail',
          because:
            'PeerAuthentication shop/orders sets spec.portLevelMtls.9000.mode to PERMISSIVE, and no authorization policy turns unknown callers away.',
          fix: {
            summary:
              'Set spec.portLevelMtls.9000.mode of PeerAuthentication shop/orders to STRICT. Callers without a place in the mesh are cut off from then on: move them into the mesh first.',
            edits: [
              {
                object: {
                  apiVersion: 'security.istio.io/v1',
                  kind: 'PeerAuthentication',
                  namespace: 'shop',
                  name: 'orders',
                },
                field: 'spec.portLevelMtls.9000.mode',
                value: 'STRICT',
              },
            ],
          },
        },
        '*': { verdict: 'pass' },
      },
    );
  });

  it('DISABLE is plaintext for everybody to a sidecar, and PERMISSIVE to ztunnel', () => {
    const disabled = workloadPolicy('mtls: { mode: DISABLE }');
    expectPorts(disabled + sidecarPod(), {
      8080: {
        verdict: 'fail',
        message:
          'Port 8080 of orders takes plaintext only: no call to it is encrypted, not even one from inside the mesh.',
      },
      '*': { verdict: 'fail' },
    });
    expectPorts(disabled + ambientPod(), {
      8080: {
        verdict: 'fail',
        message:
          'Any pod in the cluster can call port 8080 of orders without encryption.',
      },
      '*': { verdict: 'fail' },
    });
  });

  it('in ambient, STRICT ports of a PERMISSIVE workload are open under a STRICT mesh', () => {
    expectPorts(
      STRICT +
        workloadPolicy(
          'mtls: { mode: PERMISSIVE }, portLevelMtls: { 8080: { mode: STRICT } }',
        ) +
        ambientPod(),
      {
        8080: {
          verdict: 'fail',
          message:
            'Any pod can use port 8080 of orders without encryption, although a policy demands mTLS there: Istio never hands that policy to ztunnel.',
        },
        '*': { verdict: 'fail' },
      },
    );
  });

  it('in ambient, chance decides between policies of one age, so the weaker one counts', () => {
    const contest =
      policy('PeerAuthentication', 'shop/a', '{ mtls: { mode: STRICT } }') +
      policy('PeerAuthentication', 'shop/b', '{ mtls: { mode: PERMISSIVE } }');
    expectPorts(contest + ambientPod(), {
      8080: {
        verdict: 'fail',
        because: expect.stringContaining('nobody can say which one will count'),
      },
      '*': { verdict: 'fail' },
    });
    expectPorts(contest + sidecarPod(), {
      8080: { verdict: 'pass' },
      '*': { verdict: 'pass' },
    });
  });

  it('policies that are not in a cluster yet have no age, so the weaker one counts for sidecars too', () => {
    const undated = (name: string, mode: string) =>
      policy(
        'PeerAuthentication',
        `shop/${name}`,
        `{ mtls: { mode: ${mode} } }`,
      ).replace(/creationTimestamp: "[^"]*", /, '');
    expectPorts(
      undated('a', 'STRICT') + undated('b', 'PERMISSIVE') + sidecarPod(),
      { 8080: { verdict: 'fail' }, '*': { verdict: 'fail' } },
    );
    expectPorts(
      policy('PeerAuthentication', 'shop/b', '{ mtls: { mode: STRICT } }') +
        undated('a', 'PERMISSIVE') +
        sidecarPod(),
      { 8080: { verdict: 'pass' }, '*': { verdict: 'pass' } },
    );
  });

  it('outside the mesh every port is plaintext, whatever the policies say; the worst pod counts', () => {
    expectPorts(STRICT + sidecarPod() + barePod({ name: 'orders-2' }), {
      8080: {
        verdict: 'fail',
        message:
          'Any pod that reaches port 8080 of orders can use it without encryption: it is outside the mesh.',
      },
      '*': { verdict: 'fail' },
    });
  });

  it('judges the ports that are declared, that a Service leads to, and that a policy names', () => {
    const services = `
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop }
spec:
  selector: { app: orders }
  ports: [{ name: a, port: 80, targetPort: web }, { name: b, port: 81, targetPort: 8081 }, { name: c, port: 82 }, { name: d, port: 53, protocol: UDP }]
---
apiVersion: v1
kind: Service
metadata: { name: other, namespace: shop }
spec: { selector: { app: other }, ports: [{ port: 7777 }] }
---`;
    const pass = { verdict: 'pass' } as const;
    expectPorts(
      STRICT +
        services +
        workloadPolicy('portLevelMtls: { 7000: { mode: STRICT } }') +
        sidecarPod({ ports: '{ name: web, containerPort: 8080 }' }),
      { 82: pass, 7000: pass, 8080: pass, 8081: pass, '*': pass },
    );
  });

  it('UDP is carried by no mesh', () => {
    expectPorts(
      STRICT +
        sidecarPod({
          ports:
            '{ containerPort: 8080 }, { containerPort: 5353, protocol: UDP }',
        }),
      {
        5353: { verdict: 'not-applicable' },
        8080: { verdict: 'pass' },
        '*': { verdict: 'pass' },
      },
    );
  });

  it('the ports of a gateway are ruled by Gateway objects', () => {
    expectFindings(
      {
        control: inboundMutualTls,
        manifests: `
apiVersion: v1
kind: Pod
metadata: { name: edge, namespace: shop, creationTimestamp: "2026-05-01T00:00:00Z" }
spec: { containers: [{ name: istio-proxy, args: [proxy, router], ports: [{ containerPort: 15090 }] }] }`,
      },
      [{ of: 'Pod shop/edge:*', verdict: 'not-applicable' }],
    );
  });
});

describe('AN-2: the root namespace is that of MeshConfig', () => {
  const renamed = `
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data: { mesh: "rootNamespace: mesh-root" }
---`;

  it('and istio-system means nothing if it is another', () => {
    expectPorts(renamed + STRICT + sidecarPod(), {
      8080: { verdict: 'fail' },
      '*': { verdict: 'fail' },
    });
  });

  it('and a MeshConfig that cannot be read leaves it open', () => {
    expectFindings(
      {
        control: inboundMutualTls,
        manifests:
          renamed.replace('rootNamespace: mesh-root', '[') +
          STRICT +
          sidecarPod(),
      },
      [
        {
          of: 'Deployment shop/orders',
          verdict: 'unknown',
          message: expect.stringContaining('ConfigMap istio-system/istio'),
        },
      ],
    );
  });
});

describe('AN-2: what goes past the proxy is plaintext whatever the mode', () => {
  const expectOpen = (
    pod: OrdersOptions,
    ports: Record<string, 'pass' | 'fail' | 'unknown'>,
    more = '',
  ) =>
    expectPorts(
      STRICT + DENY + more + sidecarPod(pod),
      Object.fromEntries(
        Object.entries(ports).map(([port, verdict]) => [
          port,
          verdict === 'fail' && port !== '*'
            ? { verdict, severity: 'critical' as const }
            : { verdict },
        ]),
      ),
    );

  it('excludeInboundPorts, declared or not', () => {
    expectOpen(
      {
        annotations:
          'traffic.sidecar.istio.io/excludeInboundPorts: "8080, 9090"',
      },
      { 8080: 'fail', 9090: 'fail', '*': 'pass' },
    );
  });

  it('every port that includeInboundPorts leaves out', () => {
    const ports = '{ containerPort: 8080 }, { containerPort: 9000 }';
    const include = (value: string) =>
      `traffic.sidecar.istio.io/includeInboundPorts: "${value}"`;
    expectOpen(
      { ports, annotations: include('9000') },
      { 8080: 'fail', 9000: 'pass', '*': 'fail' },
    );
    expectOpen({ annotations: include('') }, { 8080: 'fail', '*': 'fail' });
    expectOpen({ annotations: include('*') }, { 8080: 'pass', '*': 'pass' });
  });

  it('what istio-init was told counts before the annotation, since the mesh may set it for all', () => {
    const init = (args: string) =>
      `initContainers: [{ name: istio-init, args: [${args}] }]`;
    expectOpen(
      { spec: init('istio-iptables, -b, "*", -d, "15090,15021,15020,8080"') },
      { 8080: 'fail', '*': 'pass' },
    );
    expectOpen(
      { spec: init('istio-iptables, -b, "", -d, "15090"') },
      { 8080: 'fail', '*': 'fail' },
    );
  });

  it('everything that arrives on an excluded interface', () => {
    expectOpen(
      { annotations: 'traffic.sidecar.istio.io/excludeInterfaces: net1' },
      { 8080: 'fail', '*': 'fail' },
    );
  });

  it('ports that Istio reserves for its proxy, where an application has them', () => {
    expectOpen(
      { ports: '{ containerPort: 15020 }' },
      { 15020: 'fail', '*': 'pass' },
    );
  });

  it('an IPv6 address beside an IPv4 one is captured only with dual stack, so without a sign of it nobody can tell', () => {
    const dual = (pod: string, ...ips: string[]) =>
      STRICT +
      pod.replace(
        '\n---',
        `\nstatus: { podIPs: [${ips
          .map(ip => `{ ip: "${ip}" }`)
          .join(', ')}] }\n---`,
      );
    const verdicts = (manifests: string, verdict: 'pass' | 'unknown') =>
      expectPorts(manifests, { 8080: { verdict }, '*': { verdict } });
    verdicts(dual(sidecarPod(), '10.0.0.1', 'fd00::1'), 'unknown');
    verdicts(dual(sidecarPod(), 'fd00::1', '10.0.0.1'), 'pass');
    verdicts(dual(sidecarPod(), '10.0.0.1'), 'pass');
    verdicts(dual(ambientPod(), '10.0.0.1', 'fd00::1'), 'pass');
    verdicts(
      dual(
        sidecarPod().replace(
          'args: [proxy, sidecar]',
          'args: [proxy, sidecar], env: [{ name: ISTIO_DUAL_STACK, value: "true" }]',
        ),
        '10.0.0.1',
        'fd00::1',
      ),
      'pass',
    );
  });

  it('interceptionMode NONE, wherever it is said', () => {
    const open = { 8080: 'fail', '*': 'fail' } as const;
    expectOpen(
      { annotations: 'sidecar.istio.io/interceptionMode: NONE' },
      open,
    );
    expectOpen(
      { annotations: 'proxy.istio.io/config: "interceptionMode: NONE"' },
      open,
    );
    for (const meshConfig of [
      { defaultConfig: { interceptionMode: 'NONE' } },
      // Istio reads protobuf's JSON, which knows two more ways to say so.
      { default_config: { interception_mode: 'NONE' } },
      { defaultConfig: { interceptionMode: 2 } },
    ]) {
      expectPorts(
        STRICT + sidecarPod(),
        { 8080: { verdict: 'fail' }, '*': { verdict: 'fail' } },
        { meshConfig },
      );
    }
    expectOpen(
      { annotations: 'proxy.istio.io/config: "interception_mode: NONE"' },
      open,
    );
  });

  it('root_namespace names the root namespace as rootNamespace does', () => {
    expectPorts(
      STRICT + sidecarPod(),
      { 8080: { verdict: 'fail' }, '*': { verdict: 'fail' } },
      { meshConfig: { root_namespace: 'mesh-root' } },
    );
  });

  it('with TPROXY the modes hold', () => {
    expectOpen(
      { annotations: 'sidecar.istio.io/interceptionMode: TPROXY' },
      { 8080: 'pass', '*': 'pass' },
    );
  });

  const ingress = (captureMode: string, selector = '') => `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: orders, namespace: shop }
spec:
  ${selector}
  ingress: [{ port: { number: 8080, protocol: HTTP, name: http }, ${captureMode} defaultEndpoint: "127.0.0.1:8081" }]
---`;

  it('captureMode NONE: whether the application listens on more than 127.0.0.1 is not visible', () => {
    expectOpen(
      {},
      { 8080: 'unknown', 8081: 'unknown', '*': 'pass' },
      ingress('captureMode: NONE,'),
    );
    expectOpen(
      {},
      { 8080: 'pass', '*': 'pass' },
      ingress(
        'captureMode: NONE,',
        'workloadSelector: { labels: { app: other } }',
      ),
    );
  });

  it('interceptionMode NONE with ingress listeners: those that the proxy binds keep the mode', () => {
    expectOpen(
      { annotations: 'sidecar.istio.io/interceptionMode: NONE' },
      { 8080: 'pass', 8081: 'unknown', '*': 'fail' },
      ingress(''),
    );
  });

  it('ambient.istio.io/bypass-inbound-capture', () => {
    expectPorts(
      STRICT +
        ambientPod({
          annotations: 'ambient.istio.io/bypass-inbound-capture: "true"',
        }),
      { 8080: { verdict: 'fail' }, '*': { verdict: 'fail' } },
    );
  });

  it('but not running as the user of the proxy: that frees what is sent, not what is received', () => {
    expectOpen(
      { spec: 'securityContext: { runAsUser: 1337 }' },
      { 8080: 'pass', '*': 'pass' },
    );
  });
});

describe('AN-2 is unknown', () => {
  it.each(['PeerAuthentication', 'Sidecar', 'Service', 'ConfigMap'] as const)(
    'where %s could not be listed, and names the missing right',
    kind => {
      const [finding, ...others] = findingsOf({
        control: inboundMutualTls,
        manifests: STRICT + sidecarPod(),
        coverage: { [kind]: { state: 'forbidden', verb: 'list' } },
      });
      expect(others).toEqual([]);
      expect(finding).toMatchObject({
        verdict: 'unknown',
        missing: [{ verb: 'list' }],
      });
    },
  );

  it('but not where the root namespace alone was seen beside its own', () => {
    const listed = {
      state: 'listed',
      namespaces: ['shop', 'istio-system'],
    } as const;
    expectPorts(
      STRICT + sidecarPod(),
      { 8080: { verdict: 'pass' }, '*': { verdict: 'pass' } },
      {
        coverage: {
          PeerAuthentication: listed,
          Sidecar: listed,
          ConfigMap: listed,
        },
      },
    );
  });

  it.each([
    [
      'a port that Istio cannot read',
      'portLevelMtls: { "080": { mode: STRICT } }',
    ],
    ['a mode that does not exist', 'mtls: { mode: strict }'],
  ])('where the policy that counts has %s', (_, spec) => {
    expectFindings(
      {
        control: inboundMutualTls,
        manifests: STRICT + workloadPolicy(spec) + sidecarPod(),
      },
      [
        {
          of: 'Deployment shop/orders',
          verdict: 'unknown',
          message: expect.stringContaining('PeerAuthentication shop/orders'),
        },
      ],
    );
  });
});
