/** Which network a cluster has, by its objects as each project's own manifests make them. */
import { Questions } from '../../decisions';
import { parseManifests } from '../../manifests';
import {
  ClusterSettings,
  ClusterSnapshot,
  Coverage,
  KindCoverage,
  KindName,
} from '../../snapshot';
import { connectionsOf } from '../connections';
import { POLICY_APIS, isIgnored, networkOf } from '.';

interface Options {
  settings?: ClusterSettings;
  coverage?: Partial<Record<KindName, KindCoverage>>;
}

function snapshotOf(manifests: string, { settings, coverage }: Options = {}) {
  const { objects, problems } = parseManifests(manifests, 'test.yaml');
  expect(problems).toEqual([]);
  return ClusterSnapshot.create({
    cluster: 'test',
    objects: objects.map(({ object }) => object),
    coverage: found =>
      Coverage.create({ ...Coverage.complete().kinds, ...coverage }, found),
    settings,
  });
}

/** `calico: NetworkPolicy Calico, AdminNetworkPolicy?`, or the reason why nothing is known. */
function said(manifests: string, options?: Options): string {
  const network = snapshotOf(manifests, options).derive(networkOf);
  if (network.state === 'unknown') {
    return `unknown: ${network.reason}`;
  }
  const list = POLICY_APIS.flatMap(api => {
    const { answer } = network.enforces[api];
    return answer === 'no' ? [] : `${api}${answer === 'yes' ? '' : '?'}`;
  });
  return `${network.name}: ${list.join(' ') || 'nothing'}`;
}

/** One agent on every node. */
function agent(
  name: string,
  labels: string,
  containers: string,
  namespace = 'kube-system',
): string {
  return `
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  template:
    metadata: {labels: {${labels}}}
    spec: {hostNetwork: true, containers: [${containers}]}
`;
}

function configMap(name: string, data: string, namespace = 'kube-system') {
  return `
---
apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}, namespace: ${namespace}}
data: ${data}
`;
}

const calico = (image: string) =>
  agent(
    'calico-node',
    'k8s-app: calico-node',
    `{name: calico-node, image: "${image}"}`,
    'calico-system',
  );
const cilium = agent('cilium', 'k8s-app: cilium', '{name: cilium-agent}');
const flannel = (more = '') =>
  agent(
    'kube-flannel-ds',
    'app: flannel',
    `{name: kube-flannel, image: "ghcr.io/flannel-io/flannel:v0.27.0"}${more}`,
    'kube-flannel',
  );
const kindnet = (image: string, args = '') =>
  agent(
    'kindnet',
    'app: kindnet, k8s-app: kindnet',
    `{name: kindnet-cni, image: "${image}", args: [${args}]}`,
  );
const policies = (tag: string, args = '') =>
  `{name: kube-network-policies, image: "registry.k8s.io/networking/kube-network-policies:${tag}", args: [${args}]}`;
const kubeNetworkPolicies = (tag: string, args?: string) =>
  agent(
    'kube-network-policies',
    'app: kube-network-policies',
    policies(tag, args),
  );
const awsNode = (nodeAgent: string) =>
  agent('aws-node', 'k8s-app: aws-node', `{name: aws-node}${nodeAgent}`);
const awsAgent = (value: boolean) =>
  `, {name: aws-eks-nodeagent, args: ["--enable-ipv6=false", "--enable-network-policy=${value}"]}`;

