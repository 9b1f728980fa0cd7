/** Random clusters for property tests: few names and labels, so that policies meet pods often, and every form a rule can take. */
import fc from 'fast-check';
import { KubernetesObject } from '../../snapshot';

const NAMESPACES = ['a', 'b', 'c'];
const KEYS = ['app', 'tier'];
const VALUES = ['x', 'y', 'z'];
const PORT_NAMES = ['http', 'admin'];
const CIDRS = [
  '0.0.0.0/0',
  '10.0.0.0/8',
  '10.0.1.0/24',
  '10.0.1.7/32',
  '203.0.113.0/24',
  '::/0',
  'fd00::/8',
  'fd00:1::/64',
];
/** What an API server takes for an exception: a part of the block, and not all of it. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  '0.0.0.0/0': ['10.0.0.0/8', '10.0.1.0/24', '10.0.1.7/32', '203.0.113.0/24'],
  '10.0.0.0/8': ['10.0.1.0/24', '10.0.1.7/32'],
  '10.0.1.0/24': ['10.0.1.7/32'],
  '::/0': ['fd00::/8', 'fd00:1::/64'],
  'fd00::/8': ['fd00:1::/64'],
};
/** Addresses that the blocks above tell apart. */
export const ADDRESSES = [
  '203.0.113.9',
  '8.8.8.8',
  '10.0.1.200',
  'fd00:1::9',
  '2001:db8::1',
];
export const PORTS = [1, 79, 80, 81, 443, 8080, 8090, 65_535];

const labels = fc
  .tuple(
    fc.option(fc.constantFrom(...VALUES)),
    fc.option(fc.constantFrom(...VALUES)),
  )
  .map(values =>
    Object.fromEntries(
      values.flatMap((value, index) =>
        value === null ? [] : [[KEYS[index], value]],
      ),
    ),
  );

