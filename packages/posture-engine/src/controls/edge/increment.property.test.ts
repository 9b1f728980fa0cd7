/** After any change anywhere, a judge that remembers says of ED-1 what one without a memory says. */
import fc from 'fast-check';
import { Judge, judge } from '../../findings';
import { parseManifests } from '../../manifests';
import { ClusterSnapshot } from '../../snapshot';
import { ambientPod, policy, sidecarPod } from '../../testing/meshManifests';
import { edge } from './edge';

const CONTROLS = [edge];

const GROUPS: Readonly<Record<string, string>> = {
  'Gateway of Istio': 'networking.istio.io/v1',
  VirtualService: 'networking.istio.io/v1',
  DestinationRule: 'networking.istio.io/v1',
  RequestAuthentication: 'security.istio.io/v1',
  Gateway: 'gateway.networking.k8s.io/v1',
  HTTPRoute: 'gateway.networking.k8s.io/v1',
  ReferenceGrant: 'gateway.networking.k8s.io/v1beta1',
  Ingress: 'networking.k8s.io/v1',
};

const object = (kind: string, name: string, spec: string, rest = '') => {
  const [namespace, own] = name.split('/');
  return `
apiVersion: ${GROUPS[kind] ?? 'v1'}
kind: ${kind.split(' ')[0]}
metadata: { name: ${own}, namespace: ${namespace} }
spec: ${spec}
${rest}
---`;
};

const SERVERS = [
  "{ port: { number: 80, name: http, protocol: HTTP }, hosts: ['*'] }",
  "{ port: { number: 80, name: http, protocol: HTTP }, hosts: ['*'], tls: { httpsRedirect: true } }",
  "{ port: { number: 443, name: https, protocol: HTTPS }, hosts: ['./*'], tls: { mode: SIMPLE } }",
  "{ port: { number: 443, name: https, protocol: HTTPS }, hosts: ['*'], tls: { mode: OPTIONAL_MUTUAL } }",
  "{ port: { number: 15443, name: tls, protocol: TLS }, hosts: ['*.local'], tls: { mode: AUTO_PASSTHROUGH } }",
];
const TO_ORDERS =
  'route: [{ destination: { host: orders.shop.svc.cluster.local, port: { number: 80 } } }]';

