import fc from 'fast-check';
import { Connections, PROTOCOLS, decide } from '../../decisions';
import { ClusterSnapshot } from '../../snapshot';
import { referenceCilium } from '../../testing/reference/referenceCilium';
import {
  CILIUM_ADDRESSES,
  RandomCiliumCluster,
  randomCiliumCluster,
} from '../../testing/reference/randomCiliumCluster';
import { CILIUM_PORTS } from '../../testing/reference/randomCiliumPolicies';
import { connectionsOf } from '../connections';

function snapshotOf({
  objects,
  settings,
}: RandomCiliumCluster): ClusterSnapshot {
  const snapshot = ClusterSnapshot.create({
    cluster: 'random',
    objects,
    settings,
  });
  expect(snapshot.coverage.problems).toEqual([]);
  return snapshot;
}

function* questionsOf(snapshot: ClusterSnapshot) {
  const peers = [
    ...snapshot.workloads.flatMap(({ pods }) => pods),
    ...CILIUM_ADDRESSES,
  ];
  for (const source of peers) {
    for (const destination of peers) {
      if (
        source !== destination &&
        !(typeof source === 'string' && typeof destination === 'string')
      ) {
        for (const protocol of PROTOCOLS) {
          for (const port of CILIUM_PORTS) {
            yield { source, destination, protocol, port };
          }
        }
      }
    }
  }
}

type Question = ReturnType<typeof questionsOf> extends Generator<infer Q>
  ? Q
  : never;

function ask(connections: Connections, question: Question) {
  const { protocol, port } = question;
  const ends = connections.universe.between(
    question.source,
    question.destination,
  );
  if (!ends) {
    throw new Error('every end has a class');
  }
  const { verdict, conditions } = decide(connections, {
    ...ends,
    protocol,
    port,
  });
  const edge = connections.edge(ends.source, ends.destination);
  const conditional = edge.conditional.filter(({ ports }) =>
    ports.has(protocol, port),
  );
  const passes = edge.allowed.has(protocol, port) || conditional.length > 0;
  const shut = edge.unknown.has(protocol, port) ? 'unknown' : 'deny';
  return {
    alone: { verdict, conditions: conditions.map(list => [...list].sort()) },
    inRelation: {
      verdict: passes ? 'allow' : shut,
      conditions: [
        ...new Set(conditional.flatMap(part => part.conditions)),
      ].sort(),
    },
  };
}

/** Both directions' conditions must hold: one of each. */
function joined(conditions: readonly string[][]): string[] {
  const [first = [], second] = conditions;
  return second
    ? first.flatMap(one => second.map(other => `${one} and ${other}`)).sort()
    : first;
}

describe('the network decision engine under Cilium', () => {
  it('answers every question as the reference does, alone and in the relation of all pairs', () => {
    fc.assert(
      fc.property(randomCiliumCluster, cluster => {
        const snapshot = snapshotOf(cluster);
        const connections = snapshot.derive(connectionsOf);
        for (const question of questionsOf(snapshot)) {
          const expected = referenceCilium(snapshot, question);
          const { alone, inRelation } = ask(connections, question);
          const wanted = {
            alone: expected,
            inRelation: {
              ...expected,
              conditions: joined(expected.conditions),
            },
          };
          const actual = JSON.stringify({ alone, inRelation });
          expect(
            actual === JSON.stringify(wanted)
              ? undefined
              : { question, alone, inRelation, wanted },
          ).toBeUndefined();
        }
      }),
      { numRuns: 100 },
    );
  });

  it('does not depend on the order of the objects', () => {
    fc.assert(
      fc.property(
        randomCiliumCluster.chain(cluster =>
          fc.tuple(
            fc.constant(cluster),
            fc.shuffledSubarray(cluster.objects, {
              minLength: cluster.objects.length,
            }),
          ),
        ),
        ([cluster, shuffled]) => {
          const [before, after] = [cluster.objects, shuffled].map(objects => {
            const snapshot = snapshotOf({ ...cluster, objects });
            const connections = snapshot.derive(connectionsOf);
            return [...questionsOf(snapshot)].map(
              question => ask(connections, question).alone,
            );
          });
          expect(after).toEqual(before);
        },
      ),
      { numRuns: 30 },
    );
  });
});
