import { Connections, decide, reach } from '../../decisions';
import {
  ClusterSettings,
  ClusterSnapshot,
  Coverage,
  KindCoverage,
  KindName,
  KIND_NAMES,
  KubernetesObject,
} from '../../snapshot';
import { cniOf } from '../cni';
import { connectionsOf } from '../connections';
import { refusedPoliciesOf } from './ciliumConnections';
import { CILIUM_DEFAULTS } from './settings';

const CILIUM: ClusterSettings = { cni: 'cilium' };

function pod(
  name: string,
  namespace: string,
  app: string,
  spec: object = {},
  ip?: string,
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { app } },
    spec: { nodeName: 'node-1', containers: [{ name: 'main' }], ...spec },
    ...(ip ? { status: { podIPs: [{ ip }] } } : {}),
  };
}

function policy(spec: object, name: string = 'p'): KubernetesObject {
  return {
    apiVersion: 'cilium.io/v2',
    kind: 'CiliumNetworkPolicy',
    metadata: { name, namespace: 'shop' },
    spec: { endpointSelector: { matchLabels: { app: 'orders' } }, ...spec },
  };
}

function configMap(data: Record<string, string>): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'cilium-config', namespace: 'kube-system' },
    data,
  };
}

const WEB = pod('web', 'shop', 'web', {}, '10.0.0.1');
const ORDERS = pod('orders', 'shop', 'orders', {}, '10.0.0.2');
const AGENT = pod('agent', 'kube-system', 'cilium', {
  hostNetwork: true,
});
const NODES = ['node-1', 'node-2'].map((name, index) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  status: {
    addresses: [{ type: 'InternalIP', address: `172.18.0.${index + 1}` }],
  },
}));
const CILIUM_AGENT = {
  ...AGENT,
  metadata: {
    ...AGENT.metadata,
    labels: { 'k8s-app': 'cilium' },
    ownerReferences: [
      {
        apiVersion: 'apps/v1',
        kind: 'DaemonSet',
        name: 'cilium',
        controller: true,
      },
    ],
  },
};

function snapshotOf(
  objects: readonly KubernetesObject[],
  settings: ClusterSettings = CILIUM,
): ClusterSnapshot {
  const snapshot = ClusterSnapshot.create({
    cluster: 'test',
    objects: [WEB, ORDERS, ...NODES, ...objects],
    settings,
  });
  expect(snapshot.coverage.problems).toEqual([]);
  return snapshot;
}

function endOf(snapshot: ClusterSnapshot, end: string) {
  return (
    snapshot.workloads
      .flatMap(({ pods }) => pods)
      .find(({ name }) => name === end) ?? end
  );
}

function ask(snapshot: ClusterSnapshot, from: string, to: string, port = 80) {
  const connections: Connections = snapshot.derive(connectionsOf);
  const ends = connections.universe.between(
    endOf(snapshot, from),
    endOf(snapshot, to),
  );
  if (!ends) {
    throw new Error(`${from} and ${to} cannot be asked about`);
  }
  return decide(connections, { ...ends, protocol: 'TCP', port });
}

function verdict(
  objects: readonly KubernetesObject[],
  from: string,
  to: string,
  settings?: ClusterSettings,
) {
  return ask(snapshotOf(objects, settings), from, to).verdict;
}

const DENY_ALL = policy({ ingress: [{}] });

