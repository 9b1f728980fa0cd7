/** AN-6, as its tests read. */
import {
  ExpectFindingsOptions,
  ExpectedFinding,
  expectFindings,
} from '../../testing/expectFindings';
import { ambientPod, barePod, sidecarPod } from '../../testing/meshManifests';
import { startUp } from './startUp';

function expectOrders(
  manifests: string,
  expected: Omit<ExpectedFinding, 'of'>,
  options: Partial<ExpectFindingsOptions> = {},
) {
  expectFindings({ control: startUp, manifests, ...options }, [
    { of: 'Deployment shop/orders', ...expected },
  ]);
}

const starting = (containers: string) =>
  sidecarPod({ spec: `initContainers: [${containers}]` });

describe('AN-6 of running pods', () => {
  it('what stands before istio-init is not captured', () => {
    expectOrders(starting('{ name: migrate }, { name: istio-init }'), {
      verdict: 'fail',
      severity: 'medium',
      message:
        'What init container migrate of orders sends leaves without encryption and without an identity.',
      witness: expect.objectContaining({
        from: 'init container migrate of Deployment shop/orders',
        transport: 'plaintext',
      }),
      evidence: [
        expect.objectContaining({
          field: 'spec.initContainers[0].name',
          value: 'migrate',
        }),
      ],
    });
  });

  it.each([
    ['no init containers', ''],
    ['one after istio-init', '{ name: istio-init }, { name: migrate }'],
    [
      'istio-cni, which is there first',
      '{ name: migrate }, { name: istio-validation }',
    ],
    [
      'a native sidecar before it',
      '{ name: istio-init }, { name: istio-proxy, restartPolicy: Always }, { name: migrate }',
    ],
  ])('passes with %s', (_, containers) => {
    expectOrders(starting(containers), {
      verdict: 'pass',
      enforcement: 'enforced',
    });
  });

  it("an init container with the proxy's id is never captured", () => {
    expectOrders(
      starting(
        '{ name: istio-validation }, { name: wait, securityContext: { runAsUser: 1337 } }',
      ),
      {
        verdict: 'fail',
        because:
          'The id 1337 belongs to the proxy, which does not capture itself.',
      },
    );
  });

  it('passes in ambient, does not apply outside the mesh or where nothing is captured', () => {
    const spec = 'initContainers: [{ name: migrate }]';
    expectOrders(ambientPod({ spec }), { verdict: 'pass' });
    expectOrders(barePod({ spec }), { verdict: 'not-applicable' });
    expectOrders(
      sidecarPod({
        spec,
        annotations: 'sidecar.istio.io/interceptionMode: NONE',
      }),
      { verdict: 'not-applicable' },
    );
  });
});

describe('AN-6 of manifests', () => {
  const manifest = (init: string, annotations = '') => `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: orders, namespace: shop }
spec:
  template:
    metadata: { annotations: { ${annotations} } }
    spec: { initContainers: [${init}], containers: [{ name: app }] }
---`;
  const node = (name: string, version: string) => `
apiVersion: v1
kind: Node
metadata: { name: ${name} }
status: { nodeInfo: { kubeletVersion: ${version} } }
---`;
  const MIGRATE = '{ name: migrate }';

  it('nothing runs before the proxy where there are no init containers', () => {
    expectOrders(manifest(''), { verdict: 'pass', enforcement: 'declared' });
  });

  it('else the pod says whether the proxy is native', () => {
    const says = (value: string) =>
      manifest(MIGRATE, `sidecar.istio.io/nativeSidecar: "${value}"`);
    expectOrders(says('true'), { verdict: 'pass' });
    expectOrders(says('false') + node('one', 'v1.34.1'), { verdict: 'fail' });
  });

  it('or the oldest of the nodes', () => {
    const nodes = node('one', 'v1.34.1') + node('two', 'v1.33.0');
    expectOrders(manifest(MIGRATE) + nodes, { verdict: 'pass' });
    expectOrders(manifest(MIGRATE) + nodes + node('three', 'v1.32.9'), {
      verdict: 'fail',
    });
  });

  it('or nobody does', () => {
    expectOrders(manifest(MIGRATE), {
      verdict: 'unknown',
      message:
        'Cannot be told for migrate of orders: whether the proxy will run before depends on the version of the nodes, which nothing here shows.',
    });
  });
});
