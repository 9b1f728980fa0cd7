/** After any change anywhere, a judge that remembers says of AN-4 to AN-8 what one without a memory says. */
import fc from 'fast-check';
import { Judge, judge } from '../../findings';
import { parseManifests } from '../../manifests';
import { ClusterSnapshot } from '../../snapshot';
import {
  ambientPod,
  barePod,
  policy,
  sidecarPod,
} from '../../testing/meshManifests';
import { clientTransports } from './clientTransports';
import { outboundCapture } from './outboundCapture';
import { startUp } from './startUp';
import { userTokens } from './userTokens';

const CONTROLS = [clientTransports, outboundCapture, startUp, userTokens];
const MARKED = 'security.istio.io/tlsMode: istio';

const rule = (namespace: string, name: string, spec: string) => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: ${name}, namespace: ${namespace}, creationTimestamp: "2026-05-01T00:00:00Z" }
spec: { ${spec} }
---`;
const mode = (name: string, value: string) =>
  policy('PeerAuthentication', name, `{ mtls: { mode: ${value} } }`);

/** What each object of the cluster may be; the first is none. */
const CHOICES: readonly (readonly string[])[] = [
  ...['istio-system', 'shop', 'front'].map(namespace => [
    '',
    `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default, namespace: ${namespace} }
spec: { egress: [{ hosts: ["./*"] }] }
---`,
  ]),
  [
    '',
    sidecarPod(),
    sidecarPod({ labels: MARKED }),
    sidecarPod({ labels: `${MARKED}, networking.istio.io/tunnel: http` }),
    ambientPod(),
    barePod(),
    sidecarPod({
      labels: MARKED,
      annotations:
        'traffic.sidecar.istio.io/excludeInboundPorts: "8080", traffic.sidecar.istio.io/excludeOutboundPorts: "1"',
    }),
  ],
  [
    '',
    ...['', ', { name: istio-proxy, args: [proxy, sidecar] }'].map(
      proxy => `
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: front, creationTimestamp: "2026-05-01T00:00:00Z", labels: { app: web } }
spec: { nodeName: node-1, containers: [{ name: app }${proxy}] }
---`,
    ),
  ],
  [
    '',
    ...['http', 'tcp'].map(
      name => `
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop }
spec: { selector: { app: orders }, ports: [{ name: ${name}, port: 80, targetPort: 8080 }] }
---`,
    ),
  ],
  [
    '',
    `
apiVersion: apps/v1
kind: Deployment
metadata: { name: planned, namespace: back }
spec: { template: { spec: { initContainers: [{ name: migrate }], containers: [{ name: app }] } } }
---`,
  ],
  [
    '',
    ...['istio-injection: enabled', 'istio.io/dataplane-mode: ambient'].map(
      labels => `
apiVersion: v1
kind: Namespace
metadata: { name: back, labels: { ${labels} } }
---`,
    ),
  ],
  [
    '',
    ...['v1.32.0', 'v1.34.0'].map(
      version => `
apiVersion: v1
kind: Node
metadata: { name: one }
status: { nodeInfo: { kubeletVersion: ${version} } }
---`,
    ),
  ],
  [
    '',
    mode('istio-system/default', 'STRICT'),
    mode('istio-system/default', 'DISABLE'),
  ],
  ['', mode('shop/default', 'STRICT'), mode('shop/default', 'DISABLE')],
  ...['front', 'shop', 'istio-system'].map(namespace => [
    '',
    ...['DISABLE', 'ISTIO_MUTUAL', 'SIMPLE'].flatMap(tls => [
      rule(
        namespace,
        'orders',
        `host: orders.shop.svc.cluster.local, trafficPolicy: { tls: { mode: ${tls} } }`,
      ),
      rule(
        namespace,
        'all',
        `host: "*.local", exportTo: ["."], trafficPolicy: { tls: { mode: ${tls} } }`,
      ),
    ]),
  ]),
  [
    '',
    ...['HTTP', 'TLS'].map(
      protocol => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: partner, namespace: back }
spec: { hosts: [partner.example], ports: [{ number: 80, name: p, protocol: ${protocol} }] }
---`,
    ),
  ],
  ...['shop', 'back', 'istio-system'].map(namespace => [
    '',
    ...['mode: SIMPLE', 'mode: SIMPLE, credentialName: ca'].map(tls =>
      rule(
        namespace,
        'partner',
        `host: partner.example, trafficPolicy: { tls: { ${tls} } }`,
      ),
    ),
  ]),
  ...['shop', 'istio-system'].map(namespace => [
    '',
    `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: users, namespace: ${namespace} }
spec: { jwtRules: [{ issuer: https://login.example }] }
---`,
  ]),
  [
    '',
    policy(
      'AuthorizationPolicy',
      'shop/tokens',
      '{ rules: [{ from: [{ source: { requestPrincipals: ["*"] } }] }] }',
    ),
  ],
];

/** Objects of equal text are the same objects, as in a cluster that is watched. */
const parsed = new Map(
  CHOICES.flat().map(text => [
    text,
    text === ''
      ? []
      : parseManifests(text, 'test.yaml').objects.map(({ object }) => object),
  ]),
);

const cluster = fc.tuple(
  ...CHOICES.map(choices => fc.constantFrom(...choices)),
);
const change = fc.record({
  at: fc.nat(CHOICES.length - 1),
  to: fc.nat(),
});

function snapshotOf(texts: readonly string[]): ClusterSnapshot {
  return ClusterSnapshot.create({
    cluster: 'test',
    objects: texts.flatMap(text => parsed.get(text) ?? []),
  });
}

it('judges again what a change can touch', () => {
  fc.assert(
    fc.property(
      cluster,
      fc.array(change, { minLength: 1, maxLength: 12 }),
      (first, changes) => {
        const texts: string[] = [...first];
        const remembering = Judge.create({ controls: CONTROLS });
        remembering.judge(snapshotOf(texts));
        for (const { at, to } of changes) {
          texts[at] = CHOICES[at][to % CHOICES[at].length];
          const snapshot = snapshotOf(texts);
          expect(remembering.judge(snapshot)).toEqual(
            judge(snapshot, { controls: CONTROLS }),
          );
        }
      },
    ),
    { numRuns: 150 },
  );
});
