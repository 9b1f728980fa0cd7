/** AN-1, as its tests read. */
import {
  ExpectFindingsOptions,
  ExpectedFinding,
  expectFindings,
} from '../../testing/expectFindings';
import { dataPlaneClass } from './dataPlaneClass';

const namespace = (labels = '', annotations = '') => `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { ${labels} }, annotations: { ${annotations} } }
---`;

const orders = (template = '', spec = '') => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: orders, namespace: shop }
spec:
  template:
    metadata: { ${template} }
    spec: { ${spec ? `${spec}, ` : ''}containers: [{ name: app }] }
---`;

/** A running pod of orders; `metadata` and `spec` are added as they are. */
const pod = (
  name: string,
  metadata = '',
  containers = '{ name: app }',
  spec = '',
) => `
apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  namespace: shop
  creationTimestamp: "2026-05-01T00:00:00Z"
  ownerReferences: [{ apiVersion: apps/v1, kind: Deployment, name: orders, controller: true }]
  ${metadata}
spec:
  nodeName: node-1
  ${spec}
  containers: [${containers}]
---`;

const SIDECAR =
  '{ name: app }, { name: istio-proxy, image: proxyv2, args: [proxy, sidecar] }';
const AMBIENT = 'annotations: { ambient.istio.io/redirection: enabled }';

function expectFinding(
  manifests: string,
  expected: Omit<ExpectedFinding, 'of'>,
  options: Partial<ExpectFindingsOptions> = {},
) {
  expectFindings({ control: dataPlaneClass, manifests, ...options }, [
    { of: 'Deployment shop/orders', ...expected },
  ]);
}

describe('AN-1 of running pods', () => {
  it.each([
    ['a classic sidecar', pod('orders-1', '', SIDECAR)],
    [
      'a native sidecar',
      pod(
        'orders-1',
        '',
        '{ name: app }',
        'initContainers: [{ name: istio-proxy, restartPolicy: Always }]',
      ),
    ],
    ['ambient, with the mark of istio-cni', pod('orders-1', AMBIENT)],
    [
      'ambient, although a label says none by now',
      pod(
        'orders-1',
        `labels: { istio.io/dataplane-mode: none }\n  ${AMBIENT}`,
      ),
    ],
    ['Linkerd', pod('orders-1', '', '{ name: app }, { name: linkerd-proxy }')],
  ])('passes with %s', (_, running) => {
    expectFinding(orders() + running, {
      verdict: 'pass',
      enforcement: 'enforced',
    });
  });

  it('labels are not capture: a pod older than the label of its namespace is outside', () => {
    expectFinding(
      namespace('istio-injection: enabled') + orders() + pod('orders-1'),
      {
        verdict: 'fail',
        because:
          'Namespace shop has the label istio-injection=enabled, but the pod runs without: it was created before that, or the injection failed.',
        evidence: [
          {
            object: { apiVersion: 'v1', kind: 'Namespace', name: 'shop' },
            field: "metadata.labels['istio-injection']",
            value: 'enabled',
          },
        ],
      },
    );
  });

  it('pending is not enrolled', () => {
    expectFinding(
      namespace('istio.io/dataplane-mode: ambient') +
        orders() +
        pod(
          'orders-1',
          'annotations: { ambient.istio.io/redirection: pending }',
        ),
      {
        verdict: 'fail',
        because:
          'Ztunnel on its node has been asked to take it over and has not done so.',
      },
    );
  });

  it('the worst pod counts and is named', () => {
    expectFinding(
      namespace('istio-injection: enabled') +
        orders() +
        pod('orders-1', '', SIDECAR) +
        pod('orders-2') +
        pod('orders-3', '', SIDECAR),
      {
        verdict: 'fail',
        message:
          'Pod orders-2 of orders runs outside the mesh, unlike 2 of its 3 pods: what it receives and sends is neither encrypted nor tied to an identity.',
      },
    );
  });

  it('a pod on the network of its node is outside, with a proxy and with the mark of istio-cni', () => {
    expectFinding(
      orders() + pod('orders-1', AMBIENT, SIDECAR, 'hostNetwork: true'),
      {
        verdict: 'fail',
        because: 'It uses the network of its node, which no mesh takes over.',
      },
    );
  });

  it('an init container named istio-proxy that ends is no sidecar', () => {
    expectFinding(
      namespace() +
        orders() +
        pod(
          'orders-1',
          '',
          '{ name: app }',
          'initContainers: [{ name: istio-proxy }]',
        ),
      { verdict: 'fail' },
    );
  });

  it('a container that only shapes the proxy to be injected is none', () => {
    expectFinding(
      orders() +
        pod(
          'orders-1',
          '',
          '{ name: app }, { name: istio-proxy, image: auto }',
        ),
      { verdict: 'fail' },
    );
  });

  it('the mark of istio-cni is not believed where it was copied into the template and nothing asks ztunnel', () => {
    expectFinding(orders(AMBIENT) + pod('orders-1', AMBIENT), {
      verdict: 'unknown',
    });
    expectFinding(
      namespace('istio.io/dataplane-mode: ambient') +
        orders(AMBIENT) +
        pod('orders-1', AMBIENT),
      { verdict: 'pass' },
    );
  });

  it('the annotation of a former injection is no sidecar', () => {
    expectFinding(
      orders() +
        pod('orders-1', 'annotations: { sidecar.istio.io/status: "{}" }'),
      { verdict: 'fail' },
    );
  });

  it('an application that runs as the user or group of the proxy sends past it', () => {
    expectFinding(
      orders() +
        pod('orders-1', '', SIDECAR, 'securityContext: { runAsGroup: 1337 }'),
      { verdict: 'fail', severity: 'medium' },
    );
  });

  it('a container beside the proxy of a gateway is not captured', () => {
    expectFinding(
      orders() +
        pod(
          'orders-1',
          '',
          '{ name: app }, { name: istio-proxy, args: [proxy, router] }',
        ),
      {
        verdict: 'fail',
        because:
          "Its proxy is a gateway's, which captures nothing for container app beside it.",
      },
    );
  });

  it('the template grpc-agent captures nothing, so nobody can tell', () => {
    expectFinding(
      orders() +
        pod(
          'orders-1',
          'annotations: { inject.istio.io/templates: grpc-agent }',
          SIDECAR,
        ),
      { verdict: 'unknown' },
    );
  });

  it('says so for the parts of the mesh itself', () => {
    expectFindings(
      {
        control: dataPlaneClass,
        manifests: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: istiod, namespace: istio-system }
spec:
  template:
    metadata: { labels: { app: istiod } }
    spec: { containers: [{ name: discovery }] }`,
      },
      [{ of: 'Deployment istio-system/istiod', verdict: 'not-applicable' }],
    );
  });
});

