/** AN-4, as its tests read. What a client sends is held to istiod's answers in `mesh/client`. */
import {
  ExpectFindingsOptions,
  ExpectedFinding,
  expectFindings,
  findingsOf,
} from '../../testing/expectFindings';
import {
  ambientPod,
  barePod,
  policy,
  sidecarPod,
} from '../../testing/meshManifests';
import { clientTransports } from './clientTransports';

const MARKED = { labels: 'security.istio.io/tlsMode: istio' };
const ORDERS = sidecarPod(MARKED);

const service = (spec = '') => `
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop }
spec: { selector: { app: orders }, ports: [{ name: http, port: 80, targetPort: 8080 }], ${spec} }
---`;

const mode = (name: string, value: string, selector = '') =>
  policy(
    'PeerAuthentication',
    name,
    `{ ${selector} mtls: { mode: ${value} } }`,
  );
const STRICT = mode('istio-system/default', 'STRICT');

const rule = (name: string, spec: string) => {
  const [namespace, own] = name.split('/');
  return `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: ${own}, namespace: ${namespace}, creationTimestamp: "2026-05-01T00:00:00Z" }
spec: { ${spec} }
---`;
};
const HOST = 'host: orders.shop.svc.cluster.local';
const tls = (value: string) => `trafficPolicy: { tls: { mode: ${value} } }`;

/** A pod with a sidecar in another namespace, a workload by itself. */
const client = (namespace: string, labels = '') => `
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: ${namespace}, creationTimestamp: "2026-05-01T00:00:00Z", labels: { app: web, ${labels} } }
spec: { nodeName: node-1, containers: [{ name: app }, { name: istio-proxy, args: [proxy, sidecar] }] }
---`;

function expectOrders(
  manifests: string,
  expected: Omit<ExpectedFinding, 'of'>,
  options: Partial<ExpectFindingsOptions> = {},
) {
  expectFindings({ control: clientTransports, manifests, ...options }, [
    { of: 'Deployment shop/orders', ...expected },
  ]);
}

