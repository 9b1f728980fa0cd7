import { expectFindings, findingsOf } from '../../testing/expectFindings';
import { egress as control } from './egress';

const orders = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders, namespace: shop}
spec:
  template:
    metadata: {labels: {app: orders}}
    spec: {containers: [{name: app}]}
`;

const kubeSystem = `
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: coredns, namespace: kube-system}
spec:
  template:
    metadata: {labels: {k8s-app: kube-dns}}
    spec: {containers: [{name: coredns, ports: [{name: dns, protocol: UDP, containerPort: 53}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: kube-dns, namespace: kube-system}
spec: {selector: {k8s-app: kube-dns}, ports: [{port: 53, protocol: UDP}, {name: tcp, port: 53}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: metrics-server, namespace: kube-system}
spec:
  template:
    metadata: {labels: {k8s-app: metrics-server}}
    spec: {containers: [{name: app}]}
`;

function policy(egress: string, name = 'orders') {
  return `
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: ${name}, namespace: shop}
spec: {podSelector: {matchLabels: {app: orders}}, policyTypes: [Egress], egress: [${egress}]}
`;
}

function cilium(egress: string) {
  return `
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: cilium, namespace: kube-system}
spec:
  template:
    metadata: {labels: {k8s-app: cilium}}
    spec: {hostNetwork: true, containers: [{name: cilium-agent}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: cilium-config, namespace: kube-system}
data: {enable-ipv6: 'true'}
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: orders, namespace: shop}
spec: {endpointSelector: {matchLabels: {app: orders}}, egress: [${egress}]}
`;
}

const DNS = '{matchLabels: {k8s-app: kube-dns}}';
const KUBE_SYSTEM = '{matchLabels: {kubernetes.io/metadata.name: kube-system}}';
const lookups = (to: string) =>
  `{${to}ports: [{port: 53, protocol: UDP}, {port: 53}]}`;

function found(...manifests: string[]) {
  const finding = findingsOf({
    control,
    manifests: [orders, kubeSystem, ...manifests].join(''),
  }).find(({ subject }) => subject.name === 'orders');
  const { verdict, severity, message } = finding!;
  return `${verdict === 'fail' ? severity : verdict}: ${message}`;
}

const ANYWHERE =
  "orders can fetch the credentials of its node from the cloud's metadata address 169.254.169.254. orders can send data to any address of the internet, on every port.";
const SHUT =
  'pass: NetworkPolicy shop/orders keeps orders from the internet at large and from the metadata of its node, provided that the network of the cluster enforces network policies, which nothing here shows. Name lookups go to the DNS of the cluster, or to servers that a rule names, if anywhere.';

describe('NW-5 egress: the internet and the metadata of the node', () => {
  it('fails where no policy restricts what is sent, with a policy to begin with', () => {
    expectFindings({ control, manifests: orders }, [
      {
        of: 'Deployment shop/orders',
        verdict: 'fail',
        severity: 'high',
        message: ANYWHERE,
        because: 'No policy restricts what orders sends.',
        witness: {
          from: 'orders',
          to: '169.254.169.254',
          protocol: 'TCP',
          port: 80,
        },
        evidence: [
          {
            object: {
              apiVersion: 'apps/v1',
              kind: 'Deployment',
              namespace: 'shop',
              name: 'orders',
            },
            field: 'spec.template.metadata.labels',
            value: { app: 'orders' },
          },
        ],
      },
    ]);
    const [{ fix }] = findingsOf({ control, manifests: orders });
    const repaired = findingsOf({
      control,
      manifests: `${orders}---\n${JSON.stringify(fix?.objects?.[0])}`,
    });
    expect(repaired.map(({ verdict }) => verdict)).toEqual(['pass']);
  });

  it('passes for a default deny, and for rules that name pods', () => {
    expect(found(policy(''))).toBe(SHUT);
    expect(found(policy('{to: [{podSelector: {}}]}'))).toBe(SHUT);
    expect(
      found(
        policy(
          lookups(
            `to: [{namespaceSelector: ${KUBE_SYSTEM}, podSelector: ${DNS}}], `,
          ),
        ),
      ),
    ).toBe(SHUT);
  });

  it('fails for rules to everybody, however they are written, and names the rule', () => {
    for (const rule of [
      '{}',
      '{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}',
      '{to: [{ipBlock: {cidr: 0.0.0.0/1}}, {ipBlock: {cidr: 128.0.0.0/1}}]}',
      '{ports: [{port: 1, endPort: 65535}]}',
    ]) {
      expect(found(policy(rule))).toBe(`high: ${ANYWHERE}`);
    }
    expectFindings({ control, manifests: orders + policy('{}') }, [
      {
        of: 'Deployment shop/orders',
        verdict: 'fail',
        because: 'Egress rule 1 of NetworkPolicy shop/orders lets it out.',
        evidence: [
          {
            object: {
              apiVersion: 'networking.k8s.io/v1',
              kind: 'NetworkPolicy',
              namespace: 'shop',
              name: 'orders',
            },
            field: 'spec.egress[0]',
            value: {},
          },
        ],
      },
    ]);
  });

  it('is milder for the internet on some ports', () => {
    expect(found(policy('{ports: [{port: 443}]}'))).toBe(
      'medium: orders can send data to any address of the internet, on TCP 443.',
    );
  });

  it('counts the internet less private networks, and less the metadata address', () => {
    const cidr = 'cidr: 0.0.0.0/0, except';
    expect(
      found(
        policy(
          `{to: [{ipBlock: {${cidr}: [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 169.254.0.0/16]}}]}`,
        ),
      ),
    ).toBe(
      'high: orders can send data to any address of the internet, on every port.',
    );
    expect(found(policy("{to: [{ipBlock: {cidr: '2000::/3'}}]}"))).toBe(
      'high: orders can send data to any address of the internet, on every port.',
    );
  });

  it('fails for the metadata address alone, on the port where it answers', () => {
    const rule = (ports: string) =>
      policy(`{to: [{ipBlock: {cidr: 169.254.0.0/16}}]${ports}}`);
    const open =
      "high: orders can fetch the credentials of its node from the cloud's metadata address 169.254.169.254.";
    expect(found(rule(''))).toBe(open);
    expect(found(rule(', ports: [{port: 80}]'))).toBe(open);
    expect(found(rule(', ports: [{port: 443}]'))).toMatch(/^pass/);
    expect(
      found(policy("{to: [{ipBlock: {cidr: 'fd00:ec2::254/128'}}]}")),
    ).toMatch(/^high: .* metadata address fd00:ec2::254\.$/);
  });

  it('passes for networks of somebody in particular, and names them', () => {
    expect(
      found(
        policy(
          '{to: [{ipBlock: {cidr: 203.0.113.0/24}}], ports: [{port: 443}]}, {to: [{ipBlock: {cidr: 10.0.0.0/8}}]}',
        ),
      ),
    ).toBe(
      'pass: NetworkPolicy shop/orders keeps orders from the internet at large and from the metadata of its node, provided that the network of the cluster enforces network policies, which nothing here shows. Outside the cluster it may reach only 10.0.0.0/8 (all ports) and 203.0.113.0/24 (TCP 443). Name lookups go to the DNS of the cluster, or to servers that a rule names, if anywhere.',
    );
  });

  it('asks the policies of every kind and tier', () => {
    const tier = (action: string, to: string) => `
---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: everybody}
spec: {tier: Admin, priority: 1, subject: {namespaces: {}}, egress: [{action: ${action}, to: [${to}]}]}
`;
    const internet = "{networks: [0.0.0.0/0, '::/0']}";
    // An Accept of the administrators defeats a default deny,
    expect(found(policy(''), tier('Accept', internet))).toBe(
      `high: ${ANYWHERE}`,
    );
    // and their Deny mends what nobody else restricts.
    expect(found(tier('Deny', internet))).toMatch(/^(pass|low)/);
  });

  it('counts no policy that the network of the cluster does not enforce', () => {
    const flannel = `
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: kube-flannel-ds, namespace: kube-flannel}
spec:
  template:
    metadata: {labels: {app: flannel, k8s-app: flannel}}
    spec: {hostNetwork: true, containers: [{name: kube-flannel, image: ghcr.io/flannel-io/flannel:v0.27.0}]}
