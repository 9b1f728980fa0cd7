/** Random policies of every form that Cilium takes, and of some that it refuses. */
import fc from 'fast-check';

export const NAMESPACES = ['a', 'b', 'c'];
export const CILIUM_PORTS = [1, 80, 81, 443, 8080, 8085];
const VALUES = ['x', 'y'];
const CIDRS = [
  '0.0.0.0/0',
  '10.0.0.0/8',
  '172.18.0.0/16',
  '203.0.113.0/24',
  '203.0.113.9/32',
  '::/0',
];

export const from = (...values: string[]) => fc.constantFrom(...values);
export const optional = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.option(arbitrary, { nil: undefined });
export const some = <T>(item: fc.Arbitrary<T>, minLength = 0) =>
  fc.array(item, { minLength, maxLength: 2 });

export const labels = fc
  .tuple(optional(from(...VALUES)), optional(from(...VALUES)), fc.boolean())
  .map(([app, tier, hash]) => ({
    ...(app ? { app } : {}),
    ...(tier ? { tier } : {}),
    ...(hash ? { 'pod-template-hash': 'x' } : {}),
  }));

const OWN_KEYS = ['app', 'k8s:app', 'any:tier', 'k8s.app', 'pod-template-hash'];
const NAMESPACE_KEYS = [
  'io.kubernetes.pod.namespace',
  'k8s:io.kubernetes.pod.namespace',
];
const OTHER_KEYS = [
  'io.cilium.k8s.namespace.labels.team',
  'k8s:io.cilium.k8s.namespace.labels.team',
  'io.cilium.k8s.policy.serviceaccount',
  'io.cilium.k8s.policy.cluster',
];
const RESERVED_KEYS = [
  'reserved:host',
  'reserved:remote-node',
  'reserved:world',
  'reserved:world-ipv4',
  'reserved:kube-apiserver',
];

const keyAndValue = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(from(...OWN_KEYS), from(...VALUES)) },
  fc.tuple(from(...NAMESPACE_KEYS), from(...NAMESPACES)),
  fc.tuple(from(...OTHER_KEYS), from('x', 'runner', 'default')),
  {
    weight: 2,
    arbitrary: fc.tuple(from(...RESERVED_KEYS), from('')),
  },
);

const selector = fc.record(
  {
    matchLabels: fc
      .array(keyAndValue, { maxLength: 2 })
      .map(pairs => Object.fromEntries(pairs)),
    matchExpressions: some(
      fc.oneof(
        fc
          .tuple(keyAndValue, from('In', 'NotIn'))
          .map(([[key, value], operator]) => ({
            key,
            operator,
            values: [value],
          })),
        fc
          .tuple(keyAndValue, from('Exists', 'DoesNotExist'))
          .map(([[key], operator]) => ({ key, operator })),
      ),
    ),
  },
  { requiredKeys: [] },
);

/** What makes a selector say only what somebody is not, and lifts the namespace. */
const negative = fc
  .tuple(from(...RESERVED_KEYS), keyAndValue)
  .map(([reserved, [key, value]]) => ({
    matchExpressions: [
      { key: reserved, operator: 'DoesNotExist' },
      { key, operator: 'NotIn', values: [value] },
    ],
  }));

const subject = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  fc.record({ matchLabels: labels }),
  from(...NAMESPACES).map(name => ({
    matchLabels: { 'k8s:io.kubernetes.pod.namespace': name },
  })),
  selector,
);

const port = fc.oneof(
  fc.record(
    {
      port: fc.constantFrom(...CILIUM_PORTS, 0).map(String),
      protocol: from('TCP', 'UDP', 'ANY'),
      endPort: fc.constantFrom(...CILIUM_PORTS),
    },
    { requiredKeys: ['port'] },
  ),
  fc.record(
    {
      port: from('http', 'HTTP', 'admin'),
      protocol: from('TCP', 'ANY'),
      endPort: fc.constant(8085),
    },
    { requiredKeys: ['port'] },
  ),
);

const httpRule = fc.record(
  { method: from('GET', 'PUT'), path: from('/', '/a') },
  { requiredKeys: [] },
);

