import { findingsOf } from '../../testing/expectFindings';
import { defaultDeny as control } from './defaultDeny';

const orders = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders, namespace: shop}
spec:
  template:
    metadata: {labels: {app: orders}}
    spec: {containers: [{name: app}]}
`;

function policy(spec: string, namespace = 'shop', name = 'rules') {
  return `
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: ${name}, namespace: ${namespace}}
spec: ${spec}
`;
}

const bothClosed = policy(
  '{podSelector: {}, policyTypes: [Ingress, Egress]}',
  'shop',
  'closed',
);

function findingFor(...manifests: string[]) {
  return findingsOf({ control, manifests: [orders, ...manifests].join('') })[0];
}

describe('NW-1 and policies of the cluster', () => {
  function tiered(kind: string, spec: string, name = 'tier') {
    const version = kind === 'ClusterNetworkPolicy' ? 'v1alpha2' : 'v1alpha1';
    return `
---
apiVersion: policy.networking.k8s.io/${version}
kind: ${kind}
metadata: {name: ${name}}
spec: ${spec}
`;
  }
  const all = 'subject: {namespaces: {}}';
  const everybody = '{namespaces: {}}';
  const everywhere = `${everybody}, {networks: [0.0.0.0/0, '::/0']}`;
  const verdict = (...manifests: string[]) => findingFor(...manifests).verdict;

  it('fails where an admin policy lets in what the namespace denies: the evidence is its rule', () => {
    expect(
      findingFor(
        bothClosed,
        tiered(
          'AdminNetworkPolicy',
          `{${all}, priority: 1, ingress: [{action: Allow, from: [${everybody}]}]}`,
        ),
      ),
    ).toMatchObject({
      verdict: 'fail',
      severity: 'high',
      message:
        'Any pod in the cluster can open connections to every port of orders.',
      because:
        'AdminNetworkPolicy tier is asked before the policies of the namespace: spec.ingress[0] lets them in, whatever those say.',
      witness: { from: 'any pod in the cluster', to: 'orders', port: null },
      evidence: [
        {
          object: { kind: 'AdminNetworkPolicy', name: 'tier' },
          field: 'spec.ingress[0]',
          value: { action: 'Allow', from: [{ namespaces: {} }] },
        },
      ],
      fix: {
        summary: expect.stringMatching(
          /^Have whoever runs the cluster narrow spec\.ingress\[0\] of AdminNetworkPolicy tier/,
        ),
      },
    });
    expect(
      findingFor(
        bothClosed,
        tiered(
          'ClusterNetworkPolicy',
          `{tier: Admin, priority: 1, ${all}, egress: [{action: Accept, to: [{networks: [0.0.0.0/0]}]}]}`,
        ),
      ).message,
    ).toBe(
      'orders can open connections to every address, in the cluster and outside.',
    );
  });

  it('is not disturbed by an admin policy that denies more, passes on, lets somebody in particular in, or does nothing', () => {
    for (const rules of [
      `[{action: Deny, from: [${everybody}]}]`,
      `[{action: Pass, from: [${everybody}]}]`,
      '[{action: Allow, from: [{namespaces: {matchLabels: {team: web}}}]}]',
      '[]',
    ]) {
      expect(
        verdict(
          bothClosed,
          tiered(
            'AdminNetworkPolicy',
            `{${all}, priority: 1, ingress: ${rules}}`,
          ),
        ),
      ).toBe('pass');
    }
  });

  it('takes the first rule that matches: an accept behind a denial opens nothing', () => {
    const rules = (first: string, second: string) =>
      tiered(
        'AdminNetworkPolicy',
        `{${all}, priority: 1, ingress: [{action: ${first}, from: [${everybody}]}, {action: ${second}, from: [${everybody}]}]}`,
      );
    expect(verdict(bothClosed, rules('Deny', 'Allow'))).toBe('pass');
    expect(verdict(bothClosed, rules('Allow', 'Deny'))).toBe('fail');
  });

  it('passes where a policy of either tier denies what no NetworkPolicy does, also to addresses outside', () => {
    const denies = `{action: Deny, to: [${everywhere}]}`;
    const inbound = policy('{podSelector: {}, policyTypes: [Ingress]}');
    for (const kind of ['AdminNetworkPolicy', 'BaselineAdminNetworkPolicy']) {
      const tier = tiered(
        kind,
        `{${all}, priority: 1, egress: [${denies}]}`,
        'default',
      );
      expect(findingFor(inbound, tier)).toMatchObject({
        verdict: 'pass',
        message: `Only what network policies let through reaches orders or leaves it: NetworkPolicy shop/rules and ${kind} default isolate it in both directions, provided that the network of the cluster enforces network policies, which nothing here shows.`,
      });
    }
  });

  it('fails where a tier shuts out the pods and cannot speak of addresses outside', () => {
    expect(
      findingFor(
        policy('{podSelector: {}, policyTypes: [Egress]}'),
        tiered(
          'AdminNetworkPolicy',
          `{${all}, priority: 1, ingress: [{action: Deny, from: [${everybody}]}]}`,
        ),
      ),
    ).toMatchObject({
      verdict: 'fail',
      message:
        'Anyone outside the cluster can open connections to every port of orders.',
    });
  });

  it('is not disturbed by a baseline policy where NetworkPolicies select the pods, and fails where none does', () => {
    const baseline = tiered(
      'ClusterNetworkPolicy',
      `{tier: Baseline, priority: 1, ${all}, ingress: [{action: Accept, from: [${everybody}]}]}`,
    );
    expect(verdict(bothClosed, baseline)).toBe('pass');
    expect(
      findingFor(policy('{podSelector: {}, policyTypes: [Egress]}'), baseline),
    ).toMatchObject({ verdict: 'fail', severity: 'high' });
  });

  it('is unknown where policies of equal priority disagree, and names both', () => {
    const rule = (action: string, name: string) =>
      tiered(
        'AdminNetworkPolicy',
        `{${all}, priority: 7, ingress: [{action: ${action}, from: [${everybody}]}]}`,
        name,
      );
    expect(
      findingFor(bothClosed, rule('Allow', 'one'), rule('Deny', 'two')),
    ).toMatchObject({
      verdict: 'unknown',
      message:
        'Cannot be told: AdminNetworkPolicy one and AdminNetworkPolicy two have the same priority and disagree, and the API leaves open which of them counts.',
    });
  });

  it('is not disturbed by a policy for other pods or namespaces', () => {
    for (const subject of [
      'namespaces: {matchLabels: {kubernetes.io/metadata.name: other}}',
      'pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}',
    ]) {
      expect(
        verdict(
          bothClosed,
          tiered(
            'AdminNetworkPolicy',
            `{subject: {${subject}}, priority: 1, ingress: [{action: Allow, from: [${everybody}]}]}`,
          ),
        ),
      ).toBe('pass');
    }
  });
});

describe('NW-1 where Cilium enforces', () => {
  function cilium(spec: string, namespace = 'shop') {
    return `
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: extra, namespace: ${namespace}}
spec: ${spec}
`;
  }

  function finding(...manifests: string[]) {
    return findingsOf({
      control,
      manifests: [orders, ...manifests].join(''),
      settings: { cni: 'cilium' },
    })[0];
  }

  const ingress = (rules: string) =>
    finding(bothClosed, cilium(`{endpointSelector: {}, ingress: ${rules}}`));

  it('passes as declared where that was only stated, and says so', () => {
    expect(finding(bothClosed)).toMatchObject({
      verdict: 'pass',
      enforcement: 'declared',
      message:
        'Only what network policies let through reaches orders or leaves it: NetworkPolicy shop/closed isolates it in both directions, and Cilium enforces them, as was stated for the cluster.',
    });
  });

  it('passes as declared where nothing but its policies shows the network, as in a folder of manifests', () => {
    expect(
      findingsOf({
        control,
        manifests: [
          orders,
          cilium('{endpointSelector: {}, ingress: [{}], egress: [{}]}'),
        ].join(''),
      })[0],
    ).toMatchObject({
      verdict: 'pass',
      enforcement: 'declared',
      message: expect.stringContaining('which nothing here shows'),
    });
  });

  it('reads an empty rule as a default deny, where a NetworkPolicy lets everybody in by it', () => {
    const denies = cilium(
      '{endpointSelector: {}, ingress: [{}], egress: [{}]}',
    );
    expect(finding(denies)).toMatchObject({
      verdict: 'pass',
      evidence: [
        { object: { name: 'extra' }, field: 'spec.ingress', value: [{}] },
        { object: { name: 'extra' }, field: 'spec.egress', value: [{}] },
      ],
    });
  });

  it('fails where a policy lets in everybody, every pod, or the world', () => {
    expect(ingress('[{fromEntities: [all]}]').message).toBe(
      'Anyone who reaches the network of the pods can open connections to every port of orders.',
    );
    expect(ingress('[{fromEntities: [cluster]}]').message).toBe(
      'Any pod in the cluster can open connections to every port of orders.',
    );
    expect(ingress('[{fromCIDR: [0.0.0.0/0]}]').message).toBe(
      'Anyone outside the cluster can open connections to every port of orders.',
    );
    expect(
      ingress(
        '[{fromEndpoints: [{matchExpressions: [{key: app, operator: Exists}, {key: "k8s:io.kubernetes.pod.namespace", operator: Exists}]}]}]',
      ).message,
    ).toBe(
      'Any pod in the cluster can open connections to every port of orders.',
    );
    expect(ingress('[{fromEndpoints: [{}]}]').verdict).toBe('pass');
  });

  it('fails where another policy denies, and the default deny is switched off', () => {
    expect(
      finding(
        policy('{podSelector: {}, policyTypes: [Egress]}'),
        cilium(
          '{endpointSelector: {}, enableDefaultDeny: {ingress: false}, ingressDeny: [{fromCIDR: [192.0.2.0/24]}]}',
        ),
      ),
    ).toMatchObject({
      verdict: 'fail',
      message:
        'Any pod in the cluster can open connections to every port of orders.',
    });
  });

  it('is mild where only what is asked for is limited: everybody may still ask', () => {
    const rule = (http: string) =>
      `[{fromEntities: [all], toPorts: [{ports: [{port: "8080", protocol: TCP}], rules: {http: ${http}}}]}]`;
    expect(ingress(rule('[{method: GET, path: /public}]'))).toMatchObject({
      verdict: 'fail',
      severity: 'low',
      message:
        'Anyone who reaches the network of the pods can send some requests to port 8080 of orders: policies limit what is asked for (HTTP GET /public), not who asks.',
      witness: { port: 8080, action: 'HTTP GET /public' },
    });
    expect(ingress(rule('[{}]'))).toMatchObject({
      verdict: 'fail',
      severity: 'medium',
      message:
        'Anyone who reaches the network of the pods can send any HTTP request to port 8080 of orders.',
    });
  });

  it('does not take authentication for a limit: every pod can authenticate itself', () => {
    expect(
      ingress('[{fromEntities: [all], authentication: {mode: required}}]'),
    ).toMatchObject({
      verdict: 'fail',
      severity: 'medium',
      message:
        'Any pod in the cluster can open connections to every port of orders: Cilium makes it prove who it is, but lets it in whoever it is.',
    });
  });

  it('does not take destinations by name for everybody', () => {
    expect(
      finding(
        bothClosed,
        cilium(
          '{endpointSelector: {}, egress: [{toFQDNs: [{matchName: shop.example}]}]}',
        ),
      ).verdict,
    ).toBe('pass');
  });

  it('is not disturbed by a policy of another namespace, for other pods, or that only denies', () => {
    for (const extra of [
      cilium(
        '{endpointSelector: {}, ingress: [{fromEntities: [all]}]}',
        'other',
      ),
      cilium(
        '{endpointSelector: {matchLabels: {app: web}}, ingress: [{fromEntities: [all]}]}',
      ),
      cilium('{endpointSelector: {}, ingressDeny: [{}]}'),
    ]) {
      expect(finding(bothClosed, extra).verdict).toBe('pass');
    }
  });

  it('fails where the agent is told to enforce nothing', () => {
    expect(
      findingsOf({
        control,
        manifests: orders + bothClosed,
        settings: { cni: 'cilium', ciliumConfig: { 'enable-policy': 'never' } },
      })[0],
    ).toMatchObject({
      verdict: 'fail',
      because: expect.stringContaining(
        'NetworkPolicy shop/closed selects the pods of orders for incoming connections, but the network of the cluster does not enforce it.',
      ),
    });
  });
});

describe('NW-1 where Calico enforces', () => {
  const calico = (spec: string, kind = 'NetworkPolicy') => `
