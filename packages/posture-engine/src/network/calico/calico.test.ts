import { NetworkVerdict, decide } from '../../decisions';
import { parseManifests } from '../../manifests';
import { ClusterSnapshot, Coverage } from '../../snapshot';
import { connectionsOf } from '../connections';

/** Namespace shop with web, orders and db, namespace other with a robot and an agent on its node's network. */
const CLUSTER = `
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: sales}}
---
apiVersion: v1
kind: Namespace
metadata: {name: other, labels: {team: tools}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: buyer, namespace: shop, labels: {role: caller}}
---
${pod('shop', 'web', '10.0.0.1', 'serviceAccountName: buyer')}
---
${pod(
  'shop',
  'orders',
  '10.0.0.2',
  'containers: [{name: main, ports: [{name: http, containerPort: 8080}]}]',
)}
---
${pod('shop', 'db', '10.0.0.3')}
---
${pod('other', 'robot', '10.0.1.1')}
---
${pod('other', 'agent', '192.168.0.1', 'hostNetwork: true')}
`;

function pod(namespace: string, name: string, ip: string, spec = '') {
  return `apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: ${namespace}, labels: {app: ${name}}}
spec: {${
    spec.includes('containers') ? spec : `containers: []${spec && `, ${spec}`}`
  }}
status: {podIPs: [{ip: ${ip}}]}`;
}

const V3 = 'projectcalico.org/v3';
const CRD = 'crd.projectcalico.org/v1';

function policy(spec: string, name = 'p', apiVersion = V3) {
  return `
---
apiVersion: ${apiVersion}
kind: NetworkPolicy
metadata: {name: ${name}, namespace: shop}
spec: ${spec}
`;
}

function global(spec: string, name = 'g', apiVersion = V3) {
  return `
---
apiVersion: ${apiVersion}
kind: GlobalNetworkPolicy
metadata: {name: ${name}}
spec: ${spec}
`;
}

function object(kind: string, name: string, spec: string, labels = '{}') {
  return `
---
apiVersion: ${V3}
kind: ${kind}
metadata: {name: ${name}, labels: ${labels}}
spec: ${spec}
`;
}

function clusterOf(
  manifests: string,
  coverage = Coverage.complete,
): ClusterSnapshot {
  const { objects, problems } = parseManifests(
    CLUSTER + manifests,
    'test.yaml',
  );
  expect(problems).toEqual([]);
  return ClusterSnapshot.create({
    cluster: 'test',
    objects: objects.map(({ object: one }) => one),
    coverage,
  });
}

function answers(manifests: string | ClusterSnapshot) {
  const snapshot =
    typeof manifests === 'string' ? clusterOf(manifests) : manifests;
  const connections = snapshot.derive(connectionsOf);
  const { universe } = connections;
  const endpoint = (name: string) => {
    const found = snapshot.workloads
      .flatMap(({ pods }) => pods)
      .find(one => one.name === name);
    const known = found
      ? universe.classOfPod(found)
      : universe.classOfAddress(name);
    if (!known) {
      throw new Error(`there is no ${name}`);
    }
    return known;
  };
  return (question: string) => {
    const [from, to] = question.split(' -> ');
    const [, destination, port, protocol = 'TCP'] =
      /^(\S+?)(?: (\d+))?(?:\/(\w+))?$/.exec(to) ?? [];
    return decide(connections, {
      source: endpoint(from),
      destination: endpoint(destination),
      protocol: protocol as 'TCP',
      port: Number(port ?? 80),
    });
  };
}

function expectVerdicts(
  manifests: string,
  expected: Record<string, NetworkVerdict>,
): void {
  const ask = answers(manifests);
  expect(
    Object.fromEntries(
      Object.keys(expected).map(question => [question, ask(question).verdict]),
    ),
  ).toEqual(expected);
}

const ALLOW_WEB = `{action: Allow, source: {selector: app == 'web'}}`;

