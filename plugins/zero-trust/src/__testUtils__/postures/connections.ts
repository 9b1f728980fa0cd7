/** Who may reach whom in the small company. */
import type {
  ConnectionAnswer,
  EntityBlastRadius,
  EntityConnection,
  NamespaceMatrix,
  ReachedWorkload,
  WorkloadBlastRadius,
  WorkloadRef,
} from '@backstage-zero-trust/plugin-zero-trust-common';

const own: WorkloadRef = {
  kind: 'Deployment',
  namespace: 'shop',
  name: 'orders',
};

function workload(namespace: string, name: string): WorkloadRef {
  return { kind: 'Deployment', namespace, name };
}

export const fromCheckout: EntityConnection = {
  id: 'in-checkout',
  cluster: 'prod-eu',
  workload: own,
  direction: 'in',
  peer: {
    kind: 'workload',
    workload: workload('shop', 'checkout'),
    entityRef: 'component:default/checkout',
    title: 'Checkout',
  },
  ports: [{ protocol: 'TCP', from: 8080, to: 8080 }],
  verdict: 'allow',
  conditions: [],
  decidedBy: [
    {
      layer: 'network-policy',
      direction: 'ingress',
      effect: 'allow',
      object: {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        namespace: 'shop',
        name: 'orders',
      },
      field: 'spec.ingress[0]',
    },
  ],
};

export const fromReports: EntityConnection = {
  ...fromCheckout,
  id: 'in-reports',
  peer: { kind: 'workload', workload: workload('reporting', 'nightly') },
  verdict: 'conditional',
  conditions: ['HTTP GET /orders', 'HTTP GET /totals', 'HTTP HEAD /orders'],
};

export const fromAgents: EntityConnection = {
  ...fromCheckout,
  id: 'in-agents',
  peer: { kind: 'workload', workload: workload('monitoring', 'agent') },
  ports: [
    { protocol: 'TCP', from: 1, to: 65535 },
    { protocol: 'UDP', from: 8000, to: 8999 },
  ],
  verdict: 'unknown',
  reason: 'Two admin policies have the same priority.',
  decidedBy: [],
};

export const toPayments: EntityConnection = {
  ...fromCheckout,
  id: 'out-payments',
  direction: 'out',
  peer: {
    kind: 'workload',
    workload: workload('payments', 'payment-api'),
    entityRef: 'component:default/payments',
    title: 'Payments',
  },
  decidedBy: [],
};

export const toOutside: EntityConnection = {
  ...fromCheckout,
  id: 'out-outside',
  direction: 'out',
  peer: { kind: 'outside', cidrs: ['0.0.0.0/0', '::/0'] },
  ports: (['TCP', 'UDP', 'SCTP'] as const).map(protocol => ({
    protocol,
    from: 0,
    to: 65535,
  })),
  decidedBy: [],
};

export const connections: EntityConnection[] = [
  fromCheckout,
  fromReports,
  fromAgents,
  toPayments,
  toOutside,
];

/** Callers in seven namespaces of different sizes. */
export function manyConnections(count: number): EntityConnection[] {
  const namespaces = ['web', 'mobile', 'batch', 'data', 'ops', 'mail', 'lab'];
  return Array.from({ length: count }, (_, index) => ({
    ...fromCheckout,
    id: `in-${index}`,
    peer: {
      kind: 'workload' as const,
      workload: workload(
        namespaces[Math.floor(Math.sqrt(index % 49))],
        `caller-${String(index).padStart(3, '0')}`,
      ),
    },
    verdict: index % 11 === 5 ? ('conditional' as const) : ('allow' as const),
    conditions: index % 11 === 5 ? ['HTTP GET /'] : [],
  }));
}

/** May `legacy/export` call orders? */
export function refusedAnswer(): ConnectionAnswer {
  return {
    verdict: 'deny',
    message:
      'CronJob legacy/export may not reach Deployment shop/orders on TCP port 8080. NetworkPolicy shop/orders lets Deployment shop/orders receive only what a rule allows, and none allows this.',
    conditions: [],
    decidedBy: [
      {
        ...fromCheckout.decidedBy[0],
        effect: 'deny',
        field: 'spec.policyTypes',
      },
    ],
    partly: false,
    caveats: [],
    evaluatedAt: new Date(Date.now() - 60_000).toISOString(),
  };
}

/** May orders call payments? */
export function allowedAnswer(): ConnectionAnswer {
  return {
    ...refusedAnswer(),
    verdict: 'allow',
    message:
      'Deployment shop/orders may reach Deployment payments/payment-api on TCP port 8080. No policy restricts what Deployment shop/orders sends here, and ingress rule 1 of NetworkPolicy shop/orders lets it in.',
    decidedBy: fromCheckout.decidedBy,
  };
}

const blast: WorkloadBlastRadius = {
  cluster: 'prod-eu',
  workload: own,
  entityRef: 'component:default/orders',
  title: 'Orders',
  owner: 'group:default/shop',
  direct: 1,
  total: 3,
  possible: 1,
  outOf: 47,
  outside: true,
};

const ports = fromCheckout.ports;

export const reached: ReachedWorkload[] = [
  {
    workload: workload('payments', 'payment-api'),
    title: 'Payments',
    entityRef: 'component:default/payments',
    hops: 1,
    via: own,
    ports,
    certain: true,
  },
  {
    workload: workload('payments', 'ledger'),
    hops: 2,
    via: workload('payments', 'payment-api'),
    ports: [{ protocol: 'TCP', from: 5432, to: 5432 }],
    certain: true,
  },
  {
    workload: workload('archive', 'vault-of-papers'),
    hops: 3,
    via: workload('payments', 'ledger'),
    ports,
    certain: true,
  },
  {
    workload: workload('lab', 'toy'),
    hops: 2,
    via: workload('payments', 'payment-api'),
    ports,
    certain: false,
  },
];

export function entityBlastRadius(): EntityBlastRadius {
  return {
    items: [{ ...blast, reached }],
    caveats: [],
    evaluatedAt: new Date(Date.now() - 60_000).toISOString(),
  };
}

export function fleetBlastRadius(): WorkloadBlastRadius[] {
  return [
    blast,
    {
      cluster: 'prod-us',
      workload: { kind: 'CronJob', namespace: 'legacy', name: 'export' },
      direct: 2,
      total: 2,
      possible: 0,
      outOf: 8,
      outside: false,
    },
  ];
}

export function namespaceMatrix(cluster = 'prod-eu'): NamespaceMatrix {
  return {
    cluster,
    namespaces: [
      { name: 'archive', workloads: 2 },
      { name: 'lonely', workloads: 1 },
      { name: 'payments', workloads: 3 },
      { name: 'shop', workloads: 4 },
    ],
    cells: [
      { from: 3, to: 2, open: 5, unknown: 2, pairs: 12 },
      { from: 2, to: 0, open: 6, unknown: 0, pairs: 6 },
      { from: 0, to: 3, open: 0, unknown: 8, pairs: 8 },
      { from: 1, to: 1, open: 1, unknown: 0, pairs: 1 },
    ],
    caveats: [],
    evaluatedAt: new Date(Date.now() - 60_000).toISOString(),
  };
}