describe('AN-1 of manifests, by the rules of injection', () => {
  const expectOutcome = (
    namespaceManifest: string,
    template: string,
    verdict: 'pass' | 'fail' | 'unknown',
    spec = '',
  ) =>
    expectFinding(namespaceManifest + orders(template, spec), {
      verdict,
      ...(verdict === 'pass' ? { enforcement: 'declared' as const } : {}),
    });

  it.each([
    ['namespace enabled', 'istio-injection: enabled', '', 'pass'],
    [
      'namespace disabled beats a pod label true',
      'istio-injection: disabled',
      'labels: { sidecar.istio.io/inject: "true" }',
      'fail',
    ],
    [
      'any other value than enabled is disabled',
      'istio-injection: "yes"',
      'labels: { sidecar.istio.io/inject: "true" }',
      'fail',
    ],
    [
      'pod label false in an enabled namespace',
      'istio-injection: enabled',
      'labels: { sidecar.istio.io/inject: "false" }',
      'fail',
    ],
    [
      'annotation false in an enabled namespace',
      'istio-injection: enabled',
      'annotations: { sidecar.istio.io/inject: "false" }',
      'fail',
    ],
    [
      'the label wins over the annotation',
      'istio-injection: enabled',
      'labels: { sidecar.istio.io/inject: "true" }, annotations: { sidecar.istio.io/inject: "false" }',
      'pass',
    ],
    [
      'an invalid label means the default',
      'istio-injection: enabled',
      'labels: { sidecar.istio.io/inject: "yes" }, annotations: { sidecar.istio.io/inject: "false" }',
      'pass',
    ],
    [
      'the annotation never opts in',
      '',
      'annotations: { sidecar.istio.io/inject: "true" }',
      'fail',
    ],
    [
      'pod label true in a namespace without labels',
      '',
      'labels: { sidecar.istio.io/inject: "true" }',
      'pass',
    ],
    ['a revision of the namespace', 'istio.io/rev: canary', '', 'pass'],
    ['a revision of the pod', '', 'labels: { istio.io/rev: canary }', 'pass'],
    ['nothing asks for it', '', '', 'fail'],
    [
      'ambient by the namespace',
      'istio.io/dataplane-mode: ambient',
      '',
      'pass',
    ],
    [
      'ambient by the pod',
      '',
      'labels: { istio.io/dataplane-mode: ambient }',
      'pass',
    ],
    [
      'a pod that opts out of ambient',
      'istio.io/dataplane-mode: ambient',
      'labels: { istio.io/dataplane-mode: none }',
      'fail',
    ],
    [
      'dataplane-mode none does not stop sidecar injection',
      'istio-injection: enabled',
      'labels: { istio.io/dataplane-mode: none }',
      'pass',
    ],
    [
      'Linkerd by the pod',
      '',
      'annotations: { linkerd.io/inject: enabled }',
      'pass',
    ],
  ] as const)('%s', (_, labels, template, verdict) => {
    expectOutcome(namespace(labels), template, verdict);
  });

  it('hostNetwork is never injected', () => {
    expectOutcome(
      namespace('istio-injection: enabled'),
      '',
      'fail',
      'hostNetwork: true',
    );
  });

  it('labels ask in vain where the cluster has no Istio', () => {
    expectFinding(
      namespace('istio-injection: enabled') + orders(),
      {
        verdict: 'fail',
        because:
          'Namespace shop has the label istio-injection=enabled, but Istio is not installed in the cluster.',
      },
      { coverage: { PeerAuthentication: { state: 'not-installed' } } },
    );
  });

  it('a namespace that is not in the source leaves it open, unless the pod decides alone: it may forbid what the pod asks of an injector', () => {
    expectOutcome('', '', 'unknown');
    expectOutcome('', 'labels: { sidecar.istio.io/inject: "true" }', 'unknown');
    expectOutcome('', 'labels: { istio.io/rev: stable }', 'unknown');
    expectOutcome('', 'labels: { istio.io/dataplane-mode: ambient }', 'pass');
    expectOutcome(
      '',
      'labels: { istio.io/dataplane-mode: none, sidecar.istio.io/inject: "false" }, annotations: { linkerd.io/inject: disabled }',
      'fail',
    );
  });

  it('a namespace that may not be read leaves it open, and the missing right is named', () => {
    expectFinding(
      orders(),
      {
        verdict: 'unknown',
        missing: [{ verb: 'list', group: '', resource: 'namespaces' }],
      },
      { coverage: { Namespace: { state: 'forbidden', verb: 'list' } } },
    );
  });

  it('pods that may not be listed make it unknown: a template is no pod', () => {
    expectFinding(
      namespace('istio-injection: enabled') + orders(),
      { verdict: 'unknown' },
      { coverage: { Pod: { state: 'forbidden', verb: 'list' } } },
    );
  });
});