const selector = fc.record(
  {
    matchLabels: labels,
    matchExpressions: fc.array(
      fc.oneof(
        fc.record({
          key: fc.constantFrom(...KEYS),
          operator: fc.constantFrom('In', 'NotIn'),
          values: fc.uniqueArray(fc.constantFrom(...VALUES), { minLength: 1 }),
        }),
        fc.record({
          key: fc.constantFrom(...KEYS),
          operator: fc.constantFrom('Exists', 'DoesNotExist'),
        }),
      ),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: [] },
);

const protocol = fc.constantFrom('TCP', 'UDP', 'SCTP');
const portNumber = fc.constantFrom(...PORTS);

const namespace = fc.constantFrom(...NAMESPACES);

const pod = fc
  .record({
    namespace,
    labels,
    last: fc.integer({ min: 1, max: 9 }),
    hostNetwork: fc.boolean(),
    isHost: fc.integer({ min: 0, max: 4 }),
    ports: fc.array(
      fc.record({
        name: fc.constantFrom(...PORT_NAMES),
        protocol,
        containerPort: portNumber,
      }),
      { maxLength: 2 },
    ),
    dual: fc.boolean(),
  })
  .map(({ hostNetwork, isHost, last, dual, ...rest }) => ({
    ...rest,
    hostNetwork: hostNetwork && isHost === 0,
    ips: [`10.0.1.${last}`, ...(dual ? [`fd00:1::${last}`] : [])],
  }));

const policyPorts = fc.option(
  fc.array(
    fc.oneof(
      fc.record({ protocol }),
      fc.record({ protocol, port: portNumber }),
      fc.record({ protocol, port: fc.constantFrom(...PORT_NAMES) }),
      fc.tuple(protocol, portNumber, portNumber).map(([kind, one, other]) => ({
        protocol: kind,
        port: Math.min(one, other),
        endPort: Math.max(one, other),
      })),
    ),
    { maxLength: 2 },
  ),
  { nil: undefined },
);

const policyPeers = fc.option(
  fc.array(
    fc.oneof(
      fc.record({ podSelector: selector }),
      fc.record({ namespaceSelector: selector }),
      fc.record({ namespaceSelector: selector, podSelector: selector }),
      fc
        .tuple(
          fc.constantFrom(...CIDRS),
          fc.uniqueArray(fc.constantFrom(...CIDRS), { maxLength: 1 }),
        )
        .map(([cidr, except]) => ({
          ipBlock: {
            cidr,
            except: except.filter(part => PARTS[cidr]?.includes(part)),
          },
        })),
    ),
    { maxLength: 2 },
  ),
  { nil: undefined },
);

const networkPolicySpec = fc.record({
  podSelector: selector,
  policyTypes: fc.option(fc.subarray(['Ingress', 'Egress']), {
    nil: undefined,
  }),
  ingress: fc.option(
    fc.array(fc.record({ from: policyPeers, ports: policyPorts }), {
      maxLength: 2,
    }),
    { nil: undefined },
  ),
  egress: fc.option(
    fc.array(fc.record({ to: policyPeers, ports: policyPorts }), {
      maxLength: 2,
    }),
    { nil: undefined },
  ),
});

const tierPeers = fc.array(
  fc.oneof(
    fc.record({ namespaces: selector }),
    fc.record({
      pods: fc.record({ namespaceSelector: selector, podSelector: selector }),
    }),
  ),
  { minLength: 1, maxLength: 2 },
);
const tierDestinations = fc.array(
  fc.oneof(
    fc.record({ namespaces: selector }),
    fc.record({
      pods: fc.record({ namespaceSelector: selector, podSelector: selector }),
    }),
    fc.record({
      networks: fc.uniqueArray(fc.constantFrom(...CIDRS), {
        minLength: 1,
        maxLength: 2,
      }),
    }),
  ),
  { minLength: 1, maxLength: 2 },
);
const range = fc.tuple(portNumber, portNumber).map(([one, other]) => ({
  start: Math.min(one, other),
  end: Math.max(one, other),
}));

const tierPorts = fc.option(
  fc.array(
    fc.oneof(
      fc.record({ portNumber: fc.record({ protocol, port: portNumber }) }),
      fc.tuple(protocol, range).map(([kind, ports]) => ({
        portRange: { protocol: kind, ...ports },
      })),
      fc.record({ namedPort: fc.constantFrom(...PORT_NAMES) }),
    ),
    { minLength: 1, maxLength: 2 },
  ),
  { nil: undefined },
);
const tierProtocols = fc.option(
  fc.array(
    fc.oneof(
      fc.constantFrom('tcp', 'udp', 'sctp').map(kind => ({ [kind]: {} })),
      fc
        .tuple(fc.constantFrom('tcp', 'udp', 'sctp'), portNumber)
        .map(([kind, number]) => ({ [kind]: { destinationPort: { number } } })),
      fc
        .tuple(fc.constantFrom('tcp', 'udp', 'sctp'), range)
        .map(([kind, ports]) => ({
          [kind]: { destinationPort: { range: ports } },
        })),
      fc.record({ destinationNamedPort: fc.constantFrom(...PORT_NAMES) }),
    ),
    { minLength: 1, maxLength: 2 },
  ),
  { nil: undefined },
);

const subject = fc.oneof(
  fc.record({ namespaces: selector }),
  fc.record({
    pods: fc.record({ namespaceSelector: selector, podSelector: selector }),
  }),
);

function tieredSpec(actions: string[], ports: fc.Arbitrary<object>) {
  const action = fc.constantFrom(...actions);
  const rules = (peers: fc.Arbitrary<object>) =>
    fc.array(
      fc
        .tuple(action, peers, ports)
        .map(([name, who, what]) => ({ action: name, ...who, ...what })),
      { maxLength: 3 },
    );
  return fc.record({
    priority: fc.integer({ min: 0, max: 2 }),
    subject,
    ingress: rules(fc.record({ from: tierPeers })),
    egress: rules(fc.record({ to: tierDestinations })),
  });
}

function policy(
  kind: string,
  apiVersion: string,
  index: number,
  spec: object,
  where?: string,
) {
  return {
    apiVersion,
    kind,
    metadata: {
      name: `${kind.toLowerCase()}-${index}`,
      ...(where ? { namespace: where } : {}),
    },
    spec,
  };
}

const V1ALPHA1 = 'policy.networking.k8s.io/v1alpha1';
const V1ALPHA2 = 'policy.networking.k8s.io/v1alpha2';
const v1alpha1Ports = fc.record({ ports: tierPorts });
const v1alpha2Ports = fc.record({ protocols: tierProtocols });

/** Namespaces, pods, and policies of every kind that the reference knows. */
export const randomCluster: fc.Arbitrary<KubernetesObject[]> = fc
  .record({
    namespaces: fc.tuple(labels, labels, labels),
    pods: fc.array(pod, { minLength: 1, maxLength: 6 }),
    networkPolicies: fc.array(fc.tuple(namespace, networkPolicySpec), {
      maxLength: 4,
    }),
    admin: fc.array(tieredSpec(['Allow', 'Deny', 'Pass'], v1alpha1Ports), {
      maxLength: 3,
    }),
    baseline: fc.option(tieredSpec(['Allow', 'Deny'], v1alpha1Ports)),
    cluster: fc.array(
      fc.tuple(
        fc.constantFrom('Admin', 'Baseline'),
        tieredSpec(['Accept', 'Deny', 'Pass'], v1alpha2Ports),
      ),
      { maxLength: 2 },
    ),
  })
  .map(({ namespaces, pods, networkPolicies, admin, baseline, cluster }) => [
    ...namespaces.map((own, index) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: NAMESPACES[index], labels: own },
    })),
    ...pods.map(
      ({ namespace: where, labels: own, ips, hostNetwork, ports }, index) => ({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: `pod-${index}`, namespace: where, labels: own },
        spec: { hostNetwork, containers: [{ name: 'main', ports }] },
        status: { podIPs: ips.map(ip => ({ ip })) },
      }),
    ),
    ...networkPolicies.map(([where, spec], index) =>
      policy('NetworkPolicy', 'networking.k8s.io/v1', index, spec, where),
    ),
    ...admin.map((spec, index) =>
      policy('AdminNetworkPolicy', V1ALPHA1, index, spec),
    ),
    ...(baseline
      ? [
          {
            ...policy('BaselineAdminNetworkPolicy', V1ALPHA1, 0, baseline),
            metadata: { name: 'default' },
          },
        ]
      : []),
    ...cluster.map(([tier, spec], index) =>
      policy('ClusterNetworkPolicy', V1ALPHA2, index, { tier, ...spec }),
    ),
  ]);
