/** NW-7, as its tests read. */
import {
  ExpectFindingsOptions,
  ExpectedFinding,
  findingsOf,
} from '../../testing/expectFindings';
import { Judge } from '../../findings';
import { parseManifests } from '../../manifests';
import { ClusterSnapshot } from '../../snapshot';
import { layersAgree } from './layersAgree';

type Plane = 'sidecar' | 'ambient' | 'none';

function pod(
  name: string,
  plane: Plane = 'sidecar',
  { namespace = 'shop', spec = '', annotations = '' } = {},
): string {
  return `
apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  namespace: ${namespace}
  creationTimestamp: "2026-05-01T00:00:00Z"
  labels: { app: ${name} }
  annotations: { ${
    plane === 'ambient' ? 'ambient.istio.io/redirection: enabled,' : ''
  } ${annotations} }
spec:
  nodeName: node-1
  serviceAccountName: ${name}
  ${spec}
  containers:
    - { name: app, ports: [{ containerPort: 8080 }] }
    ${
      plane === 'sidecar'
        ? '- { name: istio-proxy, image: proxyv2, args: [proxy, sidecar] }'
        : ''
    }
---`;
}

function object(apiVersion: string, kind: string, name: string, spec: string) {
  return `
apiVersion: ${apiVersion}
kind: ${kind}
metadata: { name: ${name}, namespace: shop }
spec: ${spec}
---`;
}

const allow = (rules: string, name = 'orders') =>
  object(
    'security.istio.io/v1',
    'AuthorizationPolicy',
    name,
    `{ selector: { matchLabels: { app: orders } }, rules: [${rules}] }`,
  );
const network = (name: string, spec: string) =>
  object('networking.k8s.io/v1', 'NetworkPolicy', name, spec);

const FROM_WEB =
  '{ from: [{ source: { principals: [cluster.local/ns/shop/sa/web] } }] }';
const CLOSED = network('closed', '{ podSelector: {}, policyTypes: [Ingress] }');
const opened = (port: number, from = 'web') =>
  network(
    'opened',
    `{ podSelector: { matchLabels: { app: orders } }, policyTypes: [Ingress], ingress: [{ from: [{ podSelector: { matchLabels: { app: ${from} } } }], ports: [{ protocol: TCP, port: ${port} }] }] }`,
  );

function expectFinding(
  manifests: string,
  expected: Omit<ExpectedFinding, 'of'>,
  options: Partial<ExpectFindingsOptions> = {},
) {
  const findings = findingsOf({
    control: layersAgree,
    manifests,
    ...options,
  });
  expect(findings.filter(({ subject }) => subject.name === 'orders')).toEqual([
    expect.objectContaining(expected),
  ]);
}

describe('NW-7 applies', () => {
  it('to workloads in the mesh with an ALLOW policy that is enforced', () => {
    expectFinding(pod('orders'), { verdict: 'not-applicable' });
    expectFinding(pod('orders', 'none') + allow(FROM_WEB), {
      verdict: 'not-applicable',
    });
    expectFinding(
      pod('orders') +
        object(
          'security.istio.io/v1',
          'AuthorizationPolicy',
          'deny',
          `{ action: DENY, rules: [${FROM_WEB}] }`,
        ),
      { verdict: 'not-applicable' },
    );
  });
});

describe('NW-7 of callers whom the mesh admits', () => {
  const both = pod('orders') + pod('web') + allow(FROM_WEB);

  it('passes where the network lets them through, and names them', () => {
    for (const policies of ['', CLOSED + opened(8080)]) {
      expectFinding(both + policies, {
        verdict: 'pass',
        message: expect.stringContaining(
          'The network lets Pod shop/web through to orders, as the mesh does, and on every port that it opens the mesh asks who calls',
        ),
        evidence: [expect.objectContaining({ field: 'spec.rules' })],
      });
    }
  });

  it('fails where the network drops them, with the objects of both layers', () => {
    expectFinding(both + CLOSED, {
      verdict: 'fail',
      severity: 'low',
      message:
        'Pod shop/web cannot reach orders: AuthorizationPolicy shop/orders admits it, and the network drops what it sends.',
      evidence: [
        expect.objectContaining({
          field: 'spec.rules[0].from[0].source.principals',
        }),
        expect.objectContaining({
          object: expect.objectContaining({ kind: 'NetworkPolicy' }),
        }),
      ],
      witness: {
        from: 'Pod shop/web',
        to: 'Pod shop/orders',
        port: 8080,
        protocol: 'TCP',
        transport: 'mtls',
        action: 'calls it, and nothing answers',
      },
    });
  });

  it('asks at the ports of the rule alone, or at all that the workload has', () => {
    const toPort = (port: number) =>
      pod('orders') +
      pod('web') +
      CLOSED +
      opened(8080) +
      allow(
        FROM_WEB.replace(
          /\}$/,
          `, to: [{ operation: { ports: ["${port}"] } }] }`,
        ),
      );
    expectFinding(toPort(8080), { verdict: 'pass' });
    expectFinding(toPort(9090), { verdict: 'fail' });
  });

  it('leaves it to the caller where only its own policies keep it in', () => {
    expectFinding(
      both +
        network(
          'web',
          '{ podSelector: { matchLabels: { app: web } }, policyTypes: [Egress] }',
        ),
      { verdict: 'pass' },
    );
  });

  it('in ambient asks at the port of the tunnel, which takes the place of all others', () => {
    const ambient =
      pod('orders', 'ambient') +
      pod('web', 'ambient') +
      allow(FROM_WEB) +
      CLOSED;
    expectFinding(ambient + opened(15008), { verdict: 'pass' });
    expectFinding(ambient + opened(8080), {
      verdict: 'fail',
      witness: expect.objectContaining({ port: 15008 }),
    });
  });

  it('does not ask for callers without an identity, of patterns, or of rules that the proxy drops', () => {
    for (const manifests of [
      pod('orders') + pod('web', 'none') + allow(FROM_WEB),
      pod('orders') + allow(FROM_WEB),
      pod('orders') +
        pod('web') +
        allow('{ from: [{ source: { principals: ["*/sa/web"] } }] }'),
      pod('orders', 'ambient') +
        pod('web', 'ambient') +
        allow(
          FROM_WEB.replace(
            /\}$/,
            ', to: [{ operation: { methods: [GET] } }] }',
          ),
        ),
    ]) {
      expectFinding(manifests + CLOSED, { verdict: 'pass' });
    }
  });

  it('of a namespace takes it for enough that somebody gets through', () => {
    const all = allow('{ from: [{ source: { namespaces: [shop] } }] }');
    const pods = pod('orders') + pod('web') + pod('cart');
    expectFinding(pods + all + CLOSED + opened(8080), { verdict: 'pass' });
    expectFinding(pods + all + CLOSED, { verdict: 'fail' });
  });
});