describe('policies of Calico', () => {
  it('shut the pods that they select, and only in the directions of their types', () => {
    expectVerdicts(policy(`{selector: app == 'orders', types: [Ingress]}`), {
      'web -> orders': 'deny',
      'web -> db': 'allow',
      'orders -> web': 'allow',
    });
    expectVerdicts(policy(`{selector: app == 'orders', types: [Egress]}`), {
      'web -> orders': 'allow',
      'orders -> web': 'deny',
      'orders -> 8.8.8.8': 'deny',
    });
  });

  it('have the types of their rules, and Ingress where there are none', () => {
    expectVerdicts(policy(`{selector: app == 'orders'}`), {
      'web -> orders': 'deny',
      'orders -> web': 'allow',
    });
    expectVerdicts(
      policy(
        `{selector: app == 'orders', egress: [{action: Deny, destination: {selector: app == 'db'}}]}`,
      ),
      { 'web -> orders': 'allow', 'orders -> web': 'deny' },
    );
  });

  it('stored past the API with no types have both', () => {
    expectVerdicts(policy(`{selector: app == 'orders'}`, 'default.p', CRD), {
      'web -> orders': 'deny',
      'orders -> web': 'deny',
    });
  });

  it('count once where both groups show them, whatever their names carry', () => {
    const ask = answers(
      policy(`{selector: app == 'orders', types: [Ingress]}`, 'p') +
        policy(`{selector: app == 'orders'}`, 'default.p', CRD),
    );
    expect(ask('orders -> web').verdict).toBe('allow');
    expect(ask('web -> orders').decidedBy).toEqual([
      {
        layer: 'calico-policy',
        direction: 'ingress',
        object: {
          apiVersion: V3,
          kind: 'NetworkPolicy',
          namespace: 'shop',
          name: 'p',
        },
        field: 'spec.types',
        effect: 'deny',
      },
    ]);
  });

  it('that mirror NetworkPolicies are no policies of their own', () => {
    expectVerdicts(policy(`{selector: all()}`, 'knp.default.x'), {
      'web -> orders': 'allow',
    });
  });

  it('of a namespace stay in it, those of the cluster may limit themselves to namespaces', () => {
    expectVerdicts(policy('{}'), {
      'robot -> orders': 'deny',
      'web -> robot': 'allow',
    });
    expectVerdicts(global(`{namespaceSelector: team == 'tools'}`), {
      'robot -> orders': 'allow',
      'web -> robot': 'deny',
    });
    expectVerdicts(
      global(`{namespaceSelector: projectcalico.org/name == 'shop'}`),
      { 'robot -> orders': 'deny', 'web -> robot': 'allow' },
    );
    expectVerdicts(global(`{selector: pcns.team == 'sales'}`), {
      'robot -> orders': 'deny',
      'web -> robot': 'allow',
    });
  });

  it('select pods by their service account', () => {
    expectVerdicts(global(`{serviceAccountSelector: role == 'caller'}`), {
      'orders -> web': 'deny',
      'web -> orders': 'allow',
    });
  });

  it('do not see pods on the network of their node', () => {
    expectVerdicts(global('{types: [Ingress, Egress]}'), {
      '8.8.8.8 -> agent': 'allow',
      'agent -> orders': 'deny',
    });
  });
});