describe('AN-4 of the workload that is called', () => {
  it('passes where nothing keeps proxies from choosing mTLS', () => {
    expectOrders(STRICT + service() + ORDERS, {
      verdict: 'pass',
      enforcement: 'enforced',
      message:
        'Callers in the mesh speak mTLS to orders, and it to them: no rule makes either side speak plaintext.',
    });
  });

  it('a rule that switches TLS off is plaintext where the port takes that, and the rule is named', () => {
    expectOrders(
      service() + ORDERS + rule('shop/orders', `${HOST}, ${tls('DISABLE')}`),
      {
        verdict: 'fail',
        severity: 'high',
        message:
          'Calls by every caller with a sidecar to port 80 of Service orders come in plaintext, although both sides have a proxy: they can be read on the way, and orders cannot tell who calls.',
        because: 'DestinationRule shop/orders switches TLS off.',
        witness: {
          from: 'every caller with a sidecar',
          to: 'Deployment shop/orders',
          port: 80,
          protocol: 'TCP',
          transport: 'plaintext',
          action: 'calls without encryption and without an identity',
        },
        evidence: [
          {
            object: {
              apiVersion: 'networking.istio.io/v1',
              kind: 'DestinationRule',
              namespace: 'shop',
              name: 'orders',
            },
            field: 'spec.trafficPolicy.tls.mode',
            value: 'DISABLE',
          },
        ],
      },
    );
  });

  it('and an outage where the port takes mTLS alone, which is less grave', () => {
    expectOrders(
      STRICT +
        service() +
        ORDERS +
        rule('shop/orders', `${HOST}, ${tls('DISABLE')}`),
      {
        verdict: 'fail',
        severity: 'medium',
        message:
          'Calls by every caller with a sidecar to port 80 of Service orders are refused: they come in plaintext, and orders takes mTLS alone.',
      },
    );
  });

  it('a TLS without the identity of the mesh', () => {
    expectOrders(
      service() + ORDERS + rule('shop/orders', `${HOST}, ${tls('SIMPLE')}`),
      {
        verdict: 'fail',
        severity: 'medium',
        message:
          'Calls by every caller with a sidecar to port 80 of Service orders come in a TLS of their own: no identity of the mesh reaches orders.',
      },
    );
  });

  it('DISABLE for the namespace makes callers speak plaintext even to a workload that is STRICT', () => {
    expectOrders(
      mode('shop/default', 'DISABLE') +
        mode(
          'shop/orders',
          'STRICT',
          'selector: { matchLabels: { app: orders } },',
        ) +
        service() +
        ORDERS,
      {
        verdict: 'fail',
        severity: 'medium',
        message: expect.stringContaining('are refused'),
        because: 'mTLS is switched off for namespace shop.',
        fix: {
          summary: expect.stringContaining(
            'Set spec.mtls.mode of PeerAuthentication shop/default to PERMISSIVE or STRICT',
          ),
        },
      },
    );
  });

  it('enableAutoMtls: false leaves the callers with plaintext', () => {
    expectOrders(
      service() + ORDERS,
      { verdict: 'fail', severity: 'high' },
      { meshConfig: { enableAutoMtls: false } },
    );
    expectOrders(
      service() +
        ORDERS +
        rule('shop/orders', `${HOST}, ${tls('ISTIO_MUTUAL')}`),
      { verdict: 'pass' },
      { meshConfig: { enableAutoMtls: false } },
    );
  });

  it('a pod that says it takes no mTLS is called in plaintext', () => {
    expectOrders(
      service() + sidecarPod({ labels: 'security.istio.io/tlsMode: disabled' }),
      { verdict: 'fail', severity: 'high' },
    );
  });

  it('a rule that is not exported concerns its own namespace alone; one with a selector the clients that it names', () => {
    expectOrders(
      service() +
        ORDERS +
        rule('shop/orders', `${HOST}, exportTo: ['.'], ${tls('DISABLE')}`),
      {
        verdict: 'fail',
        message: expect.stringContaining(
          'Calls by callers in namespace shop to port 80',
        ),
      },
    );
    expectOrders(
      service() +
        ORDERS +
        rule(
          'shop/orders',
          `${HOST}, workloadSelector: { matchLabels: { app: cart } }, ${tls(
            'DISABLE',
          )}`,
        ),
      {
        verdict: 'fail',
        message: expect.stringContaining(
          'Calls by callers in namespace shop with the labels app=cart to port 80',
        ),
      },
    );
  });

  it("a less specific rule of the root namespace counts where the service's namespace has none", () => {
    const everything = rule(
      'istio-system/everything',
      `host: '*.local', ${tls('DISABLE')}`,
    );
    expectOrders(service() + ORDERS + everything, { verdict: 'fail' });
    expectOrders(
      service() +
        ORDERS +
        everything +
        rule('shop/orders', `${HOST}, ${tls('ISTIO_MUTUAL')}`),
      { verdict: 'pass' },
    );
  });

  it('mTLS to a port that the proxy does not capture breaks', () => {
    expectOrders(
      service() +
        sidecarPod({
          ...MARKED,
          annotations: 'traffic.sidecar.istio.io/excludeInboundPorts: "8080"',
        }),
      {
        verdict: 'fail',
        severity: 'medium',
        message:
          'Calls by every caller with a sidecar to port 80 of Service orders break: they come as mTLS, and nothing before the application of orders reads that.',
      },
    );
  });

  it('a Service that is hidden from a client is none that it calls', () => {
    const hidden = service('').replace(
      'namespace: shop }',
      'namespace: shop, annotations: { networking.istio.io/exportTo: "." } }',
    );
    expectOrders(STRICT + hidden + ORDERS, { verdict: 'pass' });
    expectOrders(
      STRICT +
        hidden +
        ORDERS +
        rule('istio-system/all', `host: '*.local', ${tls('DISABLE')}`),
      {
        verdict: 'fail',
        message: expect.stringContaining(
          'Calls by callers in namespace shop to port 80',
        ),
      },
    );
    const scope = `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default, namespace: istio-system }
spec: { egress: [{ hosts: ["~/*"] }] }
---`;
    expectOrders(STRICT + service() + ORDERS + scope, { verdict: 'pass' });
  });

  it('a port that takes no mTLS is the matter of AN-2', () => {
    expectOrders(mode('shop/default', 'DISABLE') + service() + ORDERS, {
      verdict: 'not-applicable',
      message:
        'Callers cannot speak mTLS to orders, since no port of it that a Service leads to takes any (AN-2).',
    });
  });

  it('pods of ambient are called by HBONE, whatever rules say', () => {
    expectOrders(
      service() +
        ambientPod() +
        rule('shop/orders', `${HOST}, ${tls('DISABLE')}`),
      { verdict: 'pass', message: expect.stringContaining('ztunnel') },
    );
  });

  it('callers in ambient speak plaintext to a sidecar that is not marked for HBONE', () => {
    const ambient = `
apiVersion: v1
kind: Namespace
metadata: { name: logistics, labels: { istio.io/dataplane-mode: ambient } }
---`;
    expectOrders(STRICT + service() + ORDERS + ambient, {
      verdict: 'fail',
      severity: 'medium',
      message: expect.stringContaining(
        'Calls by callers in ambient mode to port 80 of Service orders are refused',
      ),
    });
    const tunnel = sidecarPod({
      labels: `${MARKED.labels}, networking.istio.io/tunnel: http`,
    });
    expectOrders(STRICT + service() + tunnel + ambient, { verdict: 'pass' });
  });
});

