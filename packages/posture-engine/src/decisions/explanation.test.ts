import { parseManifests } from '../manifests';
import { connectionsOf } from '../network/connections';
import { ClusterSettings, ClusterSnapshot } from '../snapshot';
import { decide } from './decide';
import { explainDecision } from './explanation';
import { selectingPolicies } from './selectingPolicies';

const PODS = ['web', 'orders', 'admin']
  .map(
    app => `
apiVersion: v1
kind: Pod
metadata: { name: ${app}, namespace: shop, labels: { app: ${app} } }
spec: { containers: [{ name: app }] }
`,
  )
  .join('---\n');

function snapshotOf(
  manifests: readonly string[],
  settings: ClusterSettings = {},
): ClusterSnapshot {
  const { objects, problems } = parseManifests(
    [PODS, ...manifests].join('---\n'),
    'a',
  );
  expect(problems).toEqual([]);
  return ClusterSnapshot.create({
    cluster: 'a',
    objects: objects.map(read => read.object),
    settings,
  });
}

function podOf(snapshot: ClusterSnapshot, name: string) {
  const pod = snapshot.workloads
    .flatMap(({ pods }) => pods)
    .find(one => one.name === name);
  if (!pod) {
    throw new Error(`there is no pod ${name}`);
  }
  return pod;
}

/** What is said of a connection from one pod to TCP port 8080 of another. */
function explain(
  manifests: readonly string[],
  settings: ClusterSettings = {},
  [source, destination]: readonly [string, string] = ['web', 'orders'],
): string {
  const snapshot = snapshotOf(manifests, settings);
  const connections = snapshot.derive(connectionsOf);
  const ends = connections.universe.between(
    podOf(snapshot, source),
    podOf(snapshot, destination),
  );
  if (!ends) {
    throw new Error('both are pods of the snapshot');
  }
  const question = { ...ends, protocol: 'TCP', port: 8080 } as const;
  return explainDecision(connections, question, decide(connections, question));
}

function object(
  apiVersion: string,
  kind: string,
  metadata: string,
  spec: string,
): string {
  return `
apiVersion: ${apiVersion}
kind: ${kind}
metadata: { ${metadata} }
spec: ${spec}
`;
}

const networkPolicy = (name: string, spec: string) =>
  object(
    'networking.k8s.io/v1',
    'NetworkPolicy',
    `name: ${name}, namespace: shop`,
    spec,
  );

const admin = (name: string, priority: number, rules: string) =>
  object(
    'policy.networking.k8s.io/v1alpha1',
    'AdminNetworkPolicy',
    `name: ${name}`,
    `{ priority: ${priority}, subject: { namespaces: {} }, ${rules} }`,
  );

const cilium = (name: string, rules: string) =>
  object(
    'cilium.io/v2',
    'CiliumNetworkPolicy',
    `name: ${name}, namespace: shop`,
    `{ endpointSelector: { matchLabels: { app: orders } }, ${rules} }`,
  );

const calico = (name: string, spec: string) =>
  object(
    'projectcalico.org/v3',
    'GlobalNetworkPolicy',
    `name: ${name}`,
    `{ selector: app == 'orders', types: [Ingress], ${spec} }`,
  );