describe('the network, by its agent', () => {
  it.each([
    [
      'Calico before 3.29',
      calico('quay.io/calico/node:v3.28.2'),
      'calico: NetworkPolicy Calico',
    ],
    [
      'Calico 3.29',
      calico('quay.io/calico/node:v3.29.1'),
      'calico: NetworkPolicy AdminNetworkPolicy Calico',
    ],
    [
      'Calico 3.30 and 3.31',
      calico('host:5000/calico/node:v3.31.0@sha256:abc'),
      'calico: NetworkPolicy AdminNetworkPolicy BaselineAdminNetworkPolicy Calico',
    ],
    [
      'Calico since 3.32',
      calico('quay.io/calico/node:v3.32.2'),
      'calico: NetworkPolicy ClusterNetworkPolicy Calico',
    ],
    [
      'Calico by a digest',
      calico('quay.io/calico/node@sha256:abc'),
      'calico: NetworkPolicy AdminNetworkPolicy? BaselineAdminNetworkPolicy? ClusterNetworkPolicy? Calico',
    ],
    [
      'Calico Enterprise, whose versions are others',
      calico('quay.io/tigera/cnx-node:v3.20.1'),
      'calico: NetworkPolicy AdminNetworkPolicy? BaselineAdminNetworkPolicy? ClusterNetworkPolicy? Calico',
    ],
    [
      'Canal',
      agent(
        'canal',
        'k8s-app: canal',
        '{name: calico-node, image: "calico/node:v3.28.0"}, {name: kube-flannel}',
      ),
      'calico: NetworkPolicy Calico',
    ],
    [
      'Cilium',
      cilium + configMap('cilium-config', '{}'),
      'cilium: NetworkPolicy CiliumNetworkPolicy CiliumClusterwideNetworkPolicy',
    ],
    [
      'Cilium without its settings in view',
      cilium,
      'cilium: NetworkPolicy? CiliumNetworkPolicy? CiliumClusterwideNetworkPolicy?',
    ],
    [
      'Cilium that is told never to enforce',
      cilium + configMap('cilium-config', '{enable-policy: never}'),
      'cilium: nothing',
    ],
    [
      'Cilium that only audits',
      cilium + configMap('cilium-config', '{policy-audit-mode: "true"}'),
      'cilium: nothing',
    ],
    [
      "Cilium with Kubernetes' own policies switched off",
      cilium +
        configMap('cilium-config', '{enable-k8s-networkpolicy: "false"}'),
      'cilium: CiliumNetworkPolicy CiliumClusterwideNetworkPolicy',
    ],
    [
      "Cilium, whatever a namespace's own ConfigMap of that name says",
      cilium +
        configMap('cilium-config', '{enable-policy: never}', 'app') +
        configMap('cilium-config', '{}'),
      'cilium: NetworkPolicy CiliumNetworkPolicy CiliumClusterwideNetworkPolicy',
    ],
    [
      'GKE Dataplane V2',
      agent('anetd', 'k8s-app: cilium', '{name: cilium-agent}') +
        configMap('cilium-config', '{}'),
      'gke-dataplane-v2: NetworkPolicy CiliumNetworkPolicy? CiliumClusterwideNetworkPolicy?',
    ],
    [
      'OVN-Kubernetes with its switch',
      agent(
        'ovnkube-node',
        'app: ovnkube-node',
        '{name: ovnkube-controller, env: [{name: OVN_ADMIN_NETWORK_POLICY_ENABLE, value: "true"}]}',
        'ovn-kubernetes',
      ),
      'ovn-kubernetes: NetworkPolicy AdminNetworkPolicy BaselineAdminNetworkPolicy',
    ],
    [
      'OVN-Kubernetes without it',
      agent(
        'ovnkube-node',
        'app: ovnkube-node',
        '{name: ovnkube-controller, env: [{name: OVN_ADMIN_NETWORK_POLICY_ENABLE, value: "false"}]}',
        'ovn-kubernetes',
      ),
      'ovn-kubernetes: NetworkPolicy',
    ],
    [
      'OVN-Kubernetes that says nothing of it',
      agent(
        'ovnkube-node',
        'app: ovnkube-node',
        '{name: ovnkube-controller}',
        'openshift-ovn-kubernetes',
      ),
      'ovn-kubernetes: NetworkPolicy AdminNetworkPolicy? BaselineAdminNetworkPolicy?',
    ],
    [
      'OpenShift since 4.16',
      `${agent(
        'ovnkube-node',
        'app: ovnkube-node',
        '{name: ovnkube-controller}',
        'openshift-ovn-kubernetes',
      )}
---
apiVersion: v1
kind: Node
metadata: {name: node-1}
status: {nodeInfo: {kubeletVersion: v1.29.6+aba1e8d}}
`,
      'ovn-kubernetes: NetworkPolicy AdminNetworkPolicy BaselineAdminNetworkPolicy',
    ],
    [
      'Antrea with the feature gate',
      agent(
        'antrea-agent',
        'app: antrea, component: antrea-agent',
        '{name: antrea-agent}',
      ) +
        configMap(
          'antrea-config',
          '{antrea-controller.conf: "featureGates:\\n  AdminNetworkPolicy: true\\n"}',
        ),
      'antrea: NetworkPolicy AdminNetworkPolicy BaselineAdminNetworkPolicy',
    ],
    [
      'Antrea without it',
      agent(
        'antrea-agent',
        'app: antrea, component: antrea-agent',
        '{name: antrea-agent}',
      ) +
        configMap(
          'antrea-config',
          '{antrea-controller.conf: "featureGates:\\n#  AdminNetworkPolicy: true\\n"}',
        ),
      'antrea: NetworkPolicy',
    ],
    [
      'Antrea whose settings are not in view',
      agent(
        'antrea-agent',
        'app: antrea, component: antrea-agent',
        '{name: antrea-agent}',
      ),
      'antrea: NetworkPolicy AdminNetworkPolicy? BaselineAdminNetworkPolicy?',
    ],
    [
      'kindnet of kind 0.24',
      kindnet('docker.io/kindest/kindnetd:v20240813-c6f155d6'),
      'kindnet: NetworkPolicy',
    ],
    [
      'kindnet of kind 0.23',
      kindnet('docker.io/kindest/kindnetd:v20240513-cd2ac642'),
      'kindnet: nothing',
    ],
    [
      'kindnet of the months between',
      kindnet('docker.io/kindest/kindnetd:v20240719-e7903573'),
      'kindnet: NetworkPolicy?',
    ],
    [
      'kindnet 1.3',
      kindnet('ghcr.io/aojea/kindnetd:v1.3.0'),
      'kindnet: NetworkPolicy',
    ],
    [
      'kindnet 1.2',
      kindnet('ghcr.io/aojea/kindnetd:v1.2.0'),
      'kindnet: nothing',
    ],
    [
      'kindnet that is told not to',
      kindnet('ghcr.io/aojea/kindnetd:v1.8.0', '"--network-policy=false"'),
      'kindnet: nothing',
    ],
    [
      'kindnet of a moving tag',
      kindnet('ghcr.io/aojea/kindnetd:stable'),
      'kindnet: NetworkPolicy?',
    ],
    [
      'kube-network-policies',
      kubeNetworkPolicies('v1.1.0'),
      'kube-network-policies: NetworkPolicy',
    ],
    [
      'kube-network-policies for v1alpha1',
      kubeNetworkPolicies('v1.1.0-npa-v1alpha1'),
      'kube-network-policies: NetworkPolicy AdminNetworkPolicy BaselineAdminNetworkPolicy',
    ],
    [
      'kube-network-policies for v1alpha2',
      kubeNetworkPolicies('v1.1.0-npa-v1alpha2'),
      'kube-network-policies: NetworkPolicy ClusterNetworkPolicy',
    ],
    [
      'kube-network-policies by its flags of old',
      kubeNetworkPolicies('v0.2.0', '-admin-network-policy=true'),
      'kube-network-policies: NetworkPolicy AdminNetworkPolicy',
    ],
    [
      'kube-router',
      agent(
        'kube-router',
        'k8s-app: kube-router',
        '{name: kube-router, args: ["--run-router=true", "--run-firewall=true"]}',
      ),
      'kube-router: NetworkPolicy',
    ],
    [
      'kube-router without its firewall',
      agent(
        'kube-router',
        'k8s-app: kube-router',
        '{name: kube-router, args: ["--run-firewall=false"]}',
      ),
      'kube-router: nothing',
    ],
    ['flannel', flannel(), 'flannel: nothing'],
    [
      'flannel with kube-network-policies in its pod',
      flannel(`, ${policies('v0.7.0')}`),
      'kube-network-policies: NetworkPolicy',
    ],
    [
      'Weave Net',
      agent('weave-net', 'name: weave-net', '{name: weave}, {name: weave-npc}'),
      'weave-net: NetworkPolicy',
    ],
    [
      'Weave Net without its controller',
      agent('weave-net', 'name: weave-net', '{name: weave}'),
      'weave-net: nothing',
    ],
    ['the AWS VPC CNI alone', awsNode(''), 'aws-vpc-cni: nothing'],
    [
      'the AWS VPC CNI with its agent switched off',
      awsNode(awsAgent(false)),
      'aws-vpc-cni: nothing',
    ],
    [
      'the AWS VPC CNI with its agent and its controller',
      awsNode(awsAgent(true)) +
        configMap(
          'amazon-vpc-cni',
          '{enable-network-policy-controller: "true"}',
        ),
      'aws-vpc-cni: NetworkPolicy',
    ],
    [
      'the AWS VPC CNI whose controller is switched off',
      awsNode(awsAgent(true)) +
        configMap(
          'amazon-vpc-cni',
          '{enable-network-policy-controller: "false"}',
        ),
      'aws-vpc-cni: nothing',
    ],
    [
      'the AWS VPC CNI whose controller is not in view',
      awsNode(awsAgent(true)),
      'aws-vpc-cni: NetworkPolicy?',
    ],
    [
      'the AWS VPC CNI with Calico for the policies',
      awsNode(awsAgent(false)) + calico('calico/node:v3.28.0'),
      'calico: NetworkPolicy Calico',
    ],
    [
      'Azure Network Policy Manager',
      agent('azure-npm', 'k8s-app: azure-npm', '{name: azure-npm}'),
      'azure-npm: NetworkPolicy',
    ],
    [
      'Kube-OVN',
      `${agent('kube-ovn-cni', 'app: kube-ovn-cni', '{name: cni-server}')}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: kube-ovn-controller, namespace: kube-system}
spec: {template: {metadata: {labels: {app: kube-ovn-controller}}, spec: {hostNetwork: true, containers: [{name: c, args: ["--enable-np=true", "--enable-anp=true"]}]}}}
`,
      'kube-ovn: NetworkPolicy AdminNetworkPolicy BaselineAdminNetworkPolicy ClusterNetworkPolicy?',
    ],
    [
      'two that do the same by the same words',
      kindnet('kindest/kindnetd:v20250512-df8de77b') +
        kubeNetworkPolicies('v1.1.0'),
      'kindnet: NetworkPolicy',
    ],
  ])('is %s', (_, manifests, expected) => {
    expect(said(manifests)).toBe(expected);
  });

  it('is unknown where several would enforce, each by its own words', () => {
    expect(said(calico('calico/node:v3.28.0') + cilium)).toBe(
      'unknown: Calico and Cilium run side by side, and which of them decides about a connection no object says',
    );
    expect(
      said(
        kindnet('kindest/kindnetd:v20250512-df8de77b') +
          kubeNetworkPolicies('v1.1.0-npa-v1alpha2'),
      ),
    ).toMatch(/^unknown: kindnet and kube-network-policies run side by side/);
  });

  it('is unknown where nothing is recognised, and k3s shows nothing', () => {
    expect(said('')).toMatch(/^unknown: no agent of a network/);
    expect(
      said(`
apiVersion: v1
kind: Node
metadata: {name: node-1, annotations: {k3s.io/hostname: node-1, flannel.alpha.coreos.com/backend-type: vxlan}}
`),
    ).toMatch(/^unknown: k3s enforces NetworkPolicies in its own process/);
  });

  it('is not what a pod off the network of its node calls itself', () => {
    expect(
      said(
        calico('calico/node:v3.28.0').replace(
          'hostNetwork: true',
          'hostNetwork: false',
        ),
      ),
    ).toMatch(/^unknown/);
  });

  it('is not what a pod by itself calls itself, nor what a Deployment does: an agent is on every node', () => {
    expect(
      said(calico('calico/node:v3.28.0').replace('DaemonSet', 'Deployment')),
    ).toMatch(/^unknown/);
    expect(
      said(
        `${flannel()}
---
apiVersion: v1
kind: Pod
metadata: {name: nobody, namespace: shop, labels: {k8s-app: calico-node}}
spec: {hostNetwork: true, containers: [{name: shell, image: busybox}]}
`,
      ),
    ).toBe('flannel: nothing');
  });

  it('says what it was seen by', () => {
    const network = snapshotOf(calico('calico/node:v3.30.0')).derive(networkOf);
    const object = {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      namespace: 'calico-system',
      name: 'calico-node',
    };
    expect(network.evidence).toEqual([
      {
        object,
        field: 'spec.template.metadata.labels.k8s-app',
        value: 'calico-node',
      },
      {
        object,
        field: 'spec.template.spec.containers[0].image',
        value: 'calico/node:v3.30.0',
      },
    ]);
  });

  it('says which right is missing to see one', () => {
    const network = snapshotOf('', {
      coverage: { DaemonSet: { state: 'forbidden', verb: 'list' } },
    }).derive(networkOf);
    expect(network).toMatchObject({
      missing: [{ verb: 'list', group: 'apps', resource: 'daemonsets' }],
    });
  });
});