describe('AN-4 of a workload outside of the mesh', () => {
  const called = barePod() + service();

  it('does not apply where callers are free to leave mTLS out', () => {
    expectOrders(called, { verdict: 'not-applicable' });
    expectOrders(called + rule('shop/rule', `${HOST}, ${tls('DISABLE')}`), {
      verdict: 'not-applicable',
    });
  });

  it('fails where a rule has them send mTLS all the same, which nothing reads', () => {
    expectOrders(
      called +
        rule('istio-system/rule', `host: "*.local", ${tls('ISTIO_MUTUAL')}`),
      {
        verdict: 'fail',
        severity: 'medium',
        message:
          'Calls by callers in namespace shop and callers in other namespaces to port 80 of Service orders break: they come as mTLS, and nothing before the application of orders reads that.',
        evidence: [
          expect.objectContaining({
            object: expect.objectContaining({ kind: 'DestinationRule' }),
            field: 'spec.trafficPolicy.tls.mode',
          }),
        ],
        witness: expect.objectContaining({ port: 80, action: 'calls in vain' }),
      },
    );
  });
});

describe('AN-4 of the workload that calls', () => {
  const verdicts = (manifests: string) =>
    findingsOf({ control: clientTransports, manifests }).map(
      ({ subject, verdict, message }) => ({
        of: `${subject.namespace}/${subject.name}`,
        verdict,
        message,
      }),
    );

  it('a rule in its own namespace for a Service of another is its finding, and not that of the Service', () => {
    expect(
      verdicts(
        STRICT +
          service() +
          ORDERS +
          client('front') +
          rule('front/orders', `${HOST}, ${tls('DISABLE')}`),
      ),
    ).toEqual([
      {
        of: 'front/web',
        verdict: 'fail',
        message:
          'web is refused at Service shop/orders: it sends plaintext where mTLS alone is taken.',
      },
      { of: 'shop/orders', verdict: 'pass', message: expect.any(String) },
    ]);
  });

  it('a pattern means the first Service that it takes mTLS from, and perhaps others', () => {
    expect(
      verdicts(
        service() +
          ORDERS +
          client('front') +
          rule('front/all', `host: '*.local', ${tls('DISABLE')}`),
      )[0],
    ).toEqual({
      of: 'front/web',
      verdict: 'fail',
      message:
        'web speaks plaintext to Service shop/orders, and perhaps others, although both sides have a proxy: what it says can be read on the way, and comes from nobody.',
    });
  });

  it('a selector leaves out the clients that it does not name, and a private rule of another namespace all of them', () => {
    expect(
      verdicts(
        STRICT +
          service() +
          ORDERS +
          client('front') +
          rule(
            'front/orders',
            `${HOST}, workloadSelector: { matchLabels: { app: cart } }, ${tls(
              'DISABLE',
            )}`,
          ) +
          rule('back/orders', `${HOST}, exportTo: ['.'], ${tls('DISABLE')}`),
      ).map(({ verdict }) => verdict),
    ).toEqual(['pass', 'pass']);
  });

  it('a rule for a Service whose pods have no proxy takes nothing away', () => {
    expect(
      verdicts(
        service() +
          barePod() +
          client('front') +
          rule('front/orders', `${HOST}, ${tls('DISABLE')}`),
      ).map(({ verdict }) => verdict),
    ).toEqual(['pass', 'not-applicable']);
  });
});