/** What each object of the cluster may be; the first is none. */
const CHOICES: readonly (readonly string[])[] = [
  [
    '',
    sidecarPod({ labels: 'security.istio.io/tlsMode: istio' }),
    sidecarPod(),
    ambientPod(),
  ],
  [
    '',
    ...['ingress', 'other'].map(
      account => `
apiVersion: v1
kind: Pod
metadata: { name: ingress, namespace: edge, creationTimestamp: "2026-05-01T00:00:00Z", labels: { istio: ingress } }
spec: { nodeName: node-1, serviceAccountName: ${account}, containers: [{ name: istio-proxy, args: [proxy, router] }] }
---`,
    ),
  ],
  [
    '',
    object(
      'Service',
      'edge/ingress',
      '{ selector: { istio: ingress }, ports: [{ port: 80, targetPort: 8080 }] }',
    ),
  ],
  [
    '',
    object(
      'Service',
      'shop/orders',
      '{ selector: { app: orders }, ports: [{ name: http, port: 80, targetPort: 8080 }] }',
    ),
  ],
  [
    '',
    object(
      'Service',
      'back/alias',
      '{ type: ExternalName, externalName: orders.shop.svc.cluster.local }',
    ),
  ],
  [
    '',
    ...SERVERS.map(server =>
      object(
        'Gateway of Istio',
        'edge/public',
        `{ selector: { istio: ingress }, servers: [${server}] }`,
      ),
    ),
  ],
  ...['shop', 'back'].map(namespace => [
    '',
    ...["'*'", 'shop.example'].flatMap(host =>
      ['', ', exportTo: [.]'].map(exported =>
        object(
          'VirtualService',
          `${namespace}/shop`,
          `{ hosts: [${host}], gateways: [edge/public]${exported}, http: [{ ${TO_ORDERS} }] }`,
        ),
      ),
    ),
  ]),
  [
    '',
    ...['All', 'Same', 'Selector, selector: { matchLabels: { open: y } }'].map(
      from =>
        object(
          'Gateway',
          'edge/public',
          `{ gatewayClassName: istio, listeners: [{ name: http, port: 80, protocol: HTTP, allowedRoutes: { namespaces: { from: ${from} } } }] }`,
        ),
    ),
  ],
  ...['shop', 'edge'].map(namespace => [
    '',
    object(
      'HTTPRoute',
      `${namespace}/shop`,
      '{ parentRefs: [{ name: public, namespace: edge }], rules: [{ backendRefs: [{ name: orders, namespace: shop, port: 80 }] }] }',
    ),
  ]),
  [
    '',
    object(
      'ReferenceGrant',
      'shop/edge',
      "{ from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: edge }], to: [{ group: '', kind: Service }] }",
    ),
  ],
  [
    '',
    ...['open', 'shut'].map(
      label => `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { ${label}: "y" } }
---`,
    ),
  ],
  [
    '',
    object(
      'Ingress',
      'back/shop',
      '{ rules: [{ http: { paths: [{ path: /, backend: { service: { name: alias, port: { number: 80 } } } }] } }] }',
    ),
  ],
  ...['edge', 'shop', 'istio-system'].flatMap(namespace => [
    [
      '',
      policy('AuthorizationPolicy', `${namespace}/rules`, '{}'),
      policy(
        'AuthorizationPolicy',
        `${namespace}/rules`,
        '{ rules: [{ from: [{ source: { principals: [cluster.local/ns/edge/sa/ingress] } }] }] }',
      ),
      policy(
        'AuthorizationPolicy',
        `${namespace}/rules`,
        "{ rules: [{ from: [{ source: { requestPrincipals: ['*'] } }] }] }",
      ),
    ],
    [
      '',
      object(
        'RequestAuthentication',
        `${namespace}/users`,
        '{ jwtRules: [{ issuer: https://login.example }] }',
      ),
    ],
    [
      '',
      policy(
        'PeerAuthentication',
        `${namespace}/default`,
        '{ mtls: { mode: STRICT } }',
      ),
    ],
    [
      '',
      object(
        'DestinationRule',
        `${namespace}/plain`,
        "{ host: '*.local', trafficPolicy: { tls: { mode: DISABLE } } }",
      ),
    ],
  ]),
  [
    '',
    ...['tools', 'edge'].map(
      namespace => `
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: writers, namespace: ${namespace} }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: writers }
subjects: [{ kind: ServiceAccount, name: bot, namespace: tools }]
---`,
    ),
  ],
  [
    '',
    ...['networking.istio.io', 'gateway.networking.k8s.io'].map(
      group => `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: writers }
rules: [{ apiGroups: [${group}], resources: [gateways], verbs: [patch] }]
---`,
    ),
  ],
];

/** Objects of equal text are the same objects, as in a cluster that is watched. */
const parsed = new Map(
  CHOICES.flat().map(text => {
    const { objects, problems } =
      text === ''
        ? { objects: [], problems: [] }
        : parseManifests(text, 'test.yaml');
    if (problems.length > 0) {
      throw new Error(JSON.stringify(problems));
    }
    return [text, objects.map(({ object: written }) => written)];
  }),
);

const cluster = fc.tuple(
  ...CHOICES.map(choices => fc.constantFrom(...choices)),
);
const change = fc.record({ at: fc.nat(CHOICES.length - 1), to: fc.nat() });

function snapshotOf(texts: readonly string[]): ClusterSnapshot {
  return ClusterSnapshot.create({
    cluster: 'test',
    objects: texts.flatMap(text => parsed.get(text) ?? []),
  });
}

it('judges again what a change can touch', () => {
  const verdicts = new Set<string>();
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
          const findings = judge(snapshot, { controls: CONTROLS });
          expect(remembering.judge(snapshot)).toEqual(findings);
          for (const { verdict, severity } of findings) {
            verdicts.add(verdict === 'fail' ? severity : verdict);
          }
        }
      },
    ),
    { numRuns: 200 },
  );
  expect([...verdicts]).toEqual(
    expect.arrayContaining(['low', 'medium', 'not-applicable', 'unknown']),
  );
});
