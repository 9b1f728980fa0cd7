/** What the other controls of the mesh say of pods behind Linkerd. */
import { expectFindings, findingsOf } from '../testing/expectFindings';
import {
  ORDERS_SERVER,
  admitAccounts,
  linkerdPod,
  linkerdPolicy,
} from '../testing/linkerdManifests';
import { Control, Judgement } from './control';
import { CONTROLS } from '.';

function controlOf(id: string): Control {
  const control = CONTROLS.find(candidate => candidate.id === id);
  if (!control) {
    throw new Error(`no control ${id}`);
  }
  return control;
}

function expectOrders(
  id: string,
  manifests: string,
  expected: Partial<Judgement> & { verdict: Judgement['verdict'] },
) {
  expectFindings({ control: controlOf(id), manifests }, [
    { of: 'Deployment shop/orders', ...expected },
  ]);
}

const WEB = admitAccounts('{ kind: ServiceAccount, name: web }');
const PROTECTED = linkerdPod() + ORDERS_SERVER + WEB;

describe('AN-2 behind Linkerd', () => {
  const expectPorts = (
    manifests: string,
    expected: Record<
      string,
      Partial<Judgement> & { verdict: Judgement['verdict'] }
    >,
  ) =>
    expectFindings(
      { control: controlOf('AN-2'), manifests },
      Object.entries(expected).map(([port, finding]) => ({
        of: `Deployment shop/orders:${port}`,
        ...finding,
      })),
    );

  it('a port is as strict as its authorizations, and all others follow the default policy', () => {
    expectPorts(PROTECTED, {
      8080: {
        verdict: 'pass',
        enforcement: 'enforced',
        message:
          'Port 8080 of orders accepts only mTLS: Server shop/orders lets in callers by identity alone.',
      },
      '*': {
        verdict: 'fail',
        severity: 'medium',
        message:
          'Any pod that the network lets through can use any other port of orders without encryption and without an identity.',
        because:
          'No Server selects the port, and the default policy there is all-unauthenticated.',
      },
    });
  });

  it('and critical where anybody may come', () => {
    expectPorts(linkerdPod(), {
      8080: { verdict: 'fail', severity: 'critical' },
      '*': { verdict: 'fail', severity: 'medium' },
    });
  });

  it('ports that a Server names are ports of the pod', () => {
    expectPorts(
      linkerdPod({ ports: '' }) + ORDERS_SERVER.replace('8080', '7000'),
      { 7000: { verdict: 'pass' }, '*': { verdict: 'fail' } },
    );
  });
});

describe('AZ-1 behind Linkerd', () => {
  it('passes where nobody gets in whom no authorization names', () => {
    expectOrders('AZ-1', PROTECTED, {
      verdict: 'pass',
      message:
        'Whoever nothing names is refused at orders: Server shop/orders lets in only whom authorizations name.',
    });
    expectOrders(
      'AZ-1',
      linkerdPod({
        annotations: 'config.linkerd.io/default-inbound-policy: deny',
      }),
      {
        verdict: 'pass',
        message:
          'Whoever nothing names is refused at orders: the default policy lets nobody in.',
      },
    );
  });

  it('an identity of the mesh is no name: any workload has one', () => {
    expectOrders(
      'AZ-1',
      linkerdPod({
        annotations:
          'config.linkerd.io/default-inbound-policy: all-authenticated',
      }),
      {
        verdict: 'fail',
        message:
          'Any workload in the cluster may call port 8080 of orders: nothing there names who may.',
        because:
          'No Server selects port 8080, and the default policy there is all-authenticated.',
      },
    );
    const everybody = WEB.replace(
      'identityRefs: [{ kind: ServiceAccount, name: web }]',
      'identities: ["*.cluster.local"]',
    );
    expectOrders('AZ-1', linkerdPod() + ORDERS_SERVER + everybody, {
      verdict: 'fail',
      because:
        'AuthorizationPolicy shop/orders lets in every caller that shows an identity of the mesh.',
    });
  });

  it('a route for everybody is a condition, unless it takes every request', () => {
    const route = (path: string) =>
      linkerdPolicy(
        'HTTPRoute',
        'shop/public',
        `{ parentRefs: [{ group: policy.linkerd.io, kind: Server, name: orders }], rules: [{ matches: [{ path: { value: ${path} } }] }] }`,
      ) +
      linkerdPolicy(
        'AuthorizationPolicy',
        'shop/public',
        '{ targetRef: { group: policy.linkerd.io, kind: HTTPRoute, name: public }, requiredAuthenticationRefs: [] }',
      );
    expectOrders('AZ-1', PROTECTED + route('/public'), { verdict: 'pass' });
    expectOrders('AZ-1', PROTECTED + route('/'), { verdict: 'fail' });
  });

  it('what is left out of the capture is open to all', () => {
    expectOrders(
      'AZ-1',
      linkerdPod({ skipInbound: '4190,4191,8080' }) + ORDERS_SERVER + WEB,
      { verdict: 'fail' },
    );
  });

  it('the policies of Istio are no matter for its proxy', () => {
    for (const id of ['AZ-2', 'AZ-3', 'AZ-6', 'AZ-7', 'AZ-8']) {
      const [finding] = findingsOf({
        control: controlOf(id),
        manifests: PROTECTED,
      });
      expect([id, finding.verdict]).toEqual([id, 'not-applicable']);
    }
  });
});

describe('AN-1, AN-4, AN-5 and AN-6 behind Linkerd', () => {
  it('its pods are in the mesh, and speak mTLS to each other', () => {
    expectOrders('AN-1', PROTECTED, {
      verdict: 'pass',
      message: 'The pod of orders is in the mesh, with a Linkerd proxy.',
    });
    expectOrders('AN-4', PROTECTED, { verdict: 'pass' });
  });

  it('what runs as its proxy is not captured', () => {
    expectOrders(
      'AN-1',
      linkerdPod({ container: 'securityContext: { runAsUser: 2102 }' }),
      {
        verdict: 'fail',
        because:
          'It runs with the id 2102, which belongs to the proxy, and the proxy does not capture itself.',
      },
    );
  });

  it('ports that are skipped on the way out leave without encryption', () => {
    expectOrders('AN-5', PROTECTED, { verdict: 'pass' });
    expectOrders(
      'AN-5',
      linkerdPod({
        skipOutbound: '4567,4568,5432',
        annotations: 'config.linkerd.io/skip-outbound-ports: "4567,4568,5432"',
      }),
      {
        verdict: 'fail',
        severity: 'medium',
        message:
          'What orders sends to port 5432 goes past its proxy: no mTLS, no identity, no policy on the way out.',
      },
    );
  });

  it('init containers before linkerd-init run uncaptured', () => {
    expectOrders('AN-6', PROTECTED, {
      verdict: 'pass',
      message:
        'Nothing of orders runs before its traffic is captured; its proxy is a native sidecar.',
    });
    expectOrders('AN-6', linkerdPod({ initContainers: '{ name: migrate },' }), {
      verdict: 'fail',
      message:
        'What init container migrate of orders sends leaves without encryption and without an identity.',
    });
  });
});
