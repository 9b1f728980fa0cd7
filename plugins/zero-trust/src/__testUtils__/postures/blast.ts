/** What falls with a service of the small company, and which of its namespaces reach which. */
import type {
  EntityBlastRadius,
  NamespaceMatrix,
  ReachedWorkload,
  WorkloadBlastRadius,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { fromCheckout, own, workload } from './connections';

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