---
apiVersion: projectcalico.org/v3
kind: ${kind}
metadata: {name: extra${kind === 'NetworkPolicy' ? ', namespace: shop' : ''}}
spec: ${spec}
`;
  const verdict = (...manifests: string[]) =>
    findingsOf({
      control,
      manifests: [orders, ...manifests].join(''),
      settings: { cni: 'calico' },
    })[0];

  it('passes where its policies select the pods: the end of their tier denies', () => {
    expect(
      verdict(calico('{selector: all(), types: [Ingress, Egress]}')),
    ).toMatchObject({ verdict: 'pass' });
  });

  it('passes as enforced where its agent is there', () => {
    const agent = `
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: calico-node, namespace: kube-system}
spec:
  template:
    metadata: {labels: {k8s-app: calico-node}}
    spec:
      hostNetwork: true
      containers: [{name: calico-node, image: quay.io/calico/node:v3.30.2}]
`;
    expect(
      findingsOf({ control, manifests: orders + bothClosed + agent }).find(
        ({ subject }) => subject.name === 'orders',
      ),
    ).toMatchObject({
      verdict: 'pass',
      enforcement: 'enforced',
      message:
        'Only what network policies let through reaches orders or leaves it: NetworkPolicy shop/closed isolates it in both directions, and Calico enforces them.',
    });
  });

  it('fails where a later policy of the same tier allows what a NetworkPolicy does not: only the end of a tier denies', () => {
    expect(
      verdict(
        bothClosed,
        calico(
          '{selector: all(), types: [], ingress: [{action: Allow}]}',
          'GlobalNetworkPolicy',
        ),
      ),
    ).toMatchObject({
      verdict: 'fail',
      severity: 'high',
      evidence: [
        {
          object: { kind: 'GlobalNetworkPolicy', name: 'extra' },
          field: 'spec.ingress[0]',
        },
      ],
    });
  });

  it('holds where rules name blocks, networks and labels in particular', () => {
    for (const source of [
      '{nets: [10.0.0.0/8]}',
      '{selector: role == "web"}',
      '{selector: "!has(role)", namespaceSelector: all()}',
    ]) {
      const { verdict: found } = verdict(
        bothClosed,
        calico(
          `{selector: all(), types: [Ingress], ingress: [{action: Allow, source: ${source}}]}`,
        ),
      );
      expect([source, found]).toEqual([
        source,
        source.includes('!') ? 'fail' : 'pass',
      ]);
    }
  });
});

describe('NW-1 and pods with addresses', () => {
  const pod = (name: string, ip: string) => `
---
apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: other}
spec: {containers: [{name: app}]}
status: {phase: Running, podIP: ${ip}, podIPs: [{ip: ${ip}}]}
`;
  const block = (cidr: string) =>
    policy(
      `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{ipBlock: {cidr: ${cidr}}}]}]}`,
    );

  it('fails where a block takes in the network of the pods, and passes where it is another network', () => {
    const pods = pod('one', '10.244.1.7') + pod('two', '10.244.2.9');
    const ofOrders = (cidr: string) =>
      findingsOf({
        control,
        manifests: orders + bothClosed + pods + block(cidr),
      }).find(({ subject }) => subject.name === 'orders');
    expect(ofOrders('10.0.0.0/8')).toMatchObject({
      verdict: 'fail',
      message:
        'Any pod in the cluster can open connections to every port of orders.',
    });
    expect(ofOrders('10.20.0.0/16')?.verdict).toBe('pass');
    // Written for that pod, and no other can come to be there.
    expect(ofOrders('10.244.1.7/32')?.verdict).toBe('pass');
  });
});
