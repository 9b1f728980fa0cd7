import type { KindCoverage, KindName } from '../../snapshot';
import { expectFindings, findingsOf } from '../../testing/expectFindings';
import { enforcement as control } from './enforcement';

const orders = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders, namespace: shop}
spec: {template: {metadata: {labels: {app: orders}}, spec: {containers: [{name: main}]}}}
`;

function agent(name: string, label: string, image: string): string {
  return `
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: ${name}, namespace: kube-system}
spec: {template: {metadata: {labels: {${label}}}, spec: {hostNetwork: true, containers: [{name: ${name}, image: "${image}"}]}}}
`;
}
const calico = agent(
  'calico-node',
  'k8s-app: calico-node',
  'quay.io/calico/node:v3.32.2',
);
const flannel = agent(
  'kube-flannel',
  'app: flannel',
  'ghcr.io/flannel-io/flannel:v0.27.0',
);

const adminPolicy = (namespaces = '{}') => `
---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {name: guard}
spec: {priority: 1, subject: {namespaces: ${namespaces}}, ingress: [{action: Deny, from: [{namespaces: {}}]}]}
`;

const OF_ORDERS = 'Deployment shop/orders';
const OF_CALICO = 'DaemonSet kube-system/calico-node';
const OF_FLANNEL = 'DaemonSet kube-system/kube-flannel';
const HOST = {
  verdict: 'unknown',
  message: expect.stringContaining('uses the network of its nodes'),
} as const;

const AGENT = {
  verdict: 'not-applicable',
  message:
    'calico-node is what enforces network policies here, and they do not apply to it.',
} as const;

function ordersOf(
  manifests: string,
  coverage?: Partial<Record<KindName, KindCoverage>>,
) {
  return findingsOf({ control, manifests, coverage }).find(
    ({ subject }) => subject.namespace === 'shop',
  );
}

describe('NW-4', () => {
  it('passes, enforced, where the agent of a network that enforces is in view', () => {
    const object = {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      namespace: 'kube-system',
      name: 'calico-node',
    };
    expectFindings({ control, manifests: orders + calico }, [
      { of: OF_CALICO, ...AGENT },
      {
        of: OF_ORDERS,
        verdict: 'pass',
        severity: 'critical',
        enforcement: 'enforced',
        message:
          'Calico enforces the network policies that are meant for orders. What passes between a pod and its own node is not covered.',
        evidence: [
          {
            object,
            field: 'spec.template.metadata.labels.k8s-app',
            value: 'calico-node',
          },
          {
            object,
            field: 'spec.template.spec.containers[0].image',
            value: 'quay.io/calico/node:v3.32.2',
          },
        ],
      },
    ]);
  });

  it('fails where the network enforces nothing: any pod gets in', () => {
    expectFindings({ control, manifests: orders + flannel }, [
      { of: OF_FLANNEL, ...HOST },
      {
        of: OF_ORDERS,
        verdict: 'fail',
        severity: 'critical',
        message:
          'Any pod in the cluster can open connections to every port of orders, whatever network policies say: flannel enforces none.',
        witness: { from: 'any pod in the cluster', to: 'orders', port: null },
        fix: {
          summary: expect.stringContaining(
            'Install something that enforces network policies beside flannel',
          ),
        },
      },
    ]);
  });

  it('says what keeps a network from enforcing that could', () => {
    const aws = agent('aws-node', 'k8s-app: aws-node', 'amazon-k8s-cni:v1.21');
    expect(ordersOf(orders + aws)).toMatchObject({
      verdict: 'fail',
      because:
        'The AWS VPC CNI enforces nothing: its network policy agent is not installed.',
      fix: {
        summary: expect.stringContaining(
          'Correct what keeps the AWS VPC CNI from enforcing.',
        ),
      },
    });
  });

  it('fails by the policies for the workload that are of a kind which the network does not enforce', () => {
    expect(ordersOf(orders + calico + adminPolicy())).toMatchObject({
      verdict: 'fail',
      message:
        'AdminNetworkPolicy guard protects nothing: Calico does not enforce policies of that kind, so orders is as open as if it was not there.',
      because: 'Calico knows no such kind.',
      evidence: expect.arrayContaining([
        expect.objectContaining({
          object: {
            apiVersion: 'policy.networking.k8s.io/v1alpha1',
            kind: 'AdminNetworkPolicy',
            name: 'guard',
          },
        }),
      ]),
    });
  });

  it.each([
    [
      'CiliumNetworkPolicy',
      'cilium.io/v2',
      'namespace: shop',
      '{endpointSelector: {matchLabels: {app: APP}}, ingress: [{}]}',
    ],
    [
      'CiliumClusterwideNetworkPolicy',
      'cilium.io/v2',
      '',
      '{endpointSelector: {matchLabels: {app: APP}}, ingress: [{}]}',
    ],
    [
      'GlobalNetworkPolicy',
      'projectcalico.org/v3',
      '',
      "{selector: app == 'APP', types: [Ingress]}",
    ],
    [
      'NetworkPolicy',
      'crd.projectcalico.org/v1',
      'namespace: shop',
      "{selector: app == 'APP', types: [Ingress]}",
    ],
    [
      'ClusterNetworkPolicy',
      'policy.networking.k8s.io/v1alpha2',
      '',
      '{tier: Admin, priority: 1, subject: {pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: APP}}}}, ingress: []}',
    ],
  ])(
    'looks for a %s of %s by its own selectors',
    (kind, apiVersion, namespace, spec) => {
      const kubeRouter = agent('kube-router', 'k8s-app: kube-router', 'r:v2');
      const policy = (app: string) => `