describe('a decision in words', () => {
  it('says where no policy has a say', () => {
    expect(explain([])).toBe(
      'No policy restricts what the source sends here, and no policy restricts what the destination receives here.',
    );
  });

  it('names the policy that denies by default, and the allow that misses by the port or by the peer', () => {
    expect(
      explain([
        networkPolicy('deny', '{ podSelector: {} }'),
        networkPolicy(
          'orders',
          '{ podSelector: { matchLabels: { app: orders } }, ingress: [{}, { from: [{ podSelector: { matchLabels: { app: web } } }], ports: [{ port: 9090 }] }] }',
        ).replace(
          '[{}, ',
          '[{ from: [{ podSelector: { matchLabels: { app: gone } } }] }, ',
        ),
      ]),
    ).toBe(
      'Each of NetworkPolicy shop/deny and NetworkPolicy shop/orders lets the destination receive only what a rule allows, and none allows this. TCP port 8080 is not in ingress rule 2 of NetworkPolicy shop/orders, which allows TCP 9090.',
    );
    expect(
      explain([
        networkPolicy(
          'orders',
          '{ podSelector: { matchLabels: { app: orders } }, ingress: [{ from: [{ podSelector: { matchLabels: { app: admin } } }], ports: [{ port: 8080 }] }] }',
        ),
      ]),
    ).toContain(
      'The source is not among those to whom ingress rule 1 of NetworkPolicy shop/orders opens TCP port 8080.',
    );
  });

  it('names the rule of an AdminNetworkPolicy, and no allow that comes after it', () => {
    expect(
      explain([
        admin(
          'deny',
          1,
          'ingress: [{ action: Deny, from: [{ namespaces: {} }] }]',
        ),
        admin(
          'allow',
          2,
          'ingress: [{ action: Allow, from: [{ namespaces: {} }], ports: [{ portNumber: { port: 80 } }] }]',
        ),
      ]),
    ).toBe(
      'Ingress rule 1 of AdminNetworkPolicy deny denies it on its way into the destination.',
    );
  });

  it("tells Cilium's denials from its allows, and leaves settings of the agent out of what is near", () => {
    const settings: ClusterSettings = { cni: 'cilium' };
    expect(
      explain(
        [
          cilium(
            'orders',
            'ingress: [{ fromEndpoints: [{}] }], ingressDeny: [{ fromEndpoints: [{ matchLabels: { app: web } }] }]',
          ),
        ],
        settings,
      ),
    ).toBe(
      'Ingress deny rule 1 of CiliumNetworkPolicy shop/orders denies it on its way into the destination.',
    );
    // The own node gets in by a setting, which misses the connection by its peer alone.
    expect(explain([cilium('orders', 'ingress: [{}]')], settings)).toBe(
      'CiliumNetworkPolicy shop/orders lets the destination receive only what a rule allows, and none allows this.',
    );
  });

  it('says of a rule for requests which ones pass', () => {
    expect(
      explain(
        [
          cilium(
            'orders',
            'ingress: [{ fromEndpoints: [{}], toPorts: [{ ports: [{ port: "8080", protocol: TCP }], rules: { http: [{ method: GET }] } }] }]',
          ),
        ],
        { cni: 'cilium' },
      ),
    ).toBe(
      'No policy restricts what the source sends here, and ingress rule 1 of CiliumNetworkPolicy shop/orders lets it in. Only for: HTTP GET.',
    );
  });

  it("names Calico's rule, or its policies where their tier denies the rest", () => {
    expect(
      explain([
        calico(
          'orders',
          "ingress: [{ action: Deny, source: { selector: app == 'web' } }]",
        ),
      ]),
    ).toBe(
      'Ingress rule 1 of GlobalNetworkPolicy orders denies it on its way into the destination.',
    );
    expect(
      explain([
        calico(
          'orders',
          "ingress: [{ action: Allow, protocol: TCP, source: { selector: app == 'web' }, destination: { ports: [9090] } }]",
        ),
      ]),
    ).toBe(
      'GlobalNetworkPolicy orders lets the destination receive only what a rule allows, and none allows this. TCP port 8080 is not in ingress rule 1 of GlobalNetworkPolicy orders, which allows TCP 9090.',
    );
  });

  it('gives the reason where nobody can tell', () => {
    expect(
      explain([
        networkPolicy(
          'odd',
          '{ podSelector: { matchExpressions: [{ key: app, operator: Like }] } }',
        ),
      ]),
    ).toMatch(
      /^A network policy of namespace shop cannot be read: .*"Like"\.$/,
    );
  });
});

describe('the policies that select a pod', () => {
  const selecting = (
    manifests: readonly string[],
    settings: ClusterSettings = {},
  ) => {
    const snapshot = snapshotOf(manifests, settings);
    const connections = snapshot.derive(connectionsOf);
    const podClass = connections.universe.classOfPod(podOf(snapshot, 'orders'));
    if (!podClass) {
      throw new Error('every pod has a class');
    }
    const { policies, unknown } = selectingPolicies(connections, podClass);
    return [
      ...policies.map(
        ({ object: { name }, direction, isolates, effects }) =>
          `${direction} ${name}${isolates ? ' isolates' : ''}${effects
            .map(effect => ` ${effect}`)
            .join('')}`,
      ),
      ...unknown,
    ];
  };

  it('are in the order in which the network asks them, with what they do', () => {
    expect(
      selecting([
        networkPolicy(
          'orders',
          '{ podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{ from: [{ podSelector: {} }] }] }',
        ),
        networkPolicy(
          'other',
          '{ podSelector: { matchLabels: { app: web } } }',
        ),
        admin(
          'first',
          1,
          'ingress: [{ action: Pass, from: [{ namespaces: {} }], ports: [{ portNumber: { port: 80 } }] }, { action: Deny, from: [{ namespaces: {} }] }]',
        ),
      ]),
    ).toEqual([
      'ingress first pass deny',
      'ingress orders isolates allow',
      'egress orders isolates',
    ]);
  });

  it('are no settings of the network', () => {
    expect(
      selecting([cilium('orders', 'ingress: [{}]')], { cni: 'cilium' }),
    ).toEqual(['ingress orders isolates']);
  });

  it('may be more where something cannot be evaluated', () => {
    expect(
      selecting([
        networkPolicy(
          'odd',
          '{ podSelector: { matchExpressions: [{ key: app, operator: Like }] } }',
        ),
      ]),
    ).toEqual([
      'a network policy of namespace shop cannot be read: label selectors have no operator "Like"',
    ]);
  });
});