describe('whose network it is', () => {
  it('is Cilium where its agent runs, by the settings of its ConfigMap', () => {
    const objects = [CILIUM_AGENT, configMap({}), DENY_ALL];
    expect(snapshotOf(objects, {}).derive(cniOf).name).toBe('cilium');
    expect(verdict(objects, 'web', 'orders', {})).toBe('deny');
  });

  it('is unknown by what settings, where the ConfigMap is not in view', () => {
    const snapshot = snapshotOf([CILIUM_AGENT, DENY_ALL], {});
    expect(ask(snapshot, 'web', 'orders')).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining('ConfigMap cilium-config'),
      decidedBy: [
        {
          object: { kind: 'CiliumNetworkPolicy', name: 'p' },
          effect: 'unknown',
        },
      ],
    });
    expect(ask(snapshot, 'orders', 'web').verdict).toBe('allow');
  });

  it('is Cilium, as it does by default, where its policies are in view and nothing else shows the network', () => {
    const snapshot = snapshotOf([DENY_ALL], {});
    expect(snapshot.derive(cniOf)).toEqual({
      name: 'cilium',
      settings: CILIUM_DEFAULTS,
      assumed: true,
    });
    expect(ask(snapshot, 'web', 'orders').verdict).toBe('deny');
  });

  it('is then by the ConfigMap beside them, but not by one that anybody may have', () => {
    const never = configMap({ 'enable-policy': 'never' });
    const elsewhere = {
      ...never,
      metadata: { ...never.metadata, namespace: 'shop' },
    };
    expect(verdict([DENY_ALL, never], 'web', 'orders', {})).toBe('allow');
    expect(verdict([DENY_ALL, elsewhere], 'web', 'orders', {})).toBe('deny');
  });

  it('is unclear where policies of a kind are in view too that Cilium does not enforce', () => {
    const admin: KubernetesObject = {
      apiVersion: 'policy.networking.k8s.io/v1alpha1',
      kind: 'AdminNetworkPolicy',
      metadata: { name: 'admin' },
      spec: { priority: 1, subject: { namespaces: {} } },
    };
    const snapshot = snapshotOf([DENY_ALL, admin], {});
    expect(ask(snapshot, 'web', 'orders')).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining('which Cilium does not enforce'),
    });
    expect(ask(snapshot, 'orders', 'web').verdict).toBe('allow');
  });

  it('is plain Kubernetes where there is nothing of Cilium', () => {
    expect(snapshotOf([], {}).derive(cniOf)).toEqual({ name: 'kubernetes' });
  });

  it('is unknown where a setting changes which labels count', () => {
    const objects = [CILIUM_AGENT, configMap({ labels: 'k8s:app' }), DENY_ALL];
    expect(ask(snapshotOf(objects, {}), 'web', 'orders').reason).toContain(
      'sets labels',
    );
  });

  it('leaves what could not be read unknown', () => {
    const kinds: Partial<Record<KindName, KindCoverage>> = Object.fromEntries(
      KIND_NAMES.map(kind => [kind, { state: 'listed' }]),
    );
    const snapshot = ClusterSnapshot.create({
      cluster: 'test',
      objects: [WEB, ORDERS],
      settings: CILIUM,
      coverage: problems =>
        Coverage.create(
          {
            ...kinds,
            CiliumNetworkPolicy: { state: 'forbidden', verb: 'list' },
          },
          problems,
        ),
    });
    expect(ask(snapshot, 'web', 'orders').verdict).toBe('unknown');
  });
});

describe("the agent's settings", () => {
  const under = (ciliumConfig: Record<string, string>): ClusterSettings => ({
    ...CILIUM,
    ciliumConfig,
  });

  it.each([
    ['enable-policy: never enforces nothing', { 'enable-policy': 'never' }],
    ['audit mode only logs what is denied', { 'policy-audit-mode': 'true' }],
    [
      "Cilium's own policies can be switched off",
      { 'enable-cilium-network-policy': 'false' },
    ],
  ])('%s', (_rule, data) => {
    expect(verdict([DENY_ALL], 'web', 'orders', under(data))).toBe('allow');
  });

  it('enable-policy: always shuts pods that no policy selects', () => {
    const snapshot = snapshotOf([], under({ 'enable-policy': 'always' }));
    expect(ask(snapshot, 'web', 'orders')).toMatchObject({
      verdict: 'deny',
      decidedBy: [{ field: 'data.enable-policy' }],
    });
  });

  it('blocks may select nodes, by policy-cidr-match-mode, and which is unknown', () => {
    const block = policy({ ingress: [{ fromCIDR: ['0.0.0.0/0'] }] });
    expect(verdict([block], '172.18.0.2', 'orders')).toBe('deny');
    expect(
      verdict(
        [block],
        '172.18.0.2',
        'orders',
        under({ 'policy-cidr-match-mode': 'nodes' }),
      ),
    ).toBe('unknown');
  });

  it('the host firewall makes nodes unknown that policies select', () => {
    const ofNodes = {
      apiVersion: 'cilium.io/v2',
      kind: 'CiliumClusterwideNetworkPolicy',
      metadata: { name: 'nodes' },
      spec: { nodeSelector: {}, ingress: [{}] },
    };
    expect(verdict([ofNodes], 'web', '172.18.0.1')).toBe('allow');
    expect(
      verdict(
        [ofNodes],
        'web',
        '172.18.0.1',
        under({ 'enable-host-firewall': 'true' }),
      ),
    ).toBe('unknown');
  });
});

