/** What a snapshot shares with the one before it must never show: after any changes the answers are those of a snapshot that shares nothing. */
import fc from 'fast-check';
import {
  Connections,
  Edge,
  PROTOCOLS,
  Protocol,
  decide,
  explainDecision,
} from '../decisions';
import { ClusterSettings, ClusterSnapshot } from '../snapshot';
import {
  World,
  applyChange,
  randomChange,
  snapshotOf,
} from '../testing/reference/randomChanges';
import { ADDRESSES, randomCluster } from '../testing/reference/randomCluster';
import { randomCalicoCluster } from '../testing/reference/randomCalicoCluster';
import {
  CILIUM_ADDRESSES,
  randomCiliumCluster,
} from '../testing/reference/randomCiliumCluster';
import { connectionsOf } from './connections';

const PORTS = [80, 8080];

function edgeInWords({ allowed, unknown, conditional }: Edge) {
  return {
    allowed: allowed.ranges(),
    unknown: unknown.ranges(),
    conditional: conditional
      .map(({ ports, conditions }) => `${ports.key} ${conditions.join()}`)
      .sort(),
  };
}

/** All that can be asked, and with strangers what decides whether something is open to anybody. */
function* answersOf(
  snapshot: ClusterSnapshot,
  connections: Connections,
  addresses: readonly string[],
) {
  const { universe } = connections;
  const pods = snapshot.workloads.flatMap(workload => workload.pods);
  const ends = [...pods, ...addresses];
  for (const from of ends) {
    for (const to of ends) {
      const classes = from === to ? undefined : universe.between(from, to);
      if (classes) {
        const { source, destination } = classes;
        yield edgeInWords(connections.edge(source, destination));
        for (const protocol of PROTOCOLS) {
          for (const port of PORTS) {
            const question: {
              protocol: Protocol;
              port: number;
            } & typeof classes = { ...classes, protocol, port };
            const decision = decide(connections, question);
            yield {
              ...decision,
              why: explainDecision(connections, question, decision),
            };
          }
        }
      }
    }
  }
  for (const pod of pods) {
    const own = universe.classOfPod(pod);
    if (own) {
      yield distinct(universe.strangers, stranger => ({
        out: edgeInWords(connections.edge(own, stranger)),
        into: edgeInWords(connections.edge(stranger, own)),
      }));
    }
  }
}

/** Words that a policy had which is gone may still make a stranger, of whom all is true that is true of another. */
function distinct<T>(
  items: readonly T[],
  inWords: (item: T) => unknown,
): string[] {
  return [...new Set(items.map(item => JSON.stringify(inWords(item))))].sort();
}

/** Whether ids mean the same in both, so that something could be shared. */
function shares(one: Connections, other: Connections): boolean {
  return one.universe.vocabulary === other.universe.vocabulary;
}

describe.each<{
  network: string;
  cluster: fc.Arbitrary<World>;
  settings: readonly ClusterSettings[];
  addresses: readonly string[];
}>([
  {
    network: "Kubernetes' own policies",
    cluster: randomCluster.map(objects => ({ objects, settings: {} })),
    settings: [{}, { cni: 'calico' }],
    addresses: ADDRESSES,
  },
  {
    network: 'Calico',
    cluster: randomCalicoCluster.map(objects => ({
      objects,
      settings: { cni: 'calico' },
    })),
    settings: [{}, { cni: 'calico' }],
    addresses: ADDRESSES,
  },
  {
    network: 'Cilium',
    cluster: randomCiliumCluster,
    settings: [
      {},
      { cni: 'cilium', ciliumConfig: {} },
      { cni: 'cilium', ciliumConfig: { 'enable-policy': 'always' } },
    ],
    addresses: CILIUM_ADDRESSES,
  },
])('connections under $network', ({ cluster, settings, addresses }) => {
  it('are the same after any changes, one by one, as from scratch', () => {
    let shared = 0;
    fc.assert(
      fc.property(
        cluster,
        cluster,
        fc.array(randomChange(settings), { minLength: 1, maxLength: 6 }),
        (start, { objects: others }, steps) => {
          let world = start;
          let before = snapshotOf(world).derive(connectionsOf);
          for (const step of steps) {
            world = applyChange(world, step, others);
            const snapshot = snapshotOf(world);
            const connections = snapshot.derive(connectionsOf);
            const anew = snapshotOf(structuredClone(world));
            expect([...answersOf(snapshot, connections, addresses)]).toEqual([
              ...answersOf(anew, anew.derive(connectionsOf), addresses),
            ]);
            shared += shares(before, connections) ? 1 : 0;
            before = connections;
          }
        },
      ),
      { numRuns: 60 },
    );
    // Else the property says nothing.
    expect(shared).toBeGreaterThan(5);
  });
});