describe('rules of Calico', () => {
  const shop = (...rules: string[]) =>
    policy(`{ingress: [${rules.join(', ')}]}`);

  it('count in their order; Log decides nothing', () => {
    expectVerdicts(
      shop(
        '{action: Log}',
        `{action: Deny, source: {selector: app == 'web'}, protocol: TCP, destination: {ports: [81]}}`,
        ALLOW_WEB,
      ),
      {
        'web -> orders 80': 'allow',
        'web -> orders 81': 'deny',
        'db -> orders 80': 'deny',
      },
    );
  });

  it('of a namespace mean its own pods, unless namespaceSelector says otherwise', () => {
    expectVerdicts(shop(`{action: Allow, source: {selector: all()}}`), {
      'web -> orders': 'allow',
      'robot -> orders': 'deny',
      '8.8.8.8 -> orders': 'deny',
    });
    expectVerdicts(
      shop(`{action: Allow, source: {namespaceSelector: all()}}`),
      {
        'robot -> orders': 'allow',
        'agent -> orders': 'deny',
        '8.8.8.8 -> orders': 'deny',
      },
    );
    expectVerdicts(
      shop(
        `{action: Allow, source: {selector: app == 'robot', namespaceSelector: team == 'tools'}}`,
      ),
      { 'robot -> orders': 'allow', 'web -> orders': 'deny' },
    );
  });

  it('with no selector mean everybody, with notSelector alone everybody else', () => {
    expectVerdicts(shop('{action: Allow}'), {
      '8.8.8.8 -> orders': 'allow',
      'agent -> orders': 'allow',
    });
    expectVerdicts(
      global(
        `{ingress: [{action: Allow, source: {notSelector: app == 'web'}}]}`,
      ),
      {
        'web -> orders': 'deny',
        'db -> orders': 'allow',
        '8.8.8.8 -> orders': 'allow',
      },
    );
    // In a namespace's policy any selector keeps the rule in the namespace.
    expectVerdicts(
      shop(`{action: Allow, source: {notSelector: app == 'web'}}`),
      { 'db -> orders': 'allow', '8.8.8.8 -> orders': 'deny' },
    );
  });

  it('select peers by service account, by name and by label', () => {
    for (const match of [
      '{names: [buyer]}',
      `{selector: role == 'caller'}`,
      `{names: [buyer], selector: has(role)}`,
    ]) {
      expectVerdicts(
        shop(`{action: Allow, source: {serviceAccounts: ${match}}}`),
        { 'web -> orders': 'allow', 'db -> orders': 'deny' },
      );
    }
  });

  it('match addresses, of pods too, less those that they leave out', () => {
    expectVerdicts(
      shop(
        `{action: Allow, source: {nets: [10.0.0.0/8, 9.9.9.9], notNets: [10.0.1.0/24]}}`,
      ),
      {
        'web -> orders': 'allow',
        'robot -> orders': 'deny',
        '9.9.9.9 -> orders': 'allow',
        '9.9.9.8 -> orders': 'deny',
      },
    );
  });

  it('need both nets and selector where both are there', () => {
    expectVerdicts(
      shop(`{action: Allow, source: {selector: all(), nets: [10.0.0.1/32]}}`),
      { 'web -> orders': 'allow', 'db -> orders': 'deny' },
    );
  });

  it('take ports as numbers, ranges and names, less those that they leave out', () => {
    expectVerdicts(
      shop(
        `{action: Allow, protocol: TCP, destination: {ports: [http, 90, '100:200'], notPorts: [150]}}`,
      ),
      {
        'web -> orders 8080': 'allow',
        'web -> db 8080': 'deny',
        'web -> orders 90': 'allow',
        'web -> orders 200': 'allow',
        'web -> orders 150': 'deny',
        'web -> orders 90/UDP': 'deny',
      },
    );
    expectVerdicts(
      policy(
        `{selector: app == 'web', egress: [{action: Allow, protocol: TCP, destination: {ports: [http]}}]}`,
      ),
      {
        'web -> orders 8080': 'allow',
        'web -> db 8080': 'deny',
        'web -> 8.8.8.8 8080': 'deny',
      },
    );
  });

  it('take protocols by name and number, and what is for others decides nothing', () => {
    expectVerdicts(
      shop(
        '{action: Deny, protocol: ICMP}',
        '{action: Deny, protocol: 17}',
        '{action: Allow, notProtocol: SCTP}',
      ),
      {
        'web -> orders 80': 'allow',
        'web -> orders 80/UDP': 'deny',
        'web -> orders 80/SCTP': 'deny',
      },
    );
  });

  it('may name the own side too', () => {
    expectVerdicts(
      shop(
        `{action: Allow, source: {selector: app == 'web'}, destination: {selector: app == 'orders'}}`,
        `{action: Allow, source: {selector: app == 'db'}, destination: {nets: [10.0.0.2]}}`,
      ),
      {
        'web -> orders': 'allow',
        'web -> db': 'deny',
        'db -> orders': 'allow',
        'db -> web': 'deny',
      },
    );
  });

  it('mean the addresses of network sets by the labels of the sets', () => {
    const sets =
      object(
        'GlobalNetworkSet',
        'partners',
        '{nets: [9.9.9.0/24, broken]}',
        '{kind: partner}',
      ) +
      object(
        'NetworkSet',
        'near',
        '{nets: [10.0.1.0/24]}',
        '{kind: near}',
      ).replace('name: near', 'name: near, namespace: shop');
    expectVerdicts(
      sets +
        global(`{ingress: [{action: Allow, source: {selector: has(kind)}}]}`),
      {
        '9.9.9.9 -> orders': 'allow',
        // A set of addresses takes the pods that have them.
        'robot -> orders': 'allow',
        'web -> orders': 'deny',
      },
    );
    // A rule of a namespace sees its own sets, and with global() those of the cluster only.
    expectVerdicts(
      sets + shop(`{action: Allow, source: {selector: has(kind)}}`),
      { '9.9.9.9 -> orders': 'deny', 'robot -> orders': 'allow' },
    );
    expectVerdicts(
      sets +
        shop(
          `{action: Allow, source: {selector: has(kind), namespaceSelector: global()}}`,
        ),
      { '9.9.9.9 -> orders': 'allow', 'robot -> orders': 'deny' },
    );
  });

  it('mean the pods behind a Service, at the ports behind it', () => {
    const service = `
---
apiVersion: v1
kind: Service
metadata: {name: orders, namespace: shop}
spec: {selector: {app: orders}, ports: [{port: 80, targetPort: http}]}
`;
    expectVerdicts(
      service +
        policy(
          `{selector: app == 'web', egress: [{action: Allow, destination: {services: {name: orders}}}]}`,
        ),
      {
        'web -> orders 8080': 'allow',
        'web -> orders 80': 'deny',
        'web -> db 8080': 'deny',
      },
    );
    expectVerdicts(
      service +
        shop(
          `{action: Allow, source: {services: {name: orders, namespace: shop}}}`,
        ),
      { 'orders -> db': 'allow', 'web -> db': 'deny' },
    );
  });
});