describe('policies that Cilium refuses', () => {
  const PEERS = { fromEndpoints: [{}] };
  const http = (port: object) => ({
    ingress: [
      { toPorts: [{ ports: [port], rules: { http: [{ method: 'GET' }] } }] },
    ],
  });

  it.each<[string, object, string, string]>([
    ['no rule at all', { ingress: [] }, 'spec', 'it has no rule'],
    [
      'peers of two kinds in one rule',
      { ingress: [{ ...PEERS, fromEntities: ['host'] }] },
      'spec.ingress[0]',
      'fromEndpoints and fromEntities cannot be in one rule',
    ],
    [
      'fromRequires',
      { ingress: [{ fromRequires: [{}] }] },
      'spec.ingress[0].fromRequires',
      'Cilium does not know fromRequires any more',
    ],
    [
      'rules for requests without a protocol',
      http({ port: '80' }),
      'spec.ingress[0].toPorts[0]',
      'rules for requests need protocol TCP, not ANY',
    ],
    [
      'rules for requests on port 0',
      http({ port: '0', protocol: 'TCP' }),
      'spec.ingress[0].toPorts[0]',
      'rules for requests need a port other than 0',
    ],
    [
      'an entity that nobody knows',
      { ingress: [{ fromEntities: ['moon'] }] },
      'spec.ingress[0].fromEntities',
      'Cilium knows no entity "moon"',
    ],
    [
      'an address that is none',
      { egress: [{ toCIDR: ['10.0.0.300/8'] }] },
      'spec.egress[0].toCIDR',
      '"10.0.0.300/8" is no block',
    ],
    [
      'an exception outside its block',
      {
        egress: [
          { toCIDRSet: [{ cidr: '10.0.0.0/8', except: ['11.0.0.0/9'] }] },
        ],
      },
      'spec.egress[0].toCIDRSet',
      'the exception "11.0.0.0/9" is no block within 10.0.0.0/8',
    ],
    [
      'an operator that nobody knows',
      {
        ingress: [
          {
            fromEndpoints: [
              { matchExpressions: [{ key: 'a', operator: 'Like' }] },
            ],
          },
        ],
      },
      'spec.ingress[0].fromEndpoints',
      'selectors have no operator "Like"',
    ],
    [
      'a selector of nodes in a namespace',
      { endpointSelector: undefined, nodeSelector: {}, ingress: [{}] },
      'spec.nodeSelector',
      'only a CiliumClusterwideNetworkPolicy selects nodes',
    ],
    [
      'selectors of nodes without the setting for them',
      { ingress: [{ fromNodes: [{}] }] },
      'spec.ingress[0].fromNodes',
      'fromNodes needs enable-node-selector-labels in ConfigMap cilium-config',
    ],
    [
      'a port that is none',
      { ingress: [{ toPorts: [{ ports: [{ port: '70000' }] }] }] },
      'spec.ingress[0].toPorts[0]',
      '"70000" is no port',
    ],
    [
      'DNS names for incoming traffic',
      {
        ingress: [
          {
            toPorts: [
              {
                ports: [{ port: '53', protocol: 'UDP' }],
                rules: { dns: [{ matchPattern: '*' }] },
              },
            ],
          },
        ],
      },
      'spec.ingress[0].toPorts[0]',
      'rules for incoming traffic take no DNS names',
    ],
  ])('%s', (_rule, spec, field, reason) => {
    const snapshot = snapshotOf([policy(spec)]);
    expect(snapshot.derive(refusedPoliciesOf)).toEqual([
      {
        object: {
          apiVersion: 'cilium.io/v2',
          kind: 'CiliumNetworkPolicy',
          namespace: 'shop',
          name: 'p',
        },
        field,
        reason,
      },
    ]);
    expect(ask(snapshot, 'web', 'orders').verdict).toBe('allow');
  });

  it('a policy without a spec', () => {
    const { spec: _, ...empty } = policy({});
    expect(snapshotOf([empty]).derive(refusedPoliciesOf)).toMatchObject([
      { field: 'spec', reason: 'there is neither a spec nor specs' },
    ]);
  });
});