describe('the network, as somebody states it', () => {
  it('is that, whatever the objects show', () => {
    expect(said(cilium, { settings: { cni: 'kube-router' } })).toBe(
      'kube-router: NetworkPolicy',
    );
    expect(said('', { settings: { cni: 'none' } })).toBe('none: nothing');
  });

  it('says what enforces in view where it is another', () => {
    const instead = (manifests: string, cni: ClusterSettings['cni']) => {
      const network = snapshotOf(manifests, { settings: { cni } }).derive(
        networkOf,
      );
      return network.state === 'known' && network.seenInstead?.title;
    };
    expect(instead(cilium, 'calico')).toBe('Cilium');
    expect(instead(cilium + calico('calico/node:v3.32.0'), 'calico')).toBe(
      undefined,
    );
    // These say nothing against it.
    expect(instead(flannel(), 'kube-router')).toBe(undefined);
    expect(instead(cilium, 'none')).toBe(undefined);
    expect(instead(awsNode(awsAgent(true)), 'aws-network-policy-agent')).toBe(
      undefined,
    );
  });

  it("is not read by a ConfigMap of somebody's own namespace", () => {
    const off = (namespace: string) =>
      said(configMap('cilium-config', '{enable-policy: never}', namespace), {
        settings: { cni: 'cilium' },
      });
    expect(off('kube-system')).toBe('cilium: nothing');
    expect(off('shop')).toBe(
      'cilium: NetworkPolicy CiliumNetworkPolicy CiliumClusterwideNetworkPolicy',
    );
  });

  it('leaves open what its version decides, unless its agent is in view', () => {
    const settings = { cni: 'calico' } as const;
    expect(said('', { settings })).toBe(
      'calico: NetworkPolicy AdminNetworkPolicy? BaselineAdminNetworkPolicy? ClusterNetworkPolicy? Calico',
    );
    expect(said(cilium + calico('calico/node:v3.32.0'), { settings })).toBe(
      'calico: NetworkPolicy ClusterNetworkPolicy Calico',
    );
  });

  it('is read by the stated settings of Cilium', () => {
    expect(
      said('', {
        settings: { cni: 'cilium', ciliumConfig: { 'enable-policy': 'never' } },
      }),
    ).toBe('cilium: nothing');
  });
});

