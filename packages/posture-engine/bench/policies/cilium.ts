/** Cilium's own policies beside NetworkPolicies: labels, entities, blocks, names and HTTP rules, and some for the whole cluster. */
import type { KubernetesObject } from '../../src';
import { PolicyWriter, Team, shareOut } from '../cluster';
import { object } from '../generate';
import { networkPolicies } from './kubernetes';

const API = 'cilium.io/v2';
const MOST_OF_CLUSTER = 40;

const DEFAULT_DENY = {
  endpointSelector: {},
  ingress: [{ fromEntities: ['host'] }],
  egress: [
    {
      toEndpoints: [
        { matchLabels: { 'k8s:io.kubernetes.pod.namespace': 'kube-system' } },
      ],
      toPorts: [{ ports: [{ port: '53', protocol: 'ANY' }] }],
    },
  ],
};

export function ciliumPolicies(
  writer: PolicyWriter,
  policies: number,
): KubernetesObject[] {
  const cluster = Math.min(MOST_OF_CLUSTER, Math.ceil(policies / 100));
  const kubernetes = Math.floor(policies / 4);
  return [
    ...Array.from({ length: cluster }, (_, index) =>
      clusterwide(writer, index),
    ),
    ...networkPolicies(writer, kubernetes),
    ...[...shareOut(writer, policies - kubernetes - cluster)].map(
      ({ team, index }) =>
        object(API, 'CiliumNetworkPolicy', `own-${index}`, team.namespace, {
          spec:
            index === 0 && writer.random.chance(60)
              ? DEFAULT_DENY
              : allowing(writer, team),
        }),
    ),
  ];
}

const NAMESPACE = 'k8s:io.kubernetes.pod.namespace';

function allowing(writer: PolicyWriter, team: Team) {
  const { random } = writer;
  const labels = () => {
    const other = writer.anyApp();
    return random.chance(40)
      ? { app: random.pick(team.apps) }
      : { app: other.app, [NAMESPACE]: other.team.namespace };
  };
  const ports = {
    ports: [
      { port: random.chance(50) ? '8080' : 'http', protocol: 'TCP' },
      { port: `${8000 + random.below(100)}`, protocol: 'TCP' },
    ],
  };
  return {
    endpointSelector: { matchLabels: { app: random.pick(team.apps) } },
    ingress: [
      random.chance(15)
        ? {
            fromEndpoints: [{ matchLabels: labels() }],
            toPorts: [
              {
                ports: [{ port: '8080', protocol: 'TCP' }],
                rules: { http: [{ method: 'GET', path: '/api/.*' }] },
              },
            ],
          }
        : {
            fromEndpoints: [
              { matchLabels: labels() },
              { matchLabels: labels() },
            ],
            toPorts: [ports],
          },
      ...(random.chance(20)
        ? [{ fromCIDRSet: [{ cidr: writer.block() }], toPorts: [ports] }]
        : []),
    ],
    ...(random.chance(30)
      ? {
          egress: [
            random.chance(30)
              ? { toFQDNs: [{ matchName: `api-${random.below(20)}.example` }] }
              : { toEndpoints: [{ matchLabels: labels() }], toPorts: [ports] },
          ],
        }
      : {}),
  };
}

function clusterwide({ random, block }: PolicyWriter, index: number) {
  const team = () => ({
    matchLabels: {
      'io.cilium.k8s.namespace.labels.team': `team-${random.below(20)}`,
    },
  });
  return object(
    API,
    'CiliumClusterwideNetworkPolicy',
    `all-${index}`,
    undefined,
    {
      spec: {
        endpointSelector: team(),
        enableDefaultDeny: { ingress: false, egress: false },
        ...(index % 2
          ? { ingressDeny: [{ fromEndpoints: [team()] }] }
          : { ingress: [{ fromEntities: ['cluster'] }] }),
        egressDeny: [{ toCIDR: [block()] }],
      },
    },
  );
}
