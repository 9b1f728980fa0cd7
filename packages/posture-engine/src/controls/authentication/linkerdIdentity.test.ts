/** AN-9, as its tests read. */
import {
  ExpectFindingsOptions,
  ExpectedFinding,
  expectFindings,
} from '../../testing/expectFindings';
import {
  ORDERS_SERVER,
  admitAccounts,
  linkerdConfig,
  linkerdPod,
  linkerdPolicy,
} from '../../testing/linkerdManifests';
import { barePod, sidecarPod } from '../../testing/meshManifests';
import { linkerdIdentity } from './linkerdIdentity';

function expectOrders(
  manifests: string,
  expected: Omit<ExpectedFinding, 'of'>,
  options: Partial<ExpectFindingsOptions> = {},
) {
  expectFindings({ control: linkerdIdentity, manifests, ...options }, [
    { of: 'Deployment shop/orders', ...expected },
  ]);
}

const WEB = admitAccounts('{ kind: ServiceAccount, name: web }');
const PROTECTED = ORDERS_SERVER + WEB;
const NAMESPACE = `
apiVersion: v1
kind: Namespace
metadata: { name: shop, annotations: { linkerd.io/inject: enabled } }
---`;
const TEMPLATE = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: orders, namespace: shop }
spec:
  template:
    metadata: { labels: { app: orders } }
    spec: { containers: [{ name: app, ports: [{ containerPort: 8080 }] }] }
