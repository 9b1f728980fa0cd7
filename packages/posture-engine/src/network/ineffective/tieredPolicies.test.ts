import { policy, saidOf } from '../../testing/ineffective';

const admin = (name: string, spec: string) =>
  policy(
    'policy.networking.k8s.io/v1alpha1',
    'AdminNetworkPolicy',
    `/${name}`,
    spec,
  );

const decided = (name: string, priority: number, action: string) =>
  admin(
    name,
    `{ priority: ${priority}, subject: { namespaces: {} }, ingress: [{ action: ${action}, from: [{ namespaces: {} }] }] }`,
  );

describe('policies of the cluster without an effect', () => {
  it('are those without rules, of no tier, and baselines by another name than default', () => {
    expect(
      saidOf([
        admin('empty', '{ priority: 1, subject: { namespaces: {} } }'),
        policy(
          'policy.networking.k8s.io/v1alpha2',
          'ClusterNetworkPolicy',
          '/adrift',
          '{ tier: Middle, priority: 1, subject: { namespaces: {} }, ingress: [{ action: Deny, from: [{ namespaces: {} }] }] }',
        ),
        policy(
          'policy.networking.k8s.io/v1alpha1',
          'BaselineAdminNetworkPolicy',
          '/base',
          '{ subject: { namespaces: {} }, ingress: [{ action: Deny, from: [{ namespaces: {} }] }] }',
        ),
      ]),
    ).toEqual([
      'empty spec: it has no rules, and unlike a NetworkPolicy it denies nothing without them',
      'base spec: the API knows one BaselineAdminNetworkPolicy, by the name of default, and no other counts',
      'adrift spec: there is no tier "Middle": the tiers are Admin and Baseline',
    ]);
  });

  it('are rules that one of a lower priority number covers, whatever their actions', () => {
    expect(
      saidOf([decided('first', 1, 'Allow'), decided('second', 2, 'Deny')]),
    ).toEqual([
      'second spec.ingress[0]: ingress rule 1 of AdminNetworkPolicy first decides all of it before',
    ]);
  });

  it('are NetworkPolicies whose rules an Admin Allow or Deny decides before', () => {
    const shop = policy(
      'networking.k8s.io/v1',
      'NetworkPolicy',
      'shop',
      '{ podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] }',
    );
    expect(saidOf([decided('first', 1, 'Deny'), shop])).toEqual([
      'shop spec.ingress[0]: ingress rule 1 of AdminNetworkPolicy first decides all of it before',
    ]);
    expect(saidOf([decided('first', 1, 'Pass'), shop])).toEqual([]);
  });

  it('are baseline rules for pods that NetworkPolicies isolate, all of them', () => {
    const base = policy(
      'policy.networking.k8s.io/v1alpha1',
      'BaselineAdminNetworkPolicy',
      '/default',
      '{ subject: { namespaces: { matchLabels: { team: shop } } }, ingress: [{ action: Deny, from: [{ namespaces: {} }] }] }',
    );
    const deny = (spec: string) =>
      policy('networking.k8s.io/v1', 'NetworkPolicy', 'deny', spec);
    expect(saidOf([base, deny('{ podSelector: {} }')])).toEqual([
      'default spec.ingress[0]: spec.policyTypes of NetworkPolicy shop/deny decides all of it before',
    ]);
    expect(
      saidOf([base, deny('{ podSelector: { matchLabels: { app: web } } }')]),
    ).toEqual([]);
  });

  it('are not said of rivals: nobody can say which of them counts', () => {
    expect(
      saidOf([decided('first', 1, 'Allow'), decided('second', 1, 'Deny')]),
    ).toEqual([]);
  });

  it('are peers and ports that nobody has', () => {
    expect(
      saidOf([
        admin(
          'odd',
          '{ priority: 1, subject: { namespaces: {} }, egress: [{ action: Allow, to: [{ namespaces: { matchLabels: { kubernetes.io/metadata.name: logging } } }, { namespaces: {} }], ports: [{ namedPort: http }, { namedPort: metrics }] }] }',
        ),
      ]),
    ).toEqual([
      'odd spec.egress[0].to[0]: no namespace logging is in view',
      'odd spec.egress[0].ports[1]: no destination has a port of the name metrics',
    ]);
  });
});