---
apiVersion: ${apiVersion}
kind: ${kind}
metadata: {name: p, ${namespace}}
spec: ${spec.replace('APP', app)}
`;
      expect(ordersOf(orders + kubeRouter + policy('orders'))).toMatchObject({
        verdict: 'fail',
        message: expect.stringContaining(`${kind} `),
      });
      expect(ordersOf(orders + kubeRouter + policy('web'))?.verdict).toBe(
        'pass',
      );
    },
  );

  it('is not disturbed by such policies for others', () => {
    const others = adminPolicy(
      '{matchLabels: {kubernetes.io/metadata.name: other}}',
    );
    expect(ordersOf(orders + calico + others)?.verdict).toBe('pass');
  });

  it('is unknown by a policy of a kind of which nobody can tell whether it is enforced', () => {
    const byDigest = calico.replace(':v3.32.2', '@sha256:abc');
    expect(ordersOf(orders + byDigest)?.verdict).toBe('pass');
    expect(ordersOf(orders + byDigest + adminPolicy())).toMatchObject({
      verdict: 'unknown',
      message: expect.stringMatching(
        /^Cannot be told whether AdminNetworkPolicy guard is enforced: which of .* Calico takes depends on its version/,
      ),
    });
  });

  it('is unknown where policies that would have no effect may not be listed', () => {
    const forbidden = { state: 'forbidden', verb: 'list' } as const;
    expect(
      ordersOf(orders + calico, { AdminNetworkPolicy: forbidden }),
    ).toMatchObject({
      verdict: 'unknown',
      missing: [{ resource: 'adminnetworkpolicies' }],
    });
    // Those that count are no question of this control.
    expect(
      ordersOf(orders + calico, {
        ClusterNetworkPolicy: forbidden,
        AdminNetworkPolicy: { state: 'not-installed' },
      })?.verdict,
    ).toBe('pass');
  });

  it('is unknown where no network is recognised, and says how to state it', () => {
    expectFindings({ control, manifests: orders }, [
      {
        of: OF_ORDERS,
        verdict: 'unknown',
        message:
          'Cannot be told: no agent of a network that is known here is in view, so nobody can tell whether anything enforces network policies. The network of the cluster can be stated, under zeroTrust.clusters.networks in the configuration or with --cni on the command line.',
      },
    ]);
  });

  it('takes a statement for what it is: declared, and said so', () => {
    expectFindings(
      { control, manifests: orders, settings: { cni: 'kube-router' } },
      [
        {
          of: OF_ORDERS,
          verdict: 'pass',
          enforcement: 'declared',
          message: expect.stringContaining(
            'That this is the network was stated; no object shows it.',
          ),
          evidence: [],
        },
      ],
    );
    expectFindings(
      { control, manifests: orders + calico, settings: { cni: 'calico' } },
      [
        { of: OF_CALICO, ...AGENT },
        {
          of: OF_ORDERS,
          verdict: 'pass',
          enforcement: 'enforced',
          message: expect.stringContaining(
            'That this is the network was stated, and its agent is there.',
          ),
        },
      ],
    );
    expectFindings(
      { control, manifests: orders + calico, settings: { cni: 'kube-router' } },
      [
        { of: OF_CALICO, ...HOST },
        {
          of: OF_ORDERS,
          verdict: 'unknown',
          message:
            'Cannot be told: kube-router was stated as the network of the cluster, and what is in view is an agent of Calico instead.',
          evidence: expect.arrayContaining([
            expect.objectContaining({ value: 'calico-node' }),
          ]),
        },
      ],
    );
    expectFindings({ control, manifests: orders, settings: { cni: 'none' } }, [
      { of: OF_ORDERS, verdict: 'fail' },
    ]);
  });

  it('is unknown for pods on the network of their node, even where nothing is enforced anyway', () => {
    expectFindings({ control, manifests: flannel }, [
      { of: OF_FLANNEL, ...HOST },
    ]);
  });

  it('is unknown only for pods on nodes without an agent', () => {
    const pod = (name: string, namespace: string, spec: string) => `
---
apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: ${namespace}, labels: {k8s-app: ${name}}, ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: ${name}, controller: true}]}
spec: {${spec}, containers: [{name: main, image: "calico/node:v3.32.0"}]}
status: {phase: Running}
`;
    const node = (name: string) => `
---
apiVersion: v1
kind: Node
metadata: {name: ${name}}
`;
    const cluster =
      node('node-1') +
      node('node-2') +
      pod('calico-node', 'kube-system', 'hostNetwork: true, nodeName: node-1');
    expect(
      ordersOf(cluster + pod('a', 'shop', 'nodeName: node-1'))?.verdict,
    ).toBe('pass');
    expect(ordersOf(cluster + pod('a', 'shop', 'nodeName: node-2'))).toEqual(
      expect.objectContaining({
        verdict: 'unknown',
        message:
          'Cannot be told: the agent of Calico does not run on node-2, where a has pods or may get some, and without it nothing there follows changes of policies.',
      }),
    );
    // Its pods are yet to come.
    expect(ordersOf(`${cluster}\n---${orders}`)?.verdict).toBe('unknown');
  });

  it('warns of what decides as well and is not looked at', () => {
    const antrea = agent('antrea-agent', 'component: antrea-agent', 'a:v2');
    expect(ordersOf(orders + antrea)?.message).toContain(
      "Antrea's own policies (crd.antrea.io) can let through what these refuse, and are not looked at.",
    );
  });
});