---`;

describe('AN-9', () => {
  it('does not apply outside of Linkerd', () => {
    expectOrders(barePod(), {
      verdict: 'not-applicable',
      message:
        'orders is not in Linkerd, and nothing asks for that (AN-1 says which mesh it is in).',
    });
    expectOrders(sidecarPod(), {
      verdict: 'not-applicable',
      message: 'orders is in Istio, where AN-2 asks the same.',
    });
  });

  it('by default whoever comes is let in, although Linkerd encrypts between its own pods', () => {
    expectOrders(linkerdPod(), {
      verdict: 'fail',
      severity: 'high',
      message:
        'Any pod that the network lets through gets in at port 8080 of orders in plaintext, without showing an identity.',
      because:
        'No Server selects the port, and the default policy there is all-unauthenticated.',
      evidence: [
        {
          object: {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            namespace: 'linkerd',
            name: 'linkerd-config',
          },
          field: 'data.values (proxy.defaultInboundPolicy)',
          value: 'all-unauthenticated',
        },
      ],
      witness: {
        from: 'any pod that the network lets through',
        to: 'Deployment shop/orders',
        port: 8080,
        protocol: 'TCP',
        transport: 'plaintext',
        action: 'opens a connection without encryption and without an identity',
      },
      fix: {
        summary: expect.stringContaining('Select port 8080 with a Server'),
        objects: [
          expect.objectContaining({
            kind: 'Server',
            spec: {
              podSelector: { matchLabels: { app: 'orders' } },
              port: 8080,
            },
          }),
          expect.objectContaining({ kind: 'MeshTLSAuthentication' }),
          expect.objectContaining({ kind: 'AuthorizationPolicy' }),
        ],
      },
    });
  });

  it('a Server, an AuthorizationPolicy and a MeshTLSAuthentication keep strangers out', () => {
    expectOrders(linkerdPod() + PROTECTED, {
      verdict: 'pass',
      enforcement: 'enforced',
      message:
        'Callers without an identity are refused on port 8080 of orders: Server shop/orders lets in callers by identity alone.',
    });
    expectOrders(linkerdPod() + ORDERS_SERVER, {
      verdict: 'pass',
      message:
        'Callers without an identity are refused on port 8080 of orders: Server shop/orders lets in nobody by itself.',
    });
  });

  it('and so does a default policy that demands an identity, of the pod, its namespace or Linkerd', () => {
    const annotation =
      'config.linkerd.io/default-inbound-policy: all-authenticated';
    const message =
      'Callers without an identity are refused on port 8080 of orders: no Server selects it, and the default policy there is all-authenticated.';
    expectOrders(linkerdPod({ annotations: annotation }), {
      verdict: 'pass',
      message,
    });
    expectOrders(
      linkerdPod() +
        linkerdConfig('proxy: { defaultInboundPolicy: all-authenticated }'),
      { verdict: 'pass', message },
    );
    // A running pod shows what was copied from its namespace.
    const annotated = NAMESPACE.replace('enabled', `enabled, ${annotation}`);
    expectOrders(linkerdPod() + annotated, { verdict: 'fail' });
    expectOrders(TEMPLATE + annotated, {
      verdict: 'pass',
      enforcement: 'declared',
      message,
    });
  });

  it('the worst port counts', () => {
    expectOrders(
      linkerdPod({
        ports: '{ name: http, containerPort: 8080 }, { containerPort: 9000 }',
      }) + PROTECTED,
      {
        verdict: 'fail',
        message:
          'Any pod that the network lets through gets in at port 9000 of orders in plaintext, without showing an identity.',
      },
    );
  });

  it('an authorization that asks for no identity is a hole in a Server', () => {
    const open = linkerdPolicy(
      'AuthorizationPolicy',
      'shop/scrape',
      '{ targetRef: { group: policy.linkerd.io, kind: Server, name: orders }, requiredAuthenticationRefs: [{ group: policy.linkerd.io, kind: NetworkAuthentication, name: prometheus }] }',
    );
    const networks = (cidr: string) =>
      linkerdPolicy(
        'NetworkAuthentication',
        'shop/prometheus',
        `{ networks: [{ cidr: ${cidr} }] }`,
      );
    expectOrders(linkerdPod() + PROTECTED + open + networks('10.9.0.0/24'), {
      verdict: 'fail',
      severity: 'medium',
      message:
        'Callers in 10.9.0.0/24 get in at port 8080 of orders in plaintext, without showing an identity.',
      because:
        'AuthorizationPolicy shop/scrape lets in callers that show no identity.',
      fix: {
        summary:
          'Have AuthorizationPolicy shop/scrape demand an identity: a MeshTLSAuthentication that names the callers, in the place of what lets everybody in. Callers without a proxy of Linkerd are cut off from then on: move them into the mesh first.',
      },
    });
    // One that Linkerd cannot read lets nobody in.
    expectOrders(linkerdPod() + PROTECTED + open, { verdict: 'pass' });
  });

  it('a port that is left out of the capture meets no policy', () => {
    expectOrders(
      linkerdPod({
        skipInbound: '4190,4191,8080',
        annotations: 'config.linkerd.io/skip-inbound-ports: "8080"',
      }) + PROTECTED,
      {
        verdict: 'fail',
        severity: 'high',
        message:
          'Whoever reaches port 8080 of orders is let in in plaintext: what comes in there goes past its proxy, and no policy is asked.',
        because:
          'Pod shop/orders-1 says metadata.annotations[\'config.linkerd.io/skip-inbound-ports\']: "8080".',
      },
    );
  });

  it('health probes stay open, and are named', () => {
    expectOrders(
      linkerdPod({
        container: 'livenessProbe: { httpGet: { path: /live, port: http } }',
      }) + PROTECTED,
      {
        verdict: 'pass',
        message:
          'Callers without an identity are refused on port 8080 of orders: Server shop/orders lets in callers by identity alone; the health probe at /live may be asked for without.',
      },
    );
  });

  it('meant for Linkerd and not in it is no protection, whatever policies say', () => {
    const waiting = barePod({ annotations: 'linkerd.io/inject: enabled' });
    expectOrders(waiting + PROTECTED, {
      verdict: 'fail',
      message:
        'orders is meant for Linkerd and runs without its proxy: whoever reaches it is let in, in plaintext and without an identity.',
    });
    expectOrders(
      TEMPLATE.replace(
        'spec: { containers',
        'spec: { hostNetwork: true, containers',
      ) + NAMESPACE,
      { verdict: 'fail' },
    );
    expectOrders(
      TEMPLATE + NAMESPACE,
      {
        verdict: 'fail',
        because:
          'Namespace shop has the annotation linkerd.io/inject=enabled, but Linkerd is not installed in the cluster.',
      },
      { coverage: { Server: { state: 'not-installed' } } },
    );
  });

  it('is unknown where Linkerd could not be looked at, with the right that is missing', () => {
    expectOrders(
      linkerdPod() + PROTECTED,
      {
        verdict: 'unknown',
        missing: [
          {
            verb: 'list',
            group: 'policy.linkerd.io',
            resource: 'meshtlsauthentications',
          },
        ],
      },
      {
        coverage: {
          MeshTLSAuthentication: { state: 'forbidden', verb: 'list' },
        },
      },
    );
    expectOrders(linkerdPod() + linkerdConfig('proxy: ['), {
      verdict: 'unknown',
      message: expect.stringContaining(
        'the values in ConfigMap linkerd/linkerd-config cannot be read',
      ),
    });
    const both = linkerdPod().replace(
      'containers: [',
      'containers: [{ name: istio-proxy, image: proxyv2, args: [proxy, sidecar] }, ',
    );
    expectOrders(both, {
      verdict: 'unknown',
      message:
        'Cannot be told for orders: a proxy of Linkerd is in the pod, and one of Istio takes its traffic too: which of them gets it cannot be told.',
    });
  });
});