describe('the order of Calico', () => {
  it('is by order, and without one last', () => {
    const deny = global('{order: 10, ingress: [{action: Deny}]}', 'deny');
    expectVerdicts(deny + global('{ingress: [{action: Allow}]}', 'allow'), {
      'web -> orders': 'deny',
    });
    expectVerdicts(
      deny + global('{order: 9.5, ingress: [{action: Allow}]}', 'allow'),
      { 'web -> orders': 'allow' },
    );
  });

  it('is by name among equals, and unknown where versions of Calico tell names differently and it matters', () => {
    expectVerdicts(
      global('{ingress: [{action: Deny}]}', 'a') +
        global('{ingress: [{action: Allow}]}', 'b'),
      { 'web -> orders': 'deny' },
    );
    // Up to 3.31 `shop/default.a` comes after `default.b`, since 3.32 `a/shop` before `b/`.
    const ask = answers(
      policy(`{ingress: [${ALLOW_WEB}]}`, 'a') +
        global('{ingress: [{action: Deny}]}', 'b'),
    );
    expect(ask('web -> orders')).toMatchObject({
      verdict: 'unknown',
      reason:
        'policies of equal order disagree, and which of them counts depends on the version of Calico',
    });
    expect(ask('db -> orders').verdict).toBe('deny');
  });

  it('asks tiers by order; Pass goes on to the next, and so does a tier that says so', () => {
    const tiers =
      object('Tier', 'first', '{order: 5}') +
      object('Tier', 'second', '{order: 6, defaultAction: Pass}');
    expectVerdicts(
      tiers +
        global(
          `{tier: first, ingress: [{action: Pass, source: {selector: "app in {'web', 'db'}"}}]}`,
          'first.g',
        ) +
        global(
          `{tier: second, ingress: [{action: Deny, source: {selector: app == 'db'}}]}`,
          'second.g',
        ),
      {
        'web -> orders': 'allow',
        'db -> orders': 'deny',
        // The first tier applies and says nothing of it, which is its end.
        'robot -> orders': 'deny',
      },
    );
  });

  it('puts NetworkPolicies at order 1000 of the default tier', () => {
    const networkPolicy = `
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web-only, namespace: shop}
spec: {podSelector: {matchLabels: {app: orders}}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]}
`;
    const rule = (order: number, action: string) =>
      global(
        `{order: ${order}, selector: app == 'orders', ingress: [{action: ${action}, source: {selector: "app in {'web', 'db'}"}}]}`,
      );
    const ask = answers(networkPolicy + rule(999, 'Deny'));
    expect(ask('web -> orders').verdict).toBe('deny');
    expectVerdicts(networkPolicy + rule(1001, 'Deny'), {
      'web -> orders': 'allow',
    });
    // What NetworkPolicies do not let through is not shut yet.
    expectVerdicts(networkPolicy + rule(1001, 'Allow'), {
      'db -> orders': 'allow',
      'robot -> orders': 'deny',
    });
    expectVerdicts(
      networkPolicy + global('{order: 1, ingress: [{action: Pass}]}'),
      {
        'robot -> orders': 'allow',
      },
    );
  });

  it('puts AdminNetworkPolicies before the default tier and BaselineAdminNetworkPolicies after it', () => {
    const admin = (kind: string, name: string, action: string) => `
---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: ${kind}
metadata: {name: ${name}}
spec:
  priority: 10
  subject: {namespaces: {}}
  ingress: [{action: ${action}, from: [{namespaces: {}}]}]
`;
    expectVerdicts(admin('AdminNetworkPolicy', 'a', 'Allow') + policy('{}'), {
      'robot -> orders': 'allow',
    });
    expectVerdicts(
      admin('BaselineAdminNetworkPolicy', 'default', 'Deny') +
        policy(`{selector: app == 'orders', ingress: [{action: Allow}]}`),
      { 'robot -> orders': 'allow', 'robot -> web': 'deny' },
    );
    // Priorities are orders of the tier, in which Calico's own policies may be too.
    expectVerdicts(
      admin('AdminNetworkPolicy', 'a', 'Allow') +
        global(
          '{tier: adminnetworkpolicy, order: 5, ingress: [{action: Deny}]}',
          'adminnetworkpolicy.g',
        ),
      { 'robot -> orders': 'deny' },
    );
  });
});