const plainPorts = fc.record({ ports: some(port) });
/** Now and then with a protocol or port that HTTP rules do not take. */
const httpPorts = fc.record({
  ports: some(
    fc.record({
      port: fc.oneof(
        { weight: 9, arbitrary: from('80', '81', 'http') },
        from('0'),
      ),
      protocol: fc.oneof({ weight: 9, arbitrary: from('TCP') }, from('ANY')),
    }),
    1,
  ),
  rules: fc.record({ http: some(httpRule) }),
});

const entities = some(
  from(
    'all',
    'world',
    'cluster',
    'host',
    'remote-node',
    'kube-apiserver',
    'none',
  ),
);
const cidrSet = some(
  fc.oneof(
    fc.record({ cidr: from(...CIDRS) }),
    fc.constant({ cidr: '203.0.113.0/24', except: ['203.0.113.9/32'] }),
  ),
);

function rule(way: 'from' | 'to', deny: boolean) {
  const peers: fc.Arbitrary<object> = fc.oneof(
    fc.constant({}),
    {
      weight: 3,
      arbitrary: some(fc.oneof(selector, negative)).map(list => ({
        [`${way}Endpoints`]: list,
      })),
    },
    some(from(...CIDRS)).map(list => ({ [`${way}CIDR`]: list })),
    cidrSet.map(list => ({ [`${way}CIDRSet`]: list })),
    entities.map(list => ({ [`${way}Entities`]: list })),
    way === 'to' && !deny
      ? some(from('a.example', 'b.example'), 1).map(names => ({
          toFQDNs: names.map(matchName => ({ matchName })),
        }))
      : fc.constant({}),
  );
  const stray = fc.oneof(
    { weight: 25, arbitrary: fc.constant<object>({}) },
    fc.constant<object>({
      [`${way}Requires`]: [{ matchLabels: { app: 'x' } }],
    }),
    fc.constant<object>({ [`${way}Entities`]: [] }),
    fc.constant<object>({ icmps: [{ fields: [{ type: 8 }] }] }),
  );
  const ports = optional(
    some(deny ? plainPorts : fc.oneof(plainPorts, httpPorts)),
  );
  return fc.tuple(peers, stray, ports).map(([who, odd, toPorts]) => ({
    ...who,
    ...odd,
    ...(toPorts && !('icmps' in odd) ? { toPorts } : {}),
  }));
}

export const ciliumSpec = fc
  .record(
    {
      ingress: some(rule('from', false)),
      ingressDeny: fc.array(rule('from', true), { maxLength: 1 }),
      egress: some(rule('to', false)),
      egressDeny: fc.array(rule('to', true), { maxLength: 1 }),
      enableDefaultDeny: fc.record(
        { ingress: fc.boolean(), egress: fc.boolean() },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  )
  .chain(rules =>
    subject.map(endpointSelector => ({ endpointSelector, ...rules })),
  );

const kubernetesSelector = fc.record(
  {
    matchLabels: labels,
    matchExpressions: some(
      fc.record({
        key: from('app', 'team', 'pod-template-hash'),
        operator: from('In', 'NotIn'),
        values: fc.constant(['x']),
      }),
    ),
  },
  { requiredKeys: [] },
);

const networkPolicyPeer = fc.oneof(
  fc.record({ podSelector: kubernetesSelector }),
  fc.record({ namespaceSelector: kubernetesSelector }),
  fc.record({
    namespaceSelector: kubernetesSelector,
    podSelector: kubernetesSelector,
  }),
  fc.record({ ipBlock: fc.record({ cidr: from(...CIDRS) }) }),
);
const networkPolicyPorts = optional(
  some(
    fc.record(
      {
        protocol: from('TCP', 'UDP'),
        port: fc.oneof(fc.constantFrom(...CILIUM_PORTS), from('http')),
      },
      { requiredKeys: [] },
    ),
  ),
);
export const networkPolicySpec = fc.record(
  {
    podSelector: fc.oneof(fc.constant({}), kubernetesSelector),
    policyTypes: fc.subarray(['Ingress', 'Egress']),
    ingress: some(
      fc.record(
        { from: some(networkPolicyPeer), ports: networkPolicyPorts },
        { requiredKeys: [] },
      ),
    ),
    egress: some(
      fc.record(
        { to: some(networkPolicyPeer), ports: networkPolicyPorts },
        { requiredKeys: [] },
      ),
    ),
  },
  { requiredKeys: ['podSelector'] },
);
