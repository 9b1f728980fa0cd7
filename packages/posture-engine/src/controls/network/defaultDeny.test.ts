import { expectFindings, findingsOf } from '../../testing/expectFindings';
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

/** With outgoing connections closed, what a rule for incoming ones comes to. */
function incoming(rules: string) {
  const { verdict, severity, message } = findingFor(
    bothClosed,
    policy(`{podSelector: {}, policyTypes: [Ingress], ingress: ${rules}}`),
  );
  return verdict === 'fail' ? `${severity}: ${message}` : verdict;
}

function outgoing(rules: string) {
  const { verdict, severity, message } = findingFor(
    bothClosed,
    policy(`{podSelector: {}, policyTypes: [Egress], egress: ${rules}}`),
  );
  return verdict === 'fail' ? `${severity}: ${message}` : verdict;
}

describe('NW-1 default deny of the network', () => {
  it('passes where policies isolate the pods in both directions, as declared, and names them', () => {
    expectFindings({ control, manifests: orders + bothClosed }, [
      {
        of: 'Deployment shop/orders',
        verdict: 'pass',
        enforcement: 'declared',
        message:
          'Only what network policies let through reaches orders or leaves it: NetworkPolicy shop/closed isolates it in both directions, provided that the network of the cluster enforces network policies, which nothing here shows.',
      },
    ]);
  });

  it('fails in both directions where no policy selects the pods, with a way in and a policy to apply', () => {
    expectFindings(
      {
        control,
        manifests:
          orders +
          policy('{podSelector: {matchLabels: {app: web}}}') +
          policy('{podSelector: {}}', 'other'),
      },
      [
        {
          of: 'Deployment shop/orders',
          verdict: 'fail',
          severity: 'high',
          enforcement: 'absent',
          message:
            'Any pod in the cluster can open connections to every port of orders. orders can open connections to every address, in the cluster and outside.',
          witness: { from: 'any pod in the cluster', to: 'orders', port: null },
          fix: expect.objectContaining({
            objects: [
              {
                apiVersion: 'networking.k8s.io/v1',
                kind: 'NetworkPolicy',
                metadata: { name: 'orders-default-deny', namespace: 'shop' },
                spec: {
                  podSelector: { matchLabels: { app: 'orders' } },
                  policyTypes: ['Ingress', 'Egress'],
                },
              },
            ],
          }),
        },
      ],
    );
  });

  it('is milder where only outgoing connections are open', () => {
    expect(findingFor(policy('{podSelector: {}}'))).toMatchObject({
      verdict: 'fail',
      severity: 'medium',
      message:
        'orders can open connections to every address, in the cluster and outside.',
    });
  });

  it('joins policies: each direction may be closed by another one', () => {
    expect(
      findingFor(
        policy('{podSelector: {}, policyTypes: [Ingress]}', 'shop', 'in'),
        policy(
          '{podSelector: {matchLabels: {app: orders}}, policyTypes: [Egress]}',
          'shop',
          'out',
        ),
      ),
    ).toMatchObject({ verdict: 'pass' });
  });

  it('fills in missing policyTypes as the API server does: Ingress always, Egress with a rule for it', () => {
    const directions = (spec: string) => {
      const { message } = findingFor(policy(spec));
      return [
        ...(message.includes('every port of orders') ? [] : ['Ingress']),
        ...(message.includes('orders can open') ? [] : ['Egress']),
      ];
    };
    const toWeb = 'to: [{podSelector: {matchLabels: {app: web}}}]';
    expect(directions('{}')).toEqual(['Ingress']);
    expect(directions('{policyTypes: []}')).toEqual(['Ingress']);
    expect(directions('{egress: []}')).toEqual(['Ingress']);
    expect(directions(`{egress: [{${toWeb}}]}`)).toEqual(['Ingress', 'Egress']);
    expect(directions('{policyTypes: [Egress]}')).toEqual(['Egress']);
    expect(
      directions(`{policyTypes: [Ingress], egress: [{${toWeb}}]}`),
    ).toEqual(['Ingress']);
  });

  it('is taken back by a rule that lets everybody in', () => {
    const anyone =
      'high: Anyone who reaches the network of the pods can open connections to every port of orders.';
    expect(incoming('[{}]')).toBe(anyone);
    expect(incoming('[{from: []}]')).toBe(anyone);
    expect(incoming('[{ports: [{protocol: TCP}]}]')).toBe(anyone);
    expect(incoming('[{ports: [{port: 1, endPort: 65535}]}]')).toBe(anyone);
    expect(
      incoming(
        '[{ports: [{port: 3000, endPort: 65535}, {port: 1, endPort: 2999}]}]',
      ),
    ).toBe(anyone);
    expect(incoming('[{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]')).toBe(anyone);
    expect(incoming("[{from: [{ipBlock: {cidr: '::/0'}}]}]")).toBe(anyone);
    expect(incoming("[{from: [{ipBlock: {cidr: '::ffff:0:0/96'}}]}]")).toBe(
      anyone,
    );
    expect(
      incoming(
        '[{from: [{ipBlock: {cidr: 0.0.0.0/1}}, {ipBlock: {cidr: 128.0.0.0/1}}]}]',
      ),
    ).toBe(anyone);
    expect(
      incoming('[{from: [{podSelector: {}}, {ipBlock: {cidr: 0.0.0.0/0}}]}]'),
    ).toBe(anyone);
  });

  it('is taken back for the cluster by a rule for all namespaces, also one that only leaves some out', () => {
    const pods =
      'high: Any pod in the cluster can open connections to every port of orders.';
    for (const peer of [
      '{namespaceSelector: {}}',
      '{namespaceSelector: {}, podSelector: {}}',
      '{namespaceSelector: {}, podSelector: {matchExpressions: [{key: app, operator: Exists}]}}',
      '{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: Exists}]}}',
      '{namespaceSelector: {matchExpressions: [{key: team, operator: NotIn, values: [other]}]}}',
    ]) {
      expect(incoming(`[{from: [${peer}]}]`)).toBe(pods);
    }
  });

  it('is taken back by a block in which pods of several namespaces have their addresses, though most have them elsewhere', () => {
    const pod = (name: string, namespace: string, ip: string) => `
---
apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: ${namespace}}
spec: {containers: [{name: app}]}
status: {podIPs: [{ip: ${ip}}]}
`;
    const most = [1, 2, 3, 4].map(last =>
      pod(`a-${last}`, 'tools', `10.0.1.${last}`),
    );
    const messageWith = (...pods: string[]) => {
      const { verdict, message } = findingFor(
        policy('{podSelector: {}, policyTypes: [Ingress, Egress]}'),
        policy(
          '{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.2.0/24}}]}]}',
          'shop',
          'zone',
        ),
        ...most,
        ...pods,
      );
      return verdict === 'pass' ? verdict : message;
    };
    expect(
      messageWith(
        pod('b-1', 'tools', '10.0.2.1'),
        pod('b-2', 'web', '10.0.2.2'),
      ),
    ).toBe(
      'Any pod whose address happens to be in a block that policies let in can open connections to every port of orders.',
    );
    // It may be theirs alone.
    expect(
      messageWith(
        pod('b-1', 'tools', '10.0.2.1'),
        pod('b-2', 'tools', '10.0.2.2'),
      ),
    ).toBe('pass');
  });

  it('is taken back from outside by a large block with exceptions', () => {
    expect(
      incoming(
        '[{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]}]',
      ),
    ).toBe(
      'high: Anyone outside the cluster, but for a few address ranges, can open connections to every port of orders.',
    );
  });

  it('is taken back on some ports by a rule for everybody on them', () => {
    expect(incoming('[{ports: [{protocol: SCTP}]}]')).toBe(
      'high: Anyone who reaches the network of the pods can open connections to every SCTP port of orders.',
    );
    expect(
      incoming('[{ports: [{port: 8080}, {port: dns, protocol: UDP}]}]'),
    ).toBe(
      // No port of it is called dns, so that name opens none.
      'medium: Anyone who reaches the network of the pods can open connections to port 8080 of orders.',
    );
    expect(
      incoming('[{ports: [{port: 8080}, {port: 53, protocol: UDP}]}]'),
    ).toBe(
      'medium: Anyone who reaches the network of the pods can open connections to ports 8080, 53/UDP of orders.',
    );
  });

  it('holds where rules name somebody in particular', () => {
    for (const rules of [
      '[]',
      '[{from: [{podSelector: {}}]}]',
      '[{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}]}]',
      '[{from: [{namespaceSelector: {matchLabels: {team: shop}}}]}]',
      '[{from: [{namespaceSelector: {matchExpressions: [{key: team, operator: Exists}]}}]}]',
      '[{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]',
      "[{from: [{ipBlock: {cidr: 'fc00::/7'}}]}]",
    ]) {
      expect(incoming(rules)).toBe('pass');
    }
  });

  it('lets a service call everybody on some ports, and says so; another control judges that', () => {
    expect(outgoing('[{}]')).toBe(
      'medium: orders can open connections to every address, in the cluster and outside.',
    );
    expect(
      outgoing(
        '[{ports: [{port: 1, endPort: 29999}]}, {ports: [{port: 30000, endPort: 65535}]}]',
      ),
    ).toBe(
      'medium: orders can open connections to every address, in the cluster and outside.',
    );
    expect(outgoing('[{to: [{namespaceSelector: {}}]}]')).toBe(
      'medium: orders can open connections to every pod in the cluster.',
    );
    expect(outgoing('[{ports: [{port: 53, protocol: UDP}]}]')).toBe('pass');
    expect(
      findingFor(
        bothClosed,
        policy(
          '{policyTypes: [Egress], egress: [{ports: [{port: 53, protocol: UDP}]}]}',
        ),
      ).message,
    ).toContain('It may call every address on port 53/UDP.');
  });

  it('is unknown for pods on the network of their node, never a pass', () => {
    expectFindings(
      {
        control,
        manifests:
          orders.replace('containers:', 'hostNetwork: true, containers:') +
          bothClosed,
      },
      [
        {
          of: 'Deployment shop/orders',
          verdict: 'unknown',
          message:
            'Cannot be told: orders uses the network of its nodes, where network policies do not apply. Only the firewall of the nodes decides who reaches it.',
        },
      ],
    );
  });

  it('is not brought about by a selector with a null label: to the API server that is an empty text, which no pod has', () => {
    expect(
      findingFor(
        policy(
          '{podSelector: {matchLabels: {app: null}}, policyTypes: [Ingress, Egress]}',
        ),
      ).verdict,
    ).toBe('fail');
  });

  it('is not brought about by a policy with a peer that every API server refuses', () => {
    for (const from of [
      '{}',
      '{ipBlock: {cidr: 10.0.0.0/16}, namespaceSelector: {}}',
    ]) {
      expect(
        findingFor(
          policy(
            `{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [${from}]}]}`,
          ),
        ),
      ).toMatchObject({
        verdict: 'unknown',
        message:
          'Cannot be told: in test, NetworkPolicy shop/rules cannot be read: spec.ingress[0].from[0]: a peer must have selectors or an ipBlock, and not both.',
      });
    }
  });

  it('does not guess about a selector with an operator that Kubernetes does not have', () => {
    expect(
      findingFor(
        policy(
          '{podSelector: {matchExpressions: [{key: app, operator: Gt, values: ["1"]}]}}',
        ),
      ),
    ).toMatchObject({
      verdict: 'unknown',
      message:
        'Cannot be told: a network policy of namespace shop cannot be read: label selectors have no operator "Gt".',
    });
  });
});

describe('NW-1 and what cannot be seen', () => {
  it('is unknown where such policies may not be listed', () => {
    expectFindings(
      {
        control,
        manifests: orders + bothClosed,
        coverage: {
          CiliumNetworkPolicy: { state: 'forbidden', verb: 'list' },
          AdminNetworkPolicy: { state: 'not-installed' },
        },
      },
      [
        {
          of: 'Deployment shop/orders',
          verdict: 'unknown',
          missing: [
            {
              verb: 'list',
              group: 'cilium.io',
              resource: 'ciliumnetworkpolicies',
            },
          ],
        },
      ],
    );
  });
});
