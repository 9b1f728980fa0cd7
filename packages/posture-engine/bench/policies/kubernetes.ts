/** NetworkPolicies with AdminNetworkPolicies, a baseline and ClusterNetworkPolicies above and below them. */
import type { KubernetesObject } from '../../src';
import { PolicyWriter, Team, shareOut } from '../cluster';
import { object } from '../generate';

const MOST_OF_CLUSTER = 60;

const DEFAULT_DENY = {
  podSelector: {},
  policyTypes: ['Ingress', 'Egress'],
  egress: [
    {
      to: [{ namespaceSelector: {} }],
      ports: [{ port: 53, protocol: 'UDP' }],
    },
  ],
};

export function kubernetesPolicies(
  writer: PolicyWriter,
  policies: number,
): KubernetesObject[] {
  const cluster = Math.min(MOST_OF_CLUSTER, Math.ceil(policies / 50));
  return [
    ...clusterPolicies(writer, cluster),
    ...networkPolicies(writer, policies - cluster),
  ];
}

export function networkPolicies(
  writer: PolicyWriter,
  policies: number,
): KubernetesObject[] {
  return [...shareOut(writer, policies)].map(({ team, index }) =>
    object(
      'networking.k8s.io/v1',
      'NetworkPolicy',
      `policy-${index}`,
      team.namespace,
      {
        spec:
          index === 0 && writer.random.chance(60)
            ? DEFAULT_DENY
            : allowing(writer, team),
      },
    ),
  );
}

function allowing(writer: PolicyWriter, team: Team) {
  const { random } = writer;
  const peer = () => {
    const other = writer.anyApp();
    switch (random.below(5)) {
      case 0:
        return {
          podSelector: { matchLabels: { app: random.pick(team.apps) } },
        };
      case 1:
        return {
          ipBlock: {
            cidr: writer.block(),
          },
        };
      case 2:
        return {
          namespaceSelector: {
            matchExpressions: [
              { key: 'stage', operator: 'In', values: ['live', 'test'] },
            ],
          },
          podSelector: { matchLabels: { tier: 'front' } },
        };
      default:
        return {
          namespaceSelector: { matchLabels: { team: other.team.team } },
          podSelector: { matchLabels: { app: other.app } },
        };
    }
  };
  const ports = [
    { port: random.chance(50) ? 8080 : 'http' },
    random.chance(20)
      ? { port: 30_000, endPort: 30_100 + random.below(50) }
      : { port: 8000 + random.below(100) },
  ];
  return {
    podSelector: { matchLabels: { app: random.pick(team.apps) } },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ from: [peer(), peer()], ports }],
    ...(random.chance(40) ? { egress: [{ to: [peer()], ports }] } : {}),
  };
}

function clusterPolicies(
  { random, block }: PolicyWriter,
  policies: number,
): KubernetesObject[] {
  const teamOf = () => ({ matchLabels: { team: `team-${random.below(20)}` } });
  const pods = () => ({
    pods: {
      namespaceSelector: teamOf(),
      podSelector: { matchLabels: { tier: random.pick(['front', 'data']) } },
    },
  });
  return Array.from({ length: policies }, (_, index) => {
    const number = { protocol: 'TCP', port: random.pick([8080, 9090, 5432]) };
    if (index % 3 === 2) {
      return object(
        'policy.networking.k8s.io/v1alpha2',
        'ClusterNetworkPolicy',
        `cluster-${index}`,
        undefined,
        {
          spec: {
            tier: index % 2 ? 'Admin' : 'Baseline',
            priority: index,
            subject: { namespaces: teamOf() },
            ingress: [
              {
                action: random.pick(['Accept', 'Deny', 'Pass']),
                from: [pods()],
                protocols: [{ tcp: { destinationPort: { number: 9090 } } }],
              },
            ],
            egress: [{ action: 'Deny', to: [{ networks: [block()] }] }],
          },
        },
      );
    }
    return object(
      'policy.networking.k8s.io/v1alpha1',
      index === 0 ? 'BaselineAdminNetworkPolicy' : 'AdminNetworkPolicy',
      index === 0 ? 'default' : `admin-${index}`,
      undefined,
      {
        spec: {
          ...(index === 0 ? {} : { priority: index }),
          subject: random.chance(50) ? pods() : { namespaces: teamOf() },
          ingress: [
            {
              action:
                index === 0 ? 'Deny' : random.pick(['Allow', 'Deny', 'Pass']),
              from: [pods()],
              ports: [{ portNumber: number }],
            },
          ],
          egress: [
            {
              action: 'Deny',
              to: [{ networks: ['169.254.169.254/32'] }],
            },
          ],
        },
      },
    );
  });
}