describe('the nodes on which its agent runs', () => {
  const live = (agents: readonly string[]) =>
    ['node-1', 'node-2']
      .map(
        name => `
---
apiVersion: v1
kind: Node
metadata: {name: ${name}}
`,
      )
      .join('') +
    agents
      .map(
        (node, index) => `
---
apiVersion: v1
kind: Pod
metadata:
  name: calico-node-${index}
  namespace: calico-system
  labels: {k8s-app: calico-node}
  ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: calico-node, controller: true}]
spec: {nodeName: ${node}, hostNetwork: true, containers: [{name: calico-node, image: "quay.io/calico/node:v3.32.2"}]}
status: {phase: ${index === 2 ? 'Pending' : 'Running'}}
`,
      )
      .join('');
  const without = (manifests: string, options?: Options) => {
    const network = snapshotOf(
      calico('quay.io/calico/node:v3.32.2') + manifests,
      options,
    ).derive(networkOf);
    return network.state === 'known'
      ? network.unseen?.reason ?? network.nodesWithout
      : undefined;
  };

  it('are told by its pods that run', () => {
    expect(without(live(['node-1', 'node-2']))).toEqual([]);
    expect(without(live(['node-1', 'node-1', 'node-2']))).toEqual(['node-2']);
  });

  it('are not asked of a folder, which has no pods', () => {
    expect(without(live([]))).toEqual([]);
  });

  it('are those of pods where nodes are not in view', () => {
    const [agentOfFirst, agentOfSecond] = ['node-1', 'node-2'].map(node =>
      live([node]).replace(/---\napiVersion: v1\nkind: Node\n.*\n/g, ''),
    );
    const pod = `
---
apiVersion: v1
kind: Pod
metadata: {name: orders, namespace: shop}
spec: {nodeName: node-2, containers: [{name: app}]}
`;
    expect(without(agentOfFirst + pod)).toEqual(['node-2']);
    expect(without(agentOfSecond + pod)).toEqual([]);
    expect(without(pod)).toEqual(['node-2']);
  });

  it('cannot be told where its pods may not be listed', () => {
    expect(
      without('', { coverage: { Pod: { state: 'forbidden', verb: 'list' } } }),
    ).toContain('listing pods is forbidden');
  });

  it('are told by one answer where all run the same, and by none where they differ', () => {
    const mixed = live(['node-1', 'node-2']).replace('v3.32.2', 'v3.31.0');
    expect(said(calico('quay.io/calico/node:v3.32.2') + mixed)).toBe(
      'calico: NetworkPolicy AdminNetworkPolicy? BaselineAdminNetworkPolicy? ClusterNetworkPolicy? Calico',
    );
  });
});

