import { decide } from '../decisions';
import { parseManifests } from '../manifests';
import { ClusterSettings, ClusterSnapshot } from '../snapshot';
import { connectionsOf } from './connections';

const PODS = [
  ['shop', 'web'],
  ['shop', 'orders'],
  ['bank', 'ledger'],
  ['bank', 'audit'],
]
  .map(
    ([namespace, app]) => `
apiVersion: v1
kind: Pod
metadata: { name: ${app}, namespace: ${namespace}, labels: { app: ${app} } }
spec: { containers: [{ name: app }] }
`,
  )
  .join('---\n');

const LIKE = 'matchExpressions: [{ key: app, operator: Like, values: [x] }]';
const IN_SHOP = 'matchLabels: { kubernetes.io/metadata.name: shop }';

function snapshotOf(
  manifest: string,
  settings: ClusterSettings = {},
): ClusterSnapshot {
  const { objects } = parseManifests(`${PODS}---\n${manifest}`, 'a');
  return ClusterSnapshot.create({
    cluster: 'a',
    objects: objects.map(({ object }) => object),
    settings,
  });
}

/** Whether each pod may be reached by its neighbour, `ledger` by `audit` and so on. */
function verdicts(manifest: string, settings?: ClusterSettings) {
  const snapshot = snapshotOf(manifest, settings);
  const connections = snapshot.derive(connectionsOf);
  const pods = snapshot.workloads.flatMap(workload => workload.pods);
  return Object.fromEntries(
    pods.flatMap(pod => {
      const neighbour = pods.find(
        ({ name, namespace }) =>
          namespace === pod.namespace && name !== pod.name,
      );
      const ends = neighbour && connections.universe.between(neighbour, pod);
      return ends
        ? [
            [
              pod.name,
              decide(connections, { ...ends, protocol: 'TCP', port: 80 })
                .verdict,
            ],
          ]
        : [];
    }),
  );
}

function policy(
  apiVersion: string,
  kind: string,
  metadata: string,
  spec: string,
): string {
  return `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { ${metadata} }\nspec: ${spec}\n`;
}

describe('a selector that nobody can evaluate', () => {
  const elsewhere = { ledger: 'allow', audit: 'allow' };

  it.each<[string, string, ClusterSettings]>([
    [
      'NetworkPolicy',
      policy(
        'networking.k8s.io/v1',
        'NetworkPolicy',
        'name: odd, namespace: shop',
        `{ podSelector: { ${LIKE} } }`,
      ),
      {},
    ],
    [
      'AdminNetworkPolicy',
      policy(
        'policy.networking.k8s.io/v1alpha1',
        'AdminNetworkPolicy',
        'name: odd',
        `{ priority: 1, subject: { namespaces: { ${IN_SHOP}, ${LIKE} } }, ingress: [{ action: Deny, from: [{ namespaces: {} }] }] }`,
      ),
      {},
    ],
    [
      'ClusterNetworkPolicy',
      policy(
        'policy.networking.k8s.io/v1alpha2',
        'ClusterNetworkPolicy',
        'name: odd',
        `{ tier: Admin, priority: 1, subject: { pods: { namespaceSelector: { ${IN_SHOP} }, podSelector: { ${LIKE} } } }, ingress: [{ action: Deny, from: [{ namespaces: {} }] }] }`,
      ),
      {},
    ],
    [
      "Calico's NetworkPolicy",
      policy(
        'projectcalico.org/v3',
        'NetworkPolicy',
        'name: odd, namespace: shop',
        '{ selector: "app like x", ingress: [{ action: Deny }] }',
      ),
      { cni: 'calico' },
    ],
  ])(
    'of a %s leaves unknown whom it may select, and nobody else',
    (_, manifest, settings) => {
      expect(verdicts(manifest, settings)).toEqual({
        web: 'unknown',
        orders: 'unknown',
        ...elsewhere,
      });
    },
  );

  it('in a rule leaves unknown whom its policy selects, and nobody else', () => {
    expect(
      verdicts(
        policy(
          'networking.k8s.io/v1',
          'NetworkPolicy',
          'name: odd, namespace: shop',
          `{ podSelector: { matchLabels: { app: orders } }, ingress: [{ from: [{ podSelector: { ${LIKE} } }] }] }`,
        ),
      ),
    ).toEqual({ web: 'allow', orders: 'unknown', ...elsewhere });
    expect(
      verdicts(
        policy(
          'policy.networking.k8s.io/v1alpha1',
          'AdminNetworkPolicy',
          'name: odd',
          `{ priority: 1, subject: { namespaces: { ${IN_SHOP} } }, ingress: [{ action: Deny, from: [{ namespaces: { ${LIKE} } }] }] }`,
        ),
      ),
    ).toEqual({ web: 'unknown', orders: 'unknown', ...elsewhere });
  });

  it('of a policy of Cilium has Cilium refuse it, so that it selects nobody', () => {
    expect(
      verdicts(
        policy(
          'cilium.io/v2',
          'CiliumClusterwideNetworkPolicy',
          'name: odd',
          `{ endpointSelector: { ${LIKE} }, ingress: [{}] }`,
        ),
        { cni: 'cilium' },
      ),
    ).toEqual({ web: 'allow', orders: 'allow', ...elsewhere });
  });
});

