/** Calico's policies in tiers, with NetworkPolicies among them and sets of addresses. */
import type { KubernetesObject } from '../../src';
import { PolicyWriter, Team, shareOut } from '../cluster';
import { object } from '../generate';
import { networkPolicies } from './kubernetes';

const API = 'projectcalico.org/v3';
const MOST_OF_CLUSTER = 40;
const SETS = 20;

const DEFAULT_DENY = {
  order: 5000,
  selector: 'all()',
  types: ['Ingress', 'Egress'],
  egress: [
    {
      action: 'Allow',
      protocol: 'UDP',
      destination: { namespaceSelector: 'all()', ports: [53] },
    },
  ],
};

export function calicoPolicies(
  writer: PolicyWriter,
  policies: number,
): KubernetesObject[] {
  const cluster = Math.min(MOST_OF_CLUSTER, Math.ceil(policies / 100));
  const kubernetes = Math.floor(policies / 3);
  return [
    object(API, 'Tier', 'security', undefined, { spec: { order: 100 } }),
    object(API, 'Tier', 'platform', undefined, {
      spec: { order: 200, defaultAction: 'Pass' },
    }),
    ...Array.from({ length: SETS }, (_, index) =>
      object(
        API,
        'GlobalNetworkSet',
        `set-${index}`,
        undefined,
        { spec: { nets: [writer.block()] } },
        { labels: { kind: `kind-${index % 5}` } },
      ),
    ),
    ...Array.from({ length: cluster }, (_, index) => global(writer, index)),
    ...networkPolicies(writer, kubernetes),
    ...[...shareOut(writer, policies - kubernetes - cluster)].map(
      ({ team, index }) =>
        object(API, 'NetworkPolicy', `own-${index}`, team.namespace, {
          spec:
            index === 0 && writer.random.chance(60)
              ? DEFAULT_DENY
              : allowing(writer, team, index),
        }),
    ),
  ];
}

function allowing(writer: PolicyWriter, team: Team, index: number) {
  const { random } = writer;
  const peer = () => {
    const other = writer.anyApp();
    switch (random.below(4)) {
      case 0:
        return { selector: `app == '${random.pick(team.apps)}'` };
      case 1:
        return { nets: [writer.block()] };
      case 2:
        return {
          namespaceSelector: 'all()',
          serviceAccounts: { names: ['runner'] },
        };
      default:
        return {
          selector: `app in {'${other.app}', '${random.pick(
            team.apps,
          )}'} && tier != 'data'`,
          namespaceSelector: `team == '${other.team.team}'`,
        };
    }
  };
  const ports = [8080, `${8000 + random.below(50)}:8100`, 'http'];
  return {
    order: 100 + (index % 50),
    selector: `app == '${random.pick(team.apps)}'`,
    ingress: [
      {
        action: 'Allow',
        protocol: 'TCP',
        source: peer(),
        destination: { ports },
      },
      {
        action: 'Allow',
        protocol: 'TCP',
        source: peer(),
        destination: { ports: [9090] },
      },
    ],
    ...(random.chance(30)
      ? {
          egress: [
            {
              action: 'Allow',
              protocol: 'TCP',
              destination: { ...peer(), ports: [8080, 'http'] },
            },
          ],
        }
      : {}),
  };
}

function global({ random }: PolicyWriter, index: number) {
  const team = () => `team == 'team-${random.below(20)}'`;
  return object(API, 'GlobalNetworkPolicy', `all-${index}`, undefined, {
    spec: {
      tier: random.pick(['security', 'platform']),
      order: index,
      selector: `tier in {'front', 'data'} && has(app)`,
      namespaceSelector: team(),
      types: ['Ingress', 'Egress'],
      ingress: [
        {
          action: 'Deny',
          source: { selector: `kind == 'kind-${random.below(5)}'` },
        },
        {
          action: 'Pass',
          source: { namespaceSelector: team() },
        },
        { action: 'Pass' },
      ],
      egress: [
        { action: 'Deny', destination: { nets: ['169.254.169.254/32'] } },
        { action: 'Pass' },
      ],
    },
  });
}