describe('what is not in view', () => {
  it('names are a condition on addresses outside', () => {
    const names = policy({
      egress: [{ toFQDNs: [{ matchName: 'a.example' }] }],
    });
    expect(ask(snapshotOf([names]), 'orders', '203.0.113.9')).toMatchObject({
      verdict: 'allow',
      conditions: [['to a.example']],
    });
    expect(verdict([names], 'orders', 'web')).toBe('deny');
  });

  it('where the API server is, is a condition of what is allowed and unknown for what is denied', () => {
    const allow = policy({ egress: [{ toEntities: ['kube-apiserver'] }] });
    expect(ask(snapshotOf([allow]), 'orders', '203.0.113.9')).toMatchObject({
      verdict: 'allow',
      conditions: [['with the API server']],
    });
    const deny = policy({
      egress: [{ toEntities: ['all'] }],
      egressDeny: [{ toEntities: ['kube-apiserver'] }],
    });
    expect(verdict([deny], 'orders', '203.0.113.9')).toBe('unknown');
    expect(verdict([deny], 'orders', 'web')).toBe('allow');
    const shut = policy({ egressDeny: [{ toEntities: ['kube-apiserver'] }] });
    expect(verdict([shut], 'orders', '203.0.113.9')).toBe('deny');
  });

  it('groups of addresses in other objects are unknown', () => {
    const group = policy({
      egress: [{ toCIDRSet: [{ cidrGroupRef: 'partners' }] }],
    });
    expect(ask(snapshotOf([group]), 'orders', '203.0.113.9')).toMatchObject({
      verdict: 'unknown',
      reason: 'the addresses of CiliumCIDRGroup partners are not in view',
    });
    expect(verdict([group], 'orders', 'web')).toBe('deny');
  });
});

describe('services and requests', () => {
  const service = (name: string, spec: object): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'shop' },
    spec,
  });
  const toService = policy({
    egress: [
      {
        toServices: [{ k8sService: { serviceName: 'web', namespace: 'shop' } }],
      },
    ],
  });

  it('a service is the pods that it selects', () => {
    const objects = [toService, service('web', { selector: { app: 'web' } })];
    expect(verdict(objects, 'orders', 'web')).toBe('allow');
    expect(verdict(objects, 'orders', '203.0.113.9')).toBe('deny');
  });

  it('a service without a selector is unknown addresses outside', () => {
    const objects = [toService, service('web', {})];
    expect(verdict(objects, 'orders', '203.0.113.9')).toBe('unknown');
    expect(verdict(objects, 'orders', 'web')).toBe('deny');
  });

  it('requests are said in words', () => {
    const rules = {
      http: [
        { method: 'GET', path: '/a', host: 'shop' },
        { method: 'PUT', headers: ['X-Team: red'] },
      ],
    };
    const requests = policy({
      ingress: [
        { toPorts: [{ ports: [{ port: '80', protocol: 'TCP' }], rules }] },
      ],
    });
    expect(ask(snapshotOf([requests]), 'web', 'orders').conditions).toEqual([
      ['HTTP GET /a, host shop', 'HTTP PUT, header X-Team: red'],
    ]);
  });

  it('mutual authentication is a condition', () => {
    const authenticated = policy({
      ingress: [{ fromEndpoints: [{}], authentication: { mode: 'required' } }],
    });
    expect(
      ask(snapshotOf([authenticated]), 'web', 'orders').conditions,
    ).toEqual([['mutual authentication of the pods']]);
  });
});

describe('nodes and their pods', () => {
  it('an address of a pod is that pod, and its own node gets in', () => {
    const snapshot = snapshotOf([DENY_ALL]);
    expect(ask(snapshot, '10.0.0.1', 'orders').verdict).toBe('deny');
    expect(ask(snapshot, '172.18.0.1', 'orders')).toMatchObject({
      verdict: 'allow',
      decidedBy: [{ layer: 'cilium-config', field: 'data.allow-localhost' }],
    });
    expect(ask(snapshot, '172.18.0.2', 'orders').verdict).toBe('deny');
  });

  it('a workload on the network of its nodes reaches whom one of its pods reaches', () => {
    const snapshot = snapshotOf([AGENT, DENY_ALL]);
    const everything = { groups: snapshot.workloads, external: [] };
    const edges = [
      ...reach(snapshot.derive(connectionsOf), {
        from: everything,
        to: everything,
      }),
    ].flatMap(({ source, destination, allowed }) =>
      source.kind === 'pods' && destination.kind === 'pods'
        ? `${source.group.reference.name} → ${
            destination.group.reference.name
          }: ${allowed.isAll ? 'all' : 'some'}`
        : [],
    );
    expect(edges).toContain('agent → orders: all');
    expect(edges).not.toContain('web → orders: all');
  });
});