`;
    expectFindings({ control, manifests: orders + policy('') + flannel }, [
      { of: 'DaemonSet kube-flannel/kube-flannel-ds', verdict: 'unknown' },
      {
        of: 'Deployment shop/orders',
        verdict: 'fail',
        message: ANYWHERE,
        because:
          'NetworkPolicy shop/orders selects the pods of orders for outgoing connections, but the network of the cluster does not enforce it.',
      },
    ]);
  });

  it('does not take REGISTRY_ONLY of the mesh for a boundary', () => {
    expect(
      findingsOf({
        control,
        manifests: orders,
        meshConfig: { outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } },
      })[0].verdict,
    ).toBe('fail');
  });
});

describe('NW-5 egress: names instead of addresses', () => {
  it('passes for hosts by name, and names them', () => {
    expect(
      found(
        cilium(
          '{toFQDNs: [{matchName: pay.example}, {matchPattern: "*.bank.example"}]}',
        ),
      ),
    ).toBe(
      'pass: CiliumNetworkPolicy shop/orders keeps orders from the internet at large and from the metadata of its node, and Cilium enforces them. Outside the cluster it may reach only pay.example and *.bank.example. Name lookups go to the DNS of the cluster, or to servers that a rule names, if anywhere.',
    );
  });

  it.each(['*', '*.com', '**'])(
    'fails for the pattern %s, which is everybody',
    pattern => {
      expect(found(cilium(`{toFQDNs: [{matchPattern: "${pattern}"}]}`))).toBe(
        `high: ${ANYWHERE}`,
      );
    },
  );

  it('fails where only the request is looked at, which may go to any address', () => {
    for (const ports of [
      '{ports: [{port: "443", protocol: TCP}], serverNames: [pay.example]}',
      '{ports: [{port: "443", protocol: TCP}], rules: {http: [{host: pay.example}]}}',
    ]) {
      expect(found(cilium(`{toEntities: [world], toPorts: [${ports}]}`))).toBe(
        'medium: orders can send data to any address of the internet, on TCP 443.',
      );
    }
  });

  it('does not count the API server as the internet', () => {
    expect(found(cilium('{toEntities: [kube-apiserver]}'))).toMatch(
      /^pass: .* it may reach only the API server\./,
    );
  });
});

describe('NW-5 egress: name lookups', () => {
  it('fails where they may go to any server of the internet, in which data leaves', () => {
    expect(found(policy(lookups('')))).toBe(
      'medium: orders can send name lookups to any server of the internet, and data can leave hidden in them.',
    );
  });

  it('is mild where they may go to any pod, or to all of kube-system', () => {
    expect(found(policy(lookups('to: [{namespaceSelector: {}}], ')))).toBe(
      'low: orders can send name lookups to any pod of the cluster, not only to its DNS.',
    );
    expect(
      found(policy(lookups(`to: [{namespaceSelector: ${KUBE_SYSTEM}}], `))),
    ).toBe(
      'low: orders can send name lookups to every pod of namespace kube-system, not only to the DNS there.',
    );
  });

  it('passes for the DNS beside another rule for a neighbour of it', () => {
    expect(
      found(
        policy(
          `${lookups(
            `to: [{namespaceSelector: ${KUBE_SYSTEM}, podSelector: ${DNS}}], `,
          )}, {to: [{namespaceSelector: ${KUBE_SYSTEM}, podSelector: {matchLabels: {k8s-app: metrics-server}}}]}`,
        ),
      ),
    ).toBe(SHUT);
  });

  it('passes for the caches on the nodes, and for servers that a rule names', () => {
    for (const cidr of ['169.254.20.10/32', '10.0.0.53/32', '9.9.9.9/32']) {
      expect(
        found(policy(lookups(`to: [{ipBlock: {cidr: ${cidr}}}], `))),
      ).toMatch(/^pass/);
    }
  });
});

describe('NW-5 egress: what cannot be told', () => {
  it('is unknown on the network of the nodes', () => {
    const [finding] = findingsOf({
      control,
      manifests:
        orders.replace(
          'spec: {containers',
          'spec: {hostNetwork: true, containers',
        ) + policy(''),
    });
    expect(finding).toMatchObject({
      verdict: 'unknown',
      message:
        'Cannot be told: orders uses the network of its nodes, where network policies do not apply. Only the firewall of the nodes decides where it sends.',
    });
  });

  it('is unknown where policies could not be listed, with the right that is missing', () => {
    expectFindings(
      {
        control,
        manifests: orders + policy(''),
        coverage: { NetworkPolicy: { state: 'forbidden', verb: 'list' } },
      },
      [
        {
          of: 'Deployment shop/orders',
          verdict: 'unknown',
          missing: [
            {
              verb: 'list',
              group: 'networking.k8s.io',
              resource: 'networkpolicies',
            },
          ],
        },
      ],
    );
  });

  it('is unknown under Cilium whose settings are not in view', () => {
    const [agent, , policies] = cilium('{toEntities: [world]}').split(
      /(?=---\napiVersion: (?:cilium|v1))/,
    );
    expect(found(agent, policies)).toMatch(
      /^unknown: Whether orders reaches the internet at large cannot be told: /,
    );
  });
});
