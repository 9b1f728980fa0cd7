/** Who may reach whom in the small company. */
import {
  ConnectionDecision,
  ConnectionMesh,
  EntityConnection,
  EntityConnectionQuery,
  EntityConnections,
  TRANSPORTS,
  WorkloadRef,
} from '@backstage-zero-trust/plugin-zero-trust-common';

export const own: WorkloadRef = {
  kind: 'Deployment',
  namespace: 'shop',
  name: 'orders',
};

export function workload(namespace: string, name: string): WorkloadRef {
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

export function meshDecision(
  kind: 'PeerAuthentication' | 'AuthorizationPolicy',
  name: string,
  direction: ConnectionDecision['direction'] = 'ingress',
): ConnectionDecision {
  return {
    layer:
      kind === 'PeerAuthentication'
        ? 'peer-authentication'
        : 'authorization-policy',
    direction,
    effect: 'allow',
    object: {
      apiVersion: 'security.istio.io/v1',
      kind,
      namespace: 'shop',
      name,
    },
    field: kind === 'PeerAuthentication' ? 'spec.mtls.mode' : 'spec.rules[0]',
  };
}

const mtls: ConnectionMesh = {
  transport: 'mtls',
  identities: ['spiffe://cluster.local/ns/shop/sa/checkout'],
  reason:
    'AuthorizationPolicy shop/orders lets requests through where method is GET.',
  decidedBy: [
    meshDecision('PeerAuthentication', 'default'),
    meshDecision('AuthorizationPolicy', 'orders'),
  ],
  partly: false,
  served: true,
};

const plaintext: ConnectionMesh = {
  ...mtls,
  transport: 'plaintext',
  identities: [],
  reason: 'The port is left out of the capture of its proxy.',
};

/** Checkout in mTLS, reports and everything outside in plaintext, agents refused, a toy stopped. */
export const meshedConnections: EntityConnection[] = [
  {
    ...fromCheckout,
    verdict: 'conditional',
    conditions: ['method is GET'],
    mesh: mtls,
  },
  { ...fromReports, mesh: plaintext },
  {
    ...fromAgents,
    verdict: 'deny',
    reason: undefined,
    mesh: {
      ...plaintext,
      transport: 'refused',
      reason: 'Port 8080 takes mTLS alone, and the client sends plaintext.',
    },
  },
  {
    ...fromCheckout,
    id: 'in-toy',
    peer: { kind: 'workload', workload: workload('lab', 'toy') },
    verdict: 'deny',
    mesh: {
      ...mtls,
      transport: 'none',
      identities: [],
      reason: 'AuthorizationPolicy shop/orders allows nobody else.',
    },
  },
  {
    ...toPayments,
    mesh: { ...mtls, transport: 'either', partly: true },
  },
  { ...toOutside, mesh: plaintext },
];

/** As the API answers for some connections. */
export function connectionsAnswer(
  all: readonly EntityConnection[],
  {
    direction,
    cluster,
    namespace,
    search = '',
    transport,
    offset = 0,
    limit = 50,
  }: EntityConnectionQuery,
): Omit<EntityConnections, 'caveats' | 'evaluatedAt'> {
  const namespaceOf = ({ peer }: EntityConnection) =>
    peer.kind === 'workload' ? peer.workload.namespace : '';
  const count = (way: string, isStopped: boolean) =>
    all.filter(
      connection =>
        connection.direction === way &&
        (connection.verdict === 'deny') === isStopped,
    ).length;
  const found = all.filter(
    connection =>
      (direction ?? connection.direction) === connection.direction &&
      (cluster ?? connection.cluster) === connection.cluster &&
      JSON.stringify(connection.peer).includes(search),
  );
  const isOfNamespace = (connection: EntityConnection) =>
    (namespace ?? namespaceOf(connection)) === namespaceOf(connection);
  const isOfTransport = ({ mesh }: EntityConnection) =>
    (transport ?? mesh?.transport) === mesh?.transport;
  const items = found.filter(
    connection => isOfNamespace(connection) && isOfTransport(connection),
  );
  const ofTransport = found.filter(isOfTransport);
  return {
    items: items.slice(offset, offset + limit),
    totalCount: items.length,
    counts: { in: count('in', false), out: count('out', false) },
    stopped: { in: count('in', true), out: count('out', true) },
    namespaces: [...new Set(ofTransport.map(namespaceOf))].map(name => ({
      namespace: name,
      count: ofTransport.filter(other => namespaceOf(other) === name).length,
    })),
    transports: TRANSPORTS.map(known => ({
      transport: known,
      count: found.filter(
        connection =>
          isOfNamespace(connection) && connection.mesh?.transport === known,
      ).length,
    })).filter(known => known.count > 0),
  };
}

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
