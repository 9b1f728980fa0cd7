/** All services of the small company, and its clusters. */
import type {
  ClusterStatus,
  ServicePosture,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { plaintextPort } from './findings';
import { history, summary } from './orders';

const TITLES = [
  'orders',
  'payments',
  'catalogue',
  'checkout',
  'nightly-export',
  'invoice-rendering-and-archiving-of-the-finance-department',
  'search',
  'identity-gateway',
  'stock',
  'returns',
  'mailer',
  'loyalty',
];

const ROWS: Pick<
  ServicePosture,
  'level' | 'score' | 'failing' | 'worst' | 'trend'
>[] = [
  {
    level: 'exposed',
    score: 31,
    failing: 9,
    trend: -12,
    worst: {
      id: 'a',
      control: 'WL-1',
      severity: 'critical',
      pillar: 'workload',
      message:
        'Whoever takes over nightly-export owns its node, because it runs in the network of the host and may become root.',
    },
  },
  {
    level: 'partial',
    score: 72,
    failing: 4,
    trend: 6,
    worst: {
      id: plaintextPort.id,
      control: 'AN-2',
      severity: 'high',
      pillar: 'authentication',
      message: plaintextPort.message,
    },
  },
  { level: 'unknown', score: 40, failing: 0, trend: 0, worst: undefined },
  {
    level: 'hardened',
    score: 94,
    failing: 1,
    trend: 2,
    worst: {
      id: 'b',
      control: 'SE-4',
      severity: 'medium',
      pillar: 'secrets',
      message: 'A password lies in the environment of the service.',
    },
  },
  { level: 'zero trust', score: 100, failing: 0, trend: 0, worst: undefined },
];

export function services(): ServicePosture[] {
  return TITLES.map((title, index) => {
    const row = ROWS[Math.floor((index * ROWS.length) / TITLES.length)];
    const score = row.score ?? 0;
    return {
      ...row,
      entityRef: `component:default/${title}`,
      title,
      ...(index === 4
        ? {}
        : {
            owner: ['group:default/shop', 'group:default/platform'][index % 2],
          }),
      history: history([
        score - (row.trend ?? 0),
        score - (row.trend ?? 0),
        score - 1,
        score,
        score,
      ]),
      pillars: summary.pillars,
      applicable: 21,
      judged: row.level === 'zero trust' ? 21 : 18,
      clusters: index % 3 === 0 ? ['prod-eu', 'prod-us'] : ['prod-eu'],
      evaluatedAt: '2026-05-31T10:00:00Z',
    };
  });
}

export const LEVEL_COUNTS = {
  exposed: 3,
  partial: 2,
  unknown: 3,
  hardened: 2,
  'zero trust': 2,
};

/** @param now - milliseconds since the epoch */
export function clusters(now = Date.now()): ClusterStatus[] {
  const ago = (seconds: number) => new Date(now - seconds * 1000).toISOString();
  return [
    {
      name: 'prod-eu',
      state: 'degraded',
      lastSync: ago(12),
      workloads: 48,
      kinds: [
        {
          kind: 'Deployment',
          group: 'apps',
          resource: 'deployments',
          state: 'listed',
          objects: 44,
        },
        {
          kind: 'Pod',
          group: '',
          resource: 'pods',
          state: 'listed',
          objects: 1312,
        },
        {
          kind: 'AuthorizationPolicy',
          group: 'security.istio.io',
          resource: 'authorizationpolicies',
          state: 'forbidden',
          objects: 0,
        },
        {
          kind: 'PeerAuthentication',
          group: 'security.istio.io',
          resource: 'peerauthentications',
          state: 'forbidden',
          objects: 0,
        },
        {
          kind: 'NetworkPolicy',
          group: 'networking.k8s.io',
          resource: 'networkpolicies',
          state: 'failed',
          objects: 0,
          message: 'the API server answered 500',
        },
        {
          kind: 'Gateway',
          group: 'gateway.networking.k8s.io',
          resource: 'gateways',
          state: 'not-installed',
          objects: 0,
        },
      ],
    },
    {
      name: 'prod-us',
      title: 'Production, United States',
      state: 'ready',
      lastSync: ago(3),
      workloads: 1,
      kinds: [
        {
          kind: 'Pod',
          group: '',
          resource: 'pods',
          state: 'listed',
          objects: 1,
        },
      ],
    },
    {
      name: 'lab',
      state: 'unreachable',
      message: 'The API server did not answer within 10 s.',
      workloads: 0,
      kinds: [],
    },
  ];
}