describe('NW-7 of ports that the network opens', () => {
  const open = allow('{ to: [{ operation: { ports: ["8080"] } }] }');

  it('is high where neither layer keeps anybody out', () => {
    expectFinding(pod('orders') + open, {
      verdict: 'fail',
      severity: 'high',
      message:
        'Neither network nor mesh keeps anybody from port 8080 of orders: any pod of the cluster may use it.',
      because:
        'AuthorizationPolicy shop/orders lets in whoever calls port 8080, and asks neither who it is nor what it wants.',
      witness: expect.objectContaining({ port: 8080 }),
    });
  });

  it('is medium where the network names callers, since it is the only guard', () => {
    expectFinding(pod('orders') + pod('web') + open + CLOSED + opened(8080), {
      verdict: 'fail',
      severity: 'medium',
      message:
        'Only the network guards port 8080 of orders: Pod shop/web may use it, and nobody asks who that is.',
    });
  });

  it('is no fault where the network lets nobody in', () => {
    expectFinding(pod('orders') + open + CLOSED, { verdict: 'pass' });
  });

  it('is none where the mesh asks for an identity, or for something in the request', () => {
    expectFinding(
      pod('orders') +
        allow('{ to: [{ operation: { methods: [GET] } }] }') +
        object(
          'v1',
          'Service',
          'orders',
          '{ selector: { app: orders }, ports: [{ name: http, port: 80, targetPort: 8080 }] }',
        ),
      { verdict: 'pass' },
    );
  });

  it('are also those that go past the proxy', () => {
    expectFinding(
      pod('orders', 'sidecar', {
        annotations: 'traffic.sidecar.istio.io/excludeInboundPorts: "8080"',
      }) + allow(FROM_WEB),
      {
        verdict: 'fail',
        severity: 'high',
        because: expect.stringMatching(
          /^What comes to port 8080 goes past the proxy/,
        ),
      },
    );
  });
});

describe('NW-7 and what could not be seen', () => {
  it('is unknown without the policies of either layer', () => {
    for (const kind of ['NetworkPolicy', 'AuthorizationPolicy'] as const) {
      expectFinding(
        pod('orders') + allow(FROM_WEB),
        { verdict: 'unknown' },
        { coverage: { [kind]: { state: 'forbidden', verb: 'list' } } },
      );
    }
  });

  it('is judged again when a caller elsewhere changes, and what the network makes of it', () => {
    const judged = Judge.create({ controls: [layersAgree] });
    let before: ClusterSnapshot | undefined;
    const snapshotOf = (caller: string) => {
      const created = ClusterSnapshot.create({
        cluster: 'test',
        objects: parseManifests(
          pod('orders') +
            caller +
            allow(
              '{ from: [{ source: { principals: [cluster.local/ns/edge/sa/gate] } }] }',
            ) +
            network(
              'gate',
              '{ podSelector: {}, policyTypes: [Ingress], ingress: [{ from: [{ namespaceSelector: {}, podSelector: { matchLabels: { app: gate } } }] }] }',
            ),
          'test.yaml',
        ).objects.map(({ object: parsed }) => parsed),
      });
      before = before ? created.sharing(before) : created;
      return before;
    };
    const gate = pod('gate', 'sidecar', { namespace: 'edge' });
    const verdictOf = (caller: string) =>
      judged
        .judge(snapshotOf(caller))
        .find(({ subject }) => subject.name === 'orders')?.verdict;
    expect(verdictOf(gate)).toBe('pass');
    expect(verdictOf(gate.replace('{ app: gate }', '{ app: door }'))).toBe(
      'fail',
    );
    expect(verdictOf(gate)).toBe('pass');
  });
});
