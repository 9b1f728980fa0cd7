import fc from 'fast-check';
import { Connections, EndpointClass, PROTOCOLS, decide } from '../../decisions';
import { ClusterSnapshot, KubernetesObject } from '../../snapshot';
import { randomCalicoCluster } from '../../testing/reference/randomCalicoCluster';
import { ADDRESSES, PORTS } from '../../testing/reference/randomCluster';
import { referenceCalicoDecision } from '../../testing/reference/referenceCalico';
import { Peer } from '../../testing/reference/referenceNetwork';
import { connectionsOf } from '../connections';

/** More for an hour of doubt: `RUNS=2000`. */
const RUNS = Number(process.env.RUNS ?? 100);

function snapshotOf(objects: readonly KubernetesObject[]): ClusterSnapshot {
  const snapshot = ClusterSnapshot.create({
    cluster: 'random',
    objects,
    settings: { cni: 'calico' },
  });
  expect(snapshot.coverage.problems).toEqual([]);
  return snapshot;
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
  const peers: Peer[] = [
    ...snapshot.workloads.flatMap(({ pods }) => pods),
    ...ADDRESSES,
  ];
  for (const source of peers) {
    for (const destination of peers) {
      const outside =
        typeof source === 'string' && typeof destination === 'string';
      if (source !== destination && !outside) {
        for (const protocol of PROTOCOLS) {
          for (const port of PORTS) {
            yield { source, destination, protocol, port };
          }
        }
      }
    }
  }
}

describe('the network decision engine under Calico', () => {
  it('answers every question as the reference does, alone and in the relation of all pairs', () => {
    fc.assert(
      fc.property(randomCalicoCluster, objects => {
        const snapshot = snapshotOf(objects);
        const connections = snapshot.derive(connectionsOf);
        for (const question of questionsOf(snapshot)) {
          const source = classOf(connections, question.source);
          const destination = classOf(connections, question.destination);
          const { protocol, port } = question;
          const expected = referenceCalicoDecision(snapshot, question);
          const { verdict, decidedBy } = decide(connections, {
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
                { expected, verdict, inRelation, question, decidedBy },
                undefined,
                1,
              ),
            );
          }
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('does not depend on the order of the objects', () => {
    fc.assert(
      fc.property(
        randomCalicoCluster.chain(objects =>
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
      { numRuns: 20 },
    );
  });
});
