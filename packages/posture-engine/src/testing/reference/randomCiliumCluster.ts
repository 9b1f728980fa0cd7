/** Random clusters whose network is Cilium's, for property tests: every form that a rule can take, and some that Cilium refuses. */
import fc from 'fast-check';
import { ClusterSettings, KubernetesObject } from '../../snapshot';

const NAMESPACES = ['a', 'b', 'c'];
const VALUES = ['x', 'y'];
const PORT_NAMES = ['http', 'admin'];
const NODES = ['node-1', 'node-2'];
const NODE_ADDRESSES = ['172.18.0.1', '172.18.0.2'];
const CIDRS = [
  '0.0.0.0/0',
  '10.0.0.0/8',
  '172.18.0.0/16',
  '203.0.113.0/24',
  '203.0.113.9/32',
  '::/0',
];
export const CILIUM_ADDRESSES = [
  ...NODE_ADDRESSES,
  '203.0.113.9',
  '203.0.113.77',
  '192.0.2.10',
  '2001:db8::1',
];
export const CILIUM_PORTS = [1, 80, 81, 443, 8080, 8085];

const from = (...values: string[]) => fc.constantFrom(...values);
const optional = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.option(arbitrary, { nil: undefined });
const some = <T>(item: fc.Arbitrary<T>, minLength = 0) =>
  fc.array(item, { minLength, maxLength: 2 });

const labels = fc
  .tuple(optional(from(...VALUES)), optional(from(...VALUES)), fc.boolean())
  .map(([app, tier, hash]) => ({
    ...(app ? { app } : {}),
    ...(tier ? { tier } : {}),
    ...(hash ? { 'pod-template-hash': 'x' } : {}),
  }));

const pod = fc.record({
  namespace: from(...NAMESPACES),
  labels,
  last: fc.integer({ min: 1, max: 9 }),
  node: fc.integer({ min: 0, max: 1 }),
  onHost: fc.integer({ min: 0, max: 4 }),
  serviceAccountName: optional(from('runner', 'default')),
  ports: some(
    fc.record({
      name: from(...PORT_NAMES),
      protocol: from('TCP', 'UDP'),
      containerPort: fc.constantFrom(...CILIUM_PORTS),
    }),
  ),
});

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

const spec = fc
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
const networkPolicySpec = fc.record(
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

const settings: fc.Arbitrary<ClusterSettings> = fc
  .oneof(
    { weight: 4, arbitrary: fc.constant({}) },
    fc.constant({ 'enable-ipv6': 'false' }),
    fc.constant({ 'policy-default-local-cluster': 'false' }),
    fc.constant({ 'enable-policy': 'always' }),
    fc.constant({ 'allow-localhost': 'policy' }),
  )
  .map(ciliumConfig => ({ cni: 'cilium', ciliumConfig }));

function object(
  apiVersion: string,
  kind: string,
  name: string,
  namespace: string | undefined,
  fields: object,
): KubernetesObject {
  return {
    apiVersion,
    kind,
    metadata: { name, ...(namespace ? { namespace } : {}) },
    ...fields,
  };
}

export interface RandomCiliumCluster {
  objects: KubernetesObject[];
  settings: ClusterSettings;
}

export const randomCiliumCluster: fc.Arbitrary<RandomCiliumCluster> = fc
  .record({
    teams: fc.tuple(
      optional(from('x')),
      optional(from('x')),
      optional(from('x')),
    ),
    apiServer: from('192.0.2.10', NODE_ADDRESSES[1]),
    pods: fc.array(pod, { minLength: 1, maxLength: 6 }),
    networkPolicies: some(fc.tuple(from(...NAMESPACES), networkPolicySpec)),
    own: fc.array(fc.tuple(from(...NAMESPACES), spec, optional(spec)), {
      maxLength: 3,
    }),
    clusterwide: some(spec),
    settings,
  })
  .map(cluster => ({
    settings: cluster.settings,
    objects: [
      ...NAMESPACES.map((name, index) => {
        const team = cluster.teams[index];
        return {
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name, labels: team ? { team } : {} },
        };
      }),
      ...NODES.map((name, index) =>
        object('v1', 'Node', name, undefined, {
          status: {
            addresses: [{ type: 'InternalIP', address: NODE_ADDRESSES[index] }],
          },
        }),
      ),
      object('discovery.k8s.io/v1', 'EndpointSlice', 'kubernetes', 'default', {
        endpoints: [{ addresses: [cluster.apiServer] }],
      }),
      ...cluster.pods.map(
        ({ namespace, last, node, onHost, ...own }, index) => ({
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: `pod-${index}`, namespace, labels: own.labels },
          spec: {
            hostNetwork: onHost === 0,
            nodeName: NODES[node],
            serviceAccountName: own.serviceAccountName,
            containers: [{ name: 'main', ports: own.ports }],
          },
          status: {
            podIPs: [
              {
                ip:
                  onHost === 0 ? NODE_ADDRESSES[node] : `10.0.${index}.${last}`,
              },
            ],
          },
        }),
      ),
      ...cluster.networkPolicies.map(([namespace, fields], index) =>
        object(
          'networking.k8s.io/v1',
          'NetworkPolicy',
          `n-${index}`,
          namespace,
          {
            spec: fields,
          },
        ),
      ),
      ...cluster.own.map(([namespace, first, second], index) =>
        object('cilium.io/v2', 'CiliumNetworkPolicy', `c-${index}`, namespace, {
          spec: first,
          ...(second ? { specs: [second] } : {}),
        }),
      ),
      ...cluster.clusterwide.map((fields, index) =>
        object(
          'cilium.io/v2',
          'CiliumClusterwideNetworkPolicy',
          `w-${index}`,
          undefined,
          { spec: fields },
        ),
      ),
    ],
  }));
