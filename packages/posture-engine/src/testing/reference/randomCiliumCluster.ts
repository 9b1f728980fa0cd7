/** Random clusters whose network is Cilium's, for property tests. */
import fc from 'fast-check';
import { ClusterSettings, KubernetesObject } from '../../snapshot';
import {
  CILIUM_PORTS,
  NAMESPACES,
  ciliumSpec,
  from,
  labels,
  networkPolicySpec,
  optional,
  some,
} from './randomCiliumPolicies';

const NODES = ['node-1', 'node-2'];
const NODE_ADDRESSES = ['172.18.0.1', '172.18.0.2'];
const PORT_NAMES = ['http', 'admin'];
export const CILIUM_ADDRESSES = [
  ...NODE_ADDRESSES,
  '203.0.113.9',
  '203.0.113.77',
  '192.0.2.10',
  '2001:db8::1',
];

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
    own: fc.array(
      fc.tuple(from(...NAMESPACES), ciliumSpec, optional(ciliumSpec)),
      {
        maxLength: 3,
      },
    ),
    clusterwide: some(ciliumSpec),
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
