import { NetworkName } from '../../snapshot';
import { findingsOf } from '../../testing/expectFindings';
import { clusterTiers as control } from './clusterTiers';

const orders = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders, namespace: shop}
spec:
  template:
    metadata: {labels: {app: orders}}
    spec: {containers: [{name: app}]}
`;

const closed = `
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
`;

const monitoring = `
---
apiVersion: v1
kind: Namespace
metadata: {name: monitoring, labels: {team: observers}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: prometheus, namespace: monitoring}
spec:
  template:
    metadata: {labels: {app: prometheus}}
    spec: {containers: [{name: app}]}
`;

const agent = `
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: kube-network-policies, namespace: kube-system}
spec:
  template:
    spec:
      hostNetwork: true
      containers:
        - name: kube-network-policies
          image: registry.k8s.io/networking/kube-network-policies:v1.0.0-npa-v1alpha2
`;

const SHOP =
  'subject: {namespaces: {matchLabels: {kubernetes.io/metadata.name: shop}}}';

function tier(
  spec: string,
  { kind = 'AdminNetworkPolicy', name = 'tier', priority = 10 } = {},
) {
  const version = kind === 'ClusterNetworkPolicy' ? 'v1alpha2' : 'v1alpha1';
  return `
---
apiVersion: policy.networking.k8s.io/${version}
kind: ${kind}
metadata: {name: ${name}}
spec: {${SHOP}, priority: ${priority}, ${spec}}
`;
}

function findingFor(manifests: string, cni?: NetworkName) {
  return findingsOf({
    control,
    manifests: orders + manifests,
    ...(cni ? { settings: { cni } } : {}),
  }).find(({ subject }) => subject.name === 'orders');
}

const everybody = 'from: [{namespaces: {}}]';
const observers = 'from: [{namespaces: {matchLabels: {team: observers}}}]';

describe('NW-3 policies of the cluster hold', () => {
  it('does not apply where none selects the pods, has rules, and is not on the network of their node', () => {
    for (const manifests of [
      closed,
      tier('ingress: []'),
      tier(`ingress: [{action: Deny, ${everybody}}]`, {
        kind: 'BaselineAdminNetworkPolicy',
        name: 'other',
      }),
      tier(`ingress: [{action: Deny, ${everybody}}]`).replace('shop', 'other'),
    ]) {
      expect(findingFor(manifests)).toMatchObject({
        verdict: 'not-applicable',
        message: 'No policy of the cluster selects the pods of orders.',
      });
    }
    expect(
      findingsOf({
        control,
        manifests:
          orders.replace('containers:', 'hostNetwork: true, containers:') +
          tier(`ingress: [{action: Deny, ${everybody}}]`),
      })[0],
    ).toMatchObject({
      verdict: 'not-applicable',
      message:
        'orders uses the network of its nodes, where policies of the cluster do not apply.',
    });
  });

  it('passes where they deny more, and says who enforces them', () => {
    expect(
      findingFor(
        closed +
          agent +
          tier(`tier: Admin, ingress: [{action: Deny, ${everybody}}]`, {
            kind: 'ClusterNetworkPolicy',
            name: 'lockdown',
          }),
      ),
    ).toMatchObject({
      verdict: 'pass',
      enforcement: 'enforced',
      message:
        'The policies of the cluster hold for orders as written (ClusterNetworkPolicy lockdown), and kube-network-policies enforces them.',
      evidence: [{ object: { name: 'lockdown' }, field: 'spec.subject' }],
    });
  });

  it('fails where one opens to everybody what the namespace closes, and names both', () => {
    expect(
      findingFor(closed + tier(`ingress: [{action: Allow, ${everybody}}]`)),
    ).toMatchObject({
      verdict: 'fail',
      severity: 'high',
      message:
        'Any pod in the cluster can open connections to every port of orders, although its own policies refuse them.',
      because:
        'spec.ingress[0] of AdminNetworkPolicy tier lets them in before NetworkPolicy shop/closed, which would refuse them, is asked.',
      witness: { from: 'any pod in the cluster', to: 'orders' },
      evidence: [
        { object: { name: 'tier' }, field: 'spec.ingress[0]' },
        { object: { name: 'closed' }, field: 'spec.policyTypes' },
      ],
    });
    expect(
      findingFor(
        closed +
          tier(
            'tier: Admin, egress: [{action: Accept, to: [{networks: [0.0.0.0/0]}], protocols: [{tcp: {destinationPort: {number: 443}}}]}]',
            { kind: 'ClusterNetworkPolicy' },
          ),
      ),
    ).toMatchObject({
      verdict: 'fail',
      severity: 'medium',
      message:
        'orders can open connections on port 443 to every address, in the cluster and outside, although its own policies refuse them.',
    });
  });

  it('is milder where it opens on every port to the whole of another namespace', () => {
    expect(
      findingFor(
        closed + monitoring + tier(`ingress: [{action: Allow, ${observers}}]`),
      ),
    ).toMatchObject({
      verdict: 'fail',
      severity: 'medium',
      message:
        'Every pod of namespace monitoring can open connections to every port of orders, although its own policies refuse them.',
    });
  });

  it('passes where it opens on certain ports to somebody in particular, and says so', () => {
    expect(
      findingFor(
        closed +
          monitoring +
          tier(
            `ingress: [{action: Allow, ${observers}, ports: [{portNumber: {protocol: TCP, port: 9090}}]}]`,
          ),
      ),
    ).toMatchObject({
      verdict: 'pass',
      enforcement: 'declared',
      message:
        'The policies of the cluster hold for orders as written (AdminNetworkPolicy tier), provided that the network of the cluster enforces network policies, which nothing here shows. Beyond its own policies they let namespace monitoring reach port 9090 of orders.',
    });
  });

  it('takes nothing for opened that the namespace lets through itself, that an earlier rule denies, or that is passed on', () => {
    const own = closed.replace(
      'policyTypes: [Ingress, Egress]',
      'policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {}}]}]',
    );
    for (const manifests of [
      own + tier(`ingress: [{action: Allow, ${everybody}}]`),
      closed +
        tier(
          `ingress: [{action: Deny, ${everybody}}, {action: Allow, ${observers}}]`,
        ),
      closed + tier(`ingress: [{action: Pass, ${everybody}}]`),
      closed +
        tier(`ingress: [{action: Allow, ${everybody}}]`, {
          kind: 'BaselineAdminNetworkPolicy',
          name: 'default',
        }),
      // Without policies of its own nothing is closed; that is what NW-1 says.
      tier(`ingress: [{action: Allow, ${everybody}}]`),
    ]) {
      expect(findingFor(manifests + monitoring)?.verdict).toBe('pass');
    }
  });

  it('fails where a denial comes too late', () => {
    expect(
      findingFor(
        closed.replace(', Egress', '') +
          monitoring +
          tier(
            'egress: [{action: Allow, to: [{namespaces: {}}, {networks: [0.0.0.0/0]}]}]',
            { name: 'open', priority: 1 },
          ) +
          tier(
            'egress: [{action: Deny, to: [{namespaces: {matchLabels: {team: observers}}}]}]',
            { name: 'late', priority: 2 },
          ),
      ),
    ).toMatchObject({
      verdict: 'fail',
      severity: 'medium',
      message:
        'A denial of AdminNetworkPolicy late keeps orders from nothing: everything that it denies is let through before.',
      because:
        'spec.egress[0] of AdminNetworkPolicy late comes after spec.egress[0] of AdminNetworkPolicy open.',
    });
  });

  it('does not call a denial late of which something is left', () => {
    expect(
      findingFor(
        closed +
          monitoring +
          tier(
            `ingress: [{action: Allow, ${observers}, ports: [{portNumber: {protocol: TCP, port: 9090}}]}, {action: Deny, ${everybody}}]`,
          ),
      )?.verdict,
    ).toBe('pass');
  });

  it('is unknown where equal priorities disagree about it, and names both', () => {
    const rival = (action: string, name: string) =>
      tier(`ingress: [{action: ${action}, ${everybody}}]`, { name });
    expect(
      findingFor(closed + rival('Allow', 'one') + rival('Deny', 'two')),
    ).toMatchObject({
      verdict: 'unknown',
      message:
        'Cannot be told: AdminNetworkPolicy one and AdminNetworkPolicy two have the same priority and disagree, and the API leaves open which of them counts.',
    });
    expect(
      findingFor(closed + rival('Deny', 'one') + rival('Deny', 'two'))?.verdict,
    ).toBe('pass');
  });

  it('fails where the network does not enforce such policies, and is unknown where nobody can tell', () => {
    const lockdown = tier(`ingress: [{action: Deny, ${everybody}}]`);
    expect(findingFor(closed + lockdown, 'cilium')).toMatchObject({
      verdict: 'fail',
      severity: 'high',
      message:
        'AdminNetworkPolicy tier decides nothing for orders: the network of the cluster does not enforce policies of its kind.',
    });
    expect(findingFor(closed + lockdown, 'antrea')?.verdict).toBe('unknown');
  });
});
