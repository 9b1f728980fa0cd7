/**
 * How long all pairs of connections take, and how much that is less than
 * asking the reference evaluator pair by pair. Prints figures and asserts
 * nothing.
 */
import {
  ClusterSnapshot,
  Connections,
  KubernetesObject,
  connectionsOf,
} from '../src';
import { referenceDecision } from '../src/testing/reference/referenceNetwork';

interface Size {
  namespaces: number;
  podsEach: number;
  policiesEach: number;
  /** Every pod has labels that no other has, so that no two are one class. */
  unique: boolean;
}

const SIZES: readonly Size[] = [
  { namespaces: 40, podsEach: 10, policiesEach: 20, unique: true },
  { namespaces: 500, podsEach: 10, policiesEach: 4, unique: false },
  { namespaces: 5000, podsEach: 10, policiesEach: 4, unique: false },
];
const QUESTIONS = 2_000;

/** The same numbers on every run (a linear congruential generator). */
function randomNumbers(): (below: number) => number {
  let seed = 1;
  return below => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
}

function generate(size: Size): KubernetesObject[] {
  const { namespaces, podsEach, policiesEach, unique } = size;
  const random = randomNumbers();
  const app = (namespace: number, pod: number) =>
    unique ? `app-${namespace}-${pod}` : `app-${random(10)}`;
  const objects: KubernetesObject[] = [];
  for (let number = 0; number < namespaces; number++) {
    const namespace = `ns-${number}`;
    objects.push({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace, labels: { team: `team-${number % 20}` } },
    });
    for (let pod = 0; pod < podsEach; pod++) {
      objects.push({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          namespace,
          name: `pod-${pod}`,
          labels: { app: app(number, pod), tier: `tier-${random(5)}` },
        },
        spec: {
          containers: [
            { name: 'main', ports: [{ name: 'http', containerPort: 8080 }] },
          ],
        },
        status: {
          podIPs: [{ ip: `10.${number >> 8}.${number & 255}.${pod}` }],
        },
      });
    }
    for (let policy = 0; policy < policiesEach; policy++) {
      objects.push({
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { namespace, name: `policy-${policy}` },
        spec:
          policy === 0
            ? {
                podSelector: {},
                policyTypes: ['Ingress', 'Egress'],
                egress: [
                  {
                    to: [{ namespaceSelector: {} }],
                    ports: [{ port: 53, protocol: 'UDP' }],
                  },
                ],
              }
            : {
                podSelector: {
                  matchLabels: { app: app(number, random(podsEach)) },
                },
                ingress: [
                  {
                    from: [
                      {
                        namespaceSelector: {
                          matchLabels: { team: `team-${random(20)}` },
                        },
                        podSelector: {
                          matchLabels: {
                            app: app(random(namespaces), random(podsEach)),
                          },
                        },
                      },
                      { ipBlock: { cidr: `192.168.${random(255)}.0/24` } },
                    ],
                    ports: [
                      { port: random(2) ? 8080 : 'http' },
                      { port: 8000 + random(100) },
                    ],
                  },
                ],
              },
      });
    }
  }
  return objects;
}

function timed<T>(work: () => T): { value: T; milliseconds: number } {
  const start = performance.now();
  const value = work();
  return { value, milliseconds: performance.now() - start };
}

/** Both relations of every class: together they are all pairs. */
function relate(connections: Connections): number {
  let entries = 0;
  for (const pods of connections.universe.podClasses) {
    entries += connections.relation(pods, 'ingress').length;
    entries += connections.relation(pods, 'egress').length;
  }
  return entries;
}

function measure(size: Size): string {
  const objects = generate(size);
  const snapshot = ClusterSnapshot.create({ cluster: 'bench', objects });
  const pods = snapshot.workloads.flatMap(workload => workload.pods);
  const { value: connections, milliseconds: classes } = timed(() =>
    snapshot.derive(connectionsOf),
  );
  const { milliseconds: relations } = timed(() => relate(connections));
  const random = randomNumbers();
  const { milliseconds: reference } = timed(() => {
    for (let question = 0; question < QUESTIONS; question++) {
      referenceDecision(snapshot, {
        source: pods[random(pods.length)],
        destination: pods[random(pods.length)],
        protocol: 'TCP',
        port: 8080,
      });
    }
  });
  const allPairs = (reference / QUESTIONS) * pods.length ** 2;
  const took = classes + relations;
  return [
    `${pods.length} pods, ${size.namespaces * size.policiesEach} policies`,
    `${connections.universe.podClasses.length} classes`,
    `all pairs ${took.toFixed(0)} ms`,
    `one port of all pairs by the reference ${(allPairs / 1000).toFixed(
      0,
    )} s, ${(allPairs / took).toFixed(0)} times as long`,
  ].join('; ');
}

/** A line for each size. */
export function benchConnections(): string[] {
  measure({ namespaces: 5, podsEach: 5, policiesEach: 3, unique: false });
  return SIZES.map(measure);
}
