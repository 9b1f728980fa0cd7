import { parseManifests } from '../manifests';
import { ClusterSnapshot } from '../snapshot';
import { ineffectivePolicies } from './ineffectivePolicies';

const PODS = ['web', 'orders']
  .map(
    app => `
apiVersion: v1
kind: Pod
metadata: { name: ${app}, namespace: shop, labels: { app: ${app} } }
spec: { containers: [{ name: app, ports: [{ name: http, containerPort: 8080 }] }] }
`,
  )
  .join('---\n');

function policy(name: string, spec: string): string {
  return `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: ${name}, namespace: shop }
spec: ${spec}
`;
}

function admin(name: string, priority: number, action: string): string {
  return `
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: { name: ${name} }
spec:
  priority: ${priority}
  subject: { namespaces: {} }
  ingress: [{ action: ${action}, from: [{ namespaces: {} }] }]
`;
}

function judge(...manifests: string[]): string[] {
  const { objects } = parseManifests([PODS, ...manifests].join('---\n'), 'a');
  return ineffectivePolicies(
    ClusterSnapshot.create({
      cluster: 'a',
      objects: objects.map(({ object }) => object),
    }),
  ).map(({ object, field, because }) => `${object.name} ${field}: ${because}`);
}

describe('policies and rules without an effect', () => {
  it('are those that select no pod', () => {
    expect(
      judge(policy('lost', '{ podSelector: { matchLabels: { app: gone } } }')),
    ).toEqual(['lost spec: it selects no pod of namespace shop']);
  });

  it('are not a default deny, nor a rule for the outside', () => {
    expect(
      judge(
        policy('deny', '{ podSelector: {} }'),
        policy(
          'office',
          '{ podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: 10.0.0.0/8 } }] }] }',
        ),
      ),
    ).toEqual([]);
  });

  it('are rules that name nobody, and say which namespace is missing', () => {
    expect(
      judge(
        policy(
          'one',
          '{ podSelector: {}, ingress: [{ from: [{ podSelector: { matchLabels: { app: gone } } }] }] }',
        ),
        policy(
          'two',
          '{ podSelector: {}, ingress: [{ from: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: monitoring } } }] }] }',
        ),
      ),
    ).toEqual([
      'one spec.ingress[0]: it names nobody: no pod and no address is meant as source',
      'two spec.ingress[0]: there is no namespace monitoring',
    ]);
  });

  it('are rules of a direction that the policy is not for, and of ports that no destination has', () => {
    expect(
      judge(
        policy(
          'types',
          '{ podSelector: {}, policyTypes: [Ingress], egress: [{}] }',
        ),
        policy(
          'named',
          '{ podSelector: {}, policyTypes: [Egress], egress: [{ ports: [{ port: metrics }] }] }',
        ),
      ),
    ).toEqual([
      expect.stringMatching(/^named spec\.egress\[0\]: no pod/),
      expect.stringMatching(/^types spec\.egress\[0\]: no pod/),
    ]);
  });

  it('are rules that others cover, in the same tier or in one before', () => {
    const narrow =
      '{ podSelector: {}, ingress: [{}, { from: [{ podSelector: { matchLabels: { app: web } } }], ports: [{ port: 80 }] }] }';
    expect(judge(policy('both', narrow))).toEqual([
      'both spec.ingress[1]: ingress rule 1 of NetworkPolicy shop/both decides all of it before',
    ]);
    expect(
      judge(admin('first', 1, 'Allow'), admin('second', 2, 'Deny')),
    ).toEqual([
      'second spec.ingress[0]: ingress rule 1 of AdminNetworkPolicy first decides all of it before',
    ]);
    expect(
      judge(
        admin('first', 1, 'Pass'),
        policy(
          'deny',
          '{ podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] }',
        ),
      ),
    ).toEqual([]);
    // Rivals: nobody can say which of them counts.
    expect(
      judge(admin('first', 1, 'Allow'), admin('second', 1, 'Deny')),
    ).toEqual([]);
  });

  it('are not guessed where a policy cannot be evaluated', () => {
    const odd =
      '{ podSelector: { matchExpressions: [{ key: app, operator: Like }] } }';
    const lost = policy(
      'lost',
      '{ podSelector: { matchLabels: { app: gone } } }',
    );
    expect(judge(policy('odd', odd), lost)).toEqual([]);
  });
});
