import fc from 'fast-check';
import { Connections, EndpointClass, PROTOCOLS, decide } from '../decisions';
import { ClusterSnapshot, KubernetesObject } from '../snapshot';
import { Peer, referenceDecision } from '../testing/reference/referenceNetwork';
import {
  ADDRESSES,
  PORTS,
  randomCluster,
} from '../testing/reference/randomCluster';
import { connectionsOf } from './connections';

function snapshotOf(objects: readonly KubernetesObject[]): ClusterSnapshot {
  const snapshot = ClusterSnapshot.create({ cluster: 'random', objects });
  expect(snapshot.coverage.problems).toEqual([]);
  return snapshot;
}

function peersOf(snapshot: ClusterSnapshot): Peer[] {
  return [...snapshot.workloads.flatMap(({ pods }) => pods), ...ADDRESSES];
}

function classOf(connections: Connections, peer: Peer): EndpointClass {
  const endpoint =
    typeof peer === 'string'
      ? connections.universe.classOfAddress(peer)
      : connections.universe.classOfPod(peer);
  if (!endpoint) {
    throw new Error('every peer has a class');
  }
  return endpoint;
}

function* questionsOf(snapshot: ClusterSnapshot) {
  const peers = peersOf(snapshot);
  for (const source of peers) {
    for (const destination of peers) {
      // A pod's connection with itself is not evaluated.
      if (
        source !== destination &&
        !(typeof source === 'string' && typeof destination === 'string')
      ) {
        for (const protocol of PROTOCOLS) {
          for (const port of PORTS) {
            yield { source, destination, protocol, port };
          }
        }
      }
    }
  }
}

describe('the network decision engine', () => {
  it('answers every question as the reference does, alone and in the relation of all pairs', () => {
    fc.assert(
      fc.property(randomCluster, objects => {
        const snapshot = snapshotOf(objects);
        const connections = snapshot.derive(connectionsOf);
        for (const question of questionsOf(snapshot)) {
          const source = classOf(connections, question.source);
          const destination = classOf(connections, question.destination);
          const { protocol, port } = question;
          const expected = referenceDecision(snapshot, question);
          const { verdict } = decide(connections, {
            source,
            destination,
            protocol,
            port,
          });
          const { allowed, unknown } = connections.edge(source, destination);
          const inRelation = allowed.has(protocol, port)
            ? 'allow'
            : unknown.has(protocol, port)
            ? 'unknown'
            : 'deny';
          if (verdict !== expected || inRelation !== expected) {
            throw new Error(
              JSON.stringify(
                { expected, verdict, inRelation, question },
                undefined,
                1,
              ),
            );
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('does not depend on the order of the objects', () => {
    fc.assert(
      fc.property(
        randomCluster.chain(objects =>
          fc.tuple(
            fc.constant(objects),
            fc.shuffledSubarray(objects, { minLength: objects.length }),
          ),
        ),
        ([objects, shuffled]) => {
          const answers = [objects, shuffled].map(list => {
            const snapshot = snapshotOf(list);
            const connections = snapshot.derive(connectionsOf);
            return [...questionsOf(snapshot)].map(
              ({ source, destination, ...rest }) =>
                decide(connections, {
                  source: classOf(connections, source),
                  destination: classOf(connections, destination),
                  ...rest,
                }).verdict,
            );
          });
          expect(answers[1]).toEqual(answers[0]);
        },
      ),
      { numRuns: 40 },
    );
  });
});