describe('a policy that cannot be read', () => {
  const broken = policy(
    'networking.k8s.io/v1',
    'NetworkPolicy',
    'name: odd, namespace: shop',
    '{ podSelector: { matchLabels: { app: 1 } }, ingress: everybody }',
  );

  it('is a problem that names the object, the field and what is wrong', () => {
    expect(snapshotOf(broken).coverage.problems).toEqual([
      {
        kind: 'NetworkPolicy',
        object: 'NetworkPolicy shop/odd',
        namespace: 'shop',
        field: 'spec.podSelector.matchLabels.app',
        message: expect.stringContaining('expected string'),
      },
    ]);
  });

  it('leaves its namespace unknown, and no other', () => {
    expect(verdicts(broken)).toEqual({
      web: 'unknown',
      orders: 'unknown',
      ledger: 'allow',
      audit: 'allow',
    });
  });
});

describe('a NetworkPolicy that every API server refuses', () => {
  const ofShop = (ingress: string) =>
    policy(
      'networking.k8s.io/v1',
      'NetworkPolicy',
      'name: odd, namespace: shop',
      `{ podSelector: {}, ingress: [${ingress}] }`,
    );

  it.each([
    ['{ from: [{ ipBlock: { cidr: 10.0.0.0 } }] }'],
    ['{ from: [{ ipBlock: { cidr: 10.0.0.0/8, except: [192.168.0.0/16] } }] }'],
    ['{ from: [{ ipBlock: { cidr: 10.0.0.0/8, except: [10.0.0.0/8] } }] }'],
    ['{ from: [{ ipBlock: { cidr: 10.0.0.0/8, except: ["::/0"] } }] }'],
    ['{ ports: [{ port: 0 }] }'],
    ['{ ports: [{ port: 70000 }] }'],
    ['{ ports: [{ port: "8080" }] }'],
    ['{ ports: [{ port: name-that-is-too-long }] }'],
    ['{ ports: [{ protocol: ICMP }] }'],
    ['{ ports: [{ port: 90, endPort: 80 }] }'],
    ['{ ports: [{ port: http, endPort: 80 }] }'],
    ['{ ports: [{ endPort: 80 }] }'],
  ])('shuts nothing and opens nothing that anybody can tell: %s', rule => {
    expect(snapshotOf(ofShop(rule)).coverage.problems).toHaveLength(1);
    expect(verdicts(ofShop(rule))).toEqual({
      web: 'unknown',
      orders: 'unknown',
      ledger: 'allow',
      audit: 'allow',
    });
  });

  it('is not one with what has long been allowed', () => {
    for (const rule of [
      '{ from: [{ ipBlock: { cidr: 010.001.000.000/16, except: [10.1.2.3/24] } }] }',
      '{ from: [{ ipBlock: { cidr: "::/0", except: ["2001:DB8::/32"] } }] }',
      '{ ports: [{ port: 80, endPort: 80 }, { port: http-2, protocol: SCTP }] }',
      '{ ports: [] }',
    ]) {
      expect(snapshotOf(ofShop(rule)).coverage.problems).toEqual([]);
    }
  });
});