describe('AN-4 looks at what the workload sends to hosts outside', () => {
  const partner = (protocol: string, more = '') => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: partner, namespace: shop }
spec: { hosts: [api.partner.example], resolution: DNS, ports: [{ number: 80, name: p, protocol: ${protocol} }], ${more} }
---`;
  const origination = (settings: string, namespace = 'shop', more = '') =>
    rule(
      `${namespace}/partner`,
      `host: "*.partner.example", trafficPolicy: { tls: { ${settings} } } ${more}`,
    );
  const CREDENTIAL = 'mode: SIMPLE, credentialName: partner-ca';
  const mesh = STRICT + service() + ORDERS;

  it('TLS that is lost, since sidecars get a credential only by a rule that selects them', () => {
    expectOrders(mesh + partner('HTTP') + origination(CREDENTIAL), {
      verdict: 'fail',
      severity: 'high',
      message:
        'What orders sends to api.partner.example, port 80, leaves without TLS, although DestinationRule shop/partner asks for it: it can be read and changed on the way.',
      evidence: [
        {
          object: expect.objectContaining({ kind: 'DestinationRule' }),
          field: 'spec.trafficPolicy.tls.credentialName',
          value: 'partner-ca',
        },
      ],
    });
    for (const kept of [
      origination('mode: SIMPLE'),
      origination('mode: SIMPLE, credentialName: "configmap://partner-ca"'),
      origination(
        CREDENTIAL,
        'shop',
        ', workloadSelector: { matchLabels: { app: orders } }',
      ),
    ]) {
      expectOrders(mesh + partner('HTTP') + kept, { verdict: 'pass' });
    }
  });

  it('TLS on top of TLS, which breaks, and TLS that takes any certificate', () => {
    expectOrders(mesh + partner('TLS') + origination('mode: SIMPLE'), {
      verdict: 'fail',
      severity: 'medium',
      message: expect.stringContaining('is wrapped in TLS twice'),
    });
    expectOrders(
      mesh +
        partner('HTTP') +
        origination('mode: SIMPLE, insecureSkipVerify: true'),
      {
        verdict: 'fail',
        severity: 'medium',
        message: expect.stringContaining("takes anybody's certificate"),
      },
    );
  });

  it('by rules of its namespace, and by those of the root namespace that nothing shadows', () => {
    const lost = (...parts: string[]) =>
      findingsOf({
        control: clientTransports,
        manifests: mesh + parts.join(''),
      })[0].verdict;
    const elsewhere = partner('HTTP').replace(
      'namespace: shop',
      'namespace: partners',
    );
    const root = origination(CREDENTIAL, 'istio-system');
    expect(lost(elsewhere, root)).toBe('fail');
    expect(lost(elsewhere, root, origination('mode: SIMPLE'))).toBe('pass');
    expect(lost(elsewhere, root, origination('mode: SIMPLE', 'partners'))).toBe(
      'pass',
    );
    expect(
      lost(elsewhere.replace('hosts:', 'exportTo: ["."], hosts:'), root),
    ).toBe('pass');
    expect(lost(elsewhere, origination(CREDENTIAL, 'partners'))).toBe('pass');
  });
});

describe('AN-4 is unknown', () => {
  it.each(['Service', 'DestinationRule', 'PeerAuthentication'] as const)(
    'where objects of kind %s may not be listed',
    kind => {
      expectOrders(
        service() + ORDERS,
        { verdict: 'unknown' },
        { coverage: { [kind]: { state: 'forbidden', verb: 'list' } } },
      );
    },
  );

  it('where rules without an age compete', () => {
    const undated = (name: string, value: string) =>
      rule(name, `${HOST}, ${tls(value)}`).replace(
        ', creationTimestamp: "2026-05-01T00:00:00Z"',
        '',
      );
    expectOrders(
      service() +
        ORDERS +
        undated('shop/one', 'DISABLE') +
        undated('shop/two', 'ISTIO_MUTUAL'),
      { verdict: 'unknown' },
    );
  });
});
