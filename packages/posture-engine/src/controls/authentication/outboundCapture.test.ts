/** AN-5, as its tests read. */
import {
  ExpectFindingsOptions,
  ExpectedFinding,
  expectFindings,
} from '../../testing/expectFindings';
import { ambientPod, barePod, sidecarPod } from '../../testing/meshManifests';
import { outboundCapture } from './outboundCapture';

function expectOrders(
  manifests: string,
  expected: Omit<ExpectedFinding, 'of'>,
  options: Partial<ExpectFindingsOptions> = {},
) {
  expectFindings({ control: outboundCapture, manifests, ...options }, [
    { of: 'Deployment shop/orders', ...expected },
  ]);
}

const annotated = (key: string, value: string) =>
  sidecarPod({
    annotations: `traffic.sidecar.istio.io/${key}: ${JSON.stringify(value)}`,
  });

describe('AN-5', () => {
  it('passes where no setting leaves anything out', () => {
    expectOrders(sidecarPod(), {
      verdict: 'pass',
      enforcement: 'enforced',
      message:
        'Everything that orders sends goes through its proxy: no setting leaves a port, an address or an interface out.',
    });
    expectOrders(annotated('includeOutboundIPRanges', '*'), {
      verdict: 'pass',
    });
    expectOrders(annotated('excludeOutboundPorts', ''), { verdict: 'pass' });
  });

  it.each([
    ['excludeOutboundPorts', '5432', 'medium', ' to port 5432'],
    ['excludeOutboundPorts', '5432,8200', 'medium', ' to ports 5432 and 8200'],
    ['excludeOutboundPorts', '*', 'high', ''],
    ['excludeOutboundIPRanges', '10.0.0.0/8', 'medium', ' to 10.0.0.0/8'],
    ['excludeOutboundIPRanges', '0.0.0.0/0', 'high', ''],
    [
      'includeOutboundIPRanges',
      '10.0.0.0/8',
      'medium',
      ' to anything but 10.0.0.0/8',
    ],
    ['includeOutboundIPRanges', '', 'high', ''],
    ['excludeInterfaces', 'net1', 'medium', ' over interface net1'],
  ] as const)('%s %j is %s', (key, value, severity, place) => {
    expectOrders(annotated(key, value), {
      verdict: 'fail',
      severity,
      message: `What orders sends${place} goes past its proxy: no mTLS, no identity, no policy on the way out.`,
      because: `Pod shop/orders-1 says metadata.annotations['traffic.sidecar.istio.io/${key}']: ${JSON.stringify(
        value,
      )}.`,
    });
  });

  it('what captures everything of a port is none of its own', () => {
    expectOrders(annotated('includeOutboundPorts', '5432'), {
      verdict: 'pass',
    });
  });

  it('interceptionMode NONE captures nothing, wherever it is said', () => {
    expectOrders(
      sidecarPod({ annotations: 'sidecar.istio.io/interceptionMode: NONE' }),
      { verdict: 'fail', severity: 'high' },
    );
    expectOrders(
      sidecarPod(),
      { verdict: 'fail', severity: 'high' },
      { meshConfig: { defaultConfig: { interceptionMode: 'NONE' } } },
    );
  });

  it('what istio-init was told counts before annotations', () => {
    expectOrders(
      sidecarPod({
        spec: 'initContainers: [{ name: istio-init, args: [istio-iptables, -i, "*", -x, "169.254.169.254/32", -o, ""] }]',
        annotations: 'traffic.sidecar.istio.io/excludeOutboundPorts: "5432"',
      }),
      {
        verdict: 'fail',
        severity: 'medium',
        message: expect.stringContaining('to 169.254.169.254/32 goes past'),
      },
    );
  });

  it('ztunnel reads none of these annotations', () => {
    expectOrders(
      ambientPod({
        annotations: 'traffic.sidecar.istio.io/excludeOutboundPorts: "5432"',
      }),
      {
        verdict: 'pass',
        message: expect.stringContaining('goes through ztunnel'),
      },
    );
  });

  it.each([
    ['privileged: true', 'privileged', true],
    ['capabilities: { add: [NET_ADMIN] }', 'capabilities.add', ['NET_ADMIN']],
    ['capabilities: { add: [net_raw] }', 'capabilities.add', ['net_raw']],
    ['capabilities: { add: [ALL] }', 'capabilities.add', ['ALL']],
  ])('power over the network of the pod fails: %s', (context, field, value) => {
    for (const pod of [sidecarPod, ambientPod]) {
      expectOrders(
        pod({
          spec: `initContainers: [{ name: setup, securityContext: { ${context} } }]`,
        }),
        {
          verdict: 'fail',
          severity: 'medium',
          evidence: [
            expect.objectContaining({
              field: `spec.initContainers[0].securityContext.${field}`,
              value,
            }),
          ],
        },
      );
    }
  });

  it("the mesh's own containers may do what they must", () => {
    expectOrders(
      sidecarPod({
        spec: 'initContainers: [{ name: istio-init, securityContext: { capabilities: { add: [NET_ADMIN, NET_RAW] } } }]',
      }),
      { verdict: 'pass' },
    );
  });

  it('the worst of several pods counts', () => {
    expectOrders(
      sidecarPod() +
        annotated('excludeOutboundPorts', '*').replace('orders-1', 'orders-2'),
      { verdict: 'fail', severity: 'high' },
    );
  });

  it('does not apply outside the mesh, and is unknown without the MeshConfig', () => {
    expectOrders(barePod(), { verdict: 'not-applicable' });
    expectOrders(
      sidecarPod(),
      { verdict: 'unknown' },
      { coverage: { ConfigMap: { state: 'forbidden', verb: 'list' } } },
    );
  });
});