describe('connections', () => {
  const pods = ['web', 'orders']
    .map(
      name => `
---
apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: shop, labels: {app: ${name}}}
spec: {nodeName: node-1, containers: [{name: main}]}
`,
    )
    .join('');
  const denials: Record<string, string> = {
    NetworkPolicy: `
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress]}
`,
    AdminNetworkPolicy: `
---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {name: closed}
spec: {priority: 1, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}]}]}
`,
    ClusterNetworkPolicy: `
---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: closed}
spec: {tier: Admin, priority: 1, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}]}]}
`,
    Calico: `
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: closed, namespace: shop}
spec: {selector: all(), types: [Ingress]}
`,
    Cilium: `
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: closed, namespace: shop}
spec: {endpointSelector: {}, ingress: [{}]}
`,
  };
  const verdicts = (network: string, options?: Options) =>
    Object.fromEntries(
      Object.entries(denials).map(([kind, policy]) => {
        const snapshot = snapshotOf(pods + policy + network, options);
        const questions = Questions.create(
          snapshot,
          snapshot.derive(connectionsOf),
        );
        return [
          kind,
          questions.answer({
            from: { pod: 'shop/web' },
            to: { pod: 'shop/orders' },
            port: 80,
            protocol: 'TCP',
          }).verdict,
        ];
      }),
    );

  it('are decided by no policy of a kind that the network is known not to enforce', () => {
    expect(verdicts(flannel())).toEqual({
      NetworkPolicy: 'allow',
      AdminNetworkPolicy: 'allow',
      ClusterNetworkPolicy: 'allow',
      Calico: 'allow',
      Cilium: 'allow',
    });
    expect(verdicts(kubeNetworkPolicies('v1.1.0-npa-v1alpha2'))).toEqual({
      NetworkPolicy: 'deny',
      AdminNetworkPolicy: 'allow',
      ClusterNetworkPolicy: 'deny',
      Calico: 'allow',
      Cilium: 'allow',
    });
    expect(verdicts(calico('quay.io/calico/node:v3.31.0'))).toEqual({
      NetworkPolicy: 'deny',
      AdminNetworkPolicy: 'deny',
      ClusterNetworkPolicy: 'allow',
      Calico: 'deny',
      Cilium: 'allow',
    });
  });

  it('are decided as the APIs say where nobody knows the network', () => {
    expect(verdicts('')).toEqual({
      NetworkPolicy: 'deny',
      AdminNetworkPolicy: 'deny',
      ClusterNetworkPolicy: 'deny',
      Calico: 'deny',
      Cilium: 'deny',
    });
  });

  it('need not see policies that would decide nothing', () => {
    const coverage: Options['coverage'] = {
      AdminNetworkPolicy: { state: 'forbidden', verb: 'list' },
    };
    expect(verdicts(flannel(), { coverage }).NetworkPolicy).toBe('allow');
    expect(verdicts('', { coverage }).NetworkPolicy).toBe('unknown');
  });

  it('know no policy to ignore where the network is not known', () => {
    const ignored = (network: string) =>
      isIgnored(
        snapshotOf(network),
        'GlobalNetworkPolicy.crd.projectcalico.org',
      );
    expect(ignored('')).toBe(false);
    expect(ignored(flannel())).toBe(true);
  });
});