describe('what nobody can tell under Calico', () => {
  it.each([
    ['http: {methods: [GET]}', 'its match on HTTP counts only where'],
    ['source: {ports: [53]}, protocol: TCP', 'the port from which'],
    ['destination: {ports: [80]}', 'it has ports and no protocol'],
    [`protocol: TCP, destination: {ports: ['1:0']}`, 'the port 1:0'],
    [`protocol: TCP, destination: {ports: [a b]}`, 'the port a b'],
    ['protocol: QUIC', 'the protocol QUIC'],
    ['notICMP: {type: 8}', 'a match on ICMP without the protocol'],
    ['source: {domains: [example.org]}', 'its field domains is not followed'],
    ['sometimes: true', 'its field sometimes is not followed'],
    ['source: {selector: app = }', 'its selector cannot be read'],
    ['source: {selector: global()}', 'its selector has global()'],
    ['source: {nets: [10.0.0.0/40]}', 'it names "10.0.0.0/40"'],
    ['source: {nets: [010.0.0.1]}', 'it names "010.0.0.1"'],
    ['ipVersion: 5', 'nobody knows the IP version 5'],
    [
      'source: {services: {name: orders}, selector: all()}',
      'its match on a Service',
    ],
  ])('a rule with %s', (fields, reason) => {
    const ask = answers(policy(`{ingress: [{action: Allow, ${fields}}]}`));
    expect(ask('web -> orders 80')).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining(reason),
    });
  });

  it('leaves alone what is the same either way', () => {
    expectVerdicts(
      policy(
        `{ingress: [{action: Allow, http: {methods: [GET]}, source: {selector: app == 'web'}}, {action: Allow, source: {selector: "app in {'web', 'robot'}"}}]}`,
      ),
      { 'web -> orders': 'allow', 'db -> orders': 'deny' },
    );
    expectVerdicts(
      policy(
        `{ingress: [{action: Deny, source: {selector: broken}}, {action: Allow, source: {selector: app == 'web'}}]}`,
      ),
      { 'web -> orders': 'unknown', 'db -> orders': 'deny' },
    );
  });

  it('is an action that Calico does not have', () => {
    expectVerdicts(policy('{ingress: [{action: Reject}, {action: Allow}]}'), {
      'web -> orders': 'unknown',
    });
  });

  it('is to whom a policy with an unreadable selector applies, but what comes before it decides', () => {
    const broken = policy('{order: 5, selector: app = }', 'broken');
    expectVerdicts(broken, {
      'web -> orders': 'unknown',
      'web -> robot': 'allow',
    });
    expectVerdicts(broken + policy(`{order: 1, ingress: [{action: Deny}]}`), {
      'web -> orders': 'deny',
    });
  });

  it('is a policy of a tier that is not there', () => {
    const ask = answers(
      global(`{tier: security, selector: app == 'orders'}`, 'security.g'),
    );
    expect(ask('web -> orders')).toMatchObject({
      verdict: 'unknown',
      reason:
        'GlobalNetworkPolicy security.g is in the tier security, which is not there',
    });
    expect(ask('web -> db').verdict).toBe('allow');
  });

  it('is a match by address on pods that have none yet', () => {
    const planned = `
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: planned, namespace: other}
spec: {template: {metadata: {labels: {app: planned}}, spec: {containers: []}}}
`;
    expectVerdicts(
      planned +
        policy(`{ingress: [{action: Allow, source: {nets: [10.0.1.0/24]}}]}`),
      { 'planned -> orders': 'unknown', 'web -> orders': 'deny' },
    );
    expectVerdicts(
      planned +
        policy(
          `{ingress: [{action: Allow, source: {namespaceSelector: team == 'tools'}}]}`,
        ),
      { 'planned -> orders': 'allow' },
    );
  });

  it('is a denial of one address of a pod that has two', () => {
    const both = pod('other', 'dual', '10.0.1.9}, {ip: "fd00::9"');
    const rules = (action: string) =>
      `\n---\n${both}${global(
        `{ingress: [{action: ${action}, source: {nets: [10.0.1.0/24]}}, {action: ${
          action === 'Deny' ? 'Allow' : 'Deny'
        }}]}`,
      )}`;
    expectVerdicts(rules('Deny'), {
      'dual -> orders': 'unknown',
      'robot -> orders': 'deny',
    });
    expectVerdicts(rules('Allow'), { 'dual -> orders': 'allow' });
  });

  it('are the connections of hosts with endpoints of their own, and what such policies forward', () => {
    const host = object(
      'HostEndpoint',
      'node-1',
      '{node: node-1, interfaceName: "*", expectedIPs: [192.168.0.1]}',
      '{role: node}',
    );
    expectVerdicts(
      host +
        policy(`{selector: app == 'db', ingress: [{action: Deny}]}`) +
        global(
          `{selector: role == 'node', applyOnForward: true, ingress: [{action: Deny}]}`,
        ),
      {
        '8.8.8.8 -> agent': 'unknown',
        'web -> orders': 'unknown',
        'web -> db': 'deny',
      },
    );
    // Rules mean its addresses by its labels, and policies for untracked traffic leave pods alone.
    expectVerdicts(
      host +
        global(
          `{selector: app == 'orders', ingress: [{action: Allow, source: {selector: role == 'node'}}]}`,
        ),
      { '192.168.0.1 -> orders': 'allow', 'web -> orders': 'deny' },
    );
    expectVerdicts(
      global(
        `{doNotTrack: true, applyOnForward: true, ingress: [{action: Deny}]}`,
      ),
      { 'web -> orders': 'allow' },
    );
  });

  it('is everything where sets or accounts that policies name were not seen', () => {
    const snapshot = clusterOf(
      policy(`{selector: app == 'orders', ingress: [${ALLOW_WEB}]}`),
      problems =>
        Coverage.create(
          {
            ...Coverage.complete().kinds,
            'GlobalNetworkSet.crd.projectcalico.org': {
              state: 'forbidden',
              verb: 'list',
            },
          },
          problems,
        ),
    );
    expect(answers(snapshot)('web -> orders')).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining('globalnetworksets'),
    });
  });

  it('is what a policy does that cannot be read at all', () => {
    expectVerdicts(policy('{ingress: [7]}'), {
      'web -> orders': 'unknown',
      'robot -> 8.8.8.8': 'allow',
    });
  });
});

describe('whose network it is', () => {
  const agent = (label: string) => `
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent-of-network, namespace: kube-system}
spec: {template: {metadata: {labels: {k8s-app: ${label}}}, spec: {hostNetwork: true, containers: []}}}
`;

  it('under Cilium policies of Calico enforce nothing', () => {
    const cilium = `${agent('cilium')}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: cilium-config, namespace: kube-system}
data: {}
`;
    expectVerdicts(cilium + policy('{}'), { 'web -> orders': 'allow' });
  });

  it('is unclear between policies of Cilium and of Calico with no agent in view', () => {
    const cilium = `
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: c, namespace: other}
spec: {endpointSelector: {}, ingress: [{}]}
`;
    expectVerdicts(cilium + policy('{}'), { 'web -> orders': 'unknown' });
    expectVerdicts(cilium + policy('{}') + agent('calico-node'), {
      'web -> orders': 'deny',
      'web -> robot': 'allow',
    });
  });
});
