import fc from 'fast-check';
import { Edge, NetworkVerdict, Protocol, decide } from '../../decisions';
import { ClusterSnapshot, KubernetesObject } from '../../snapshot';
import { classOf, questionsOf } from '../../testing/reference/questions';
import { randomCalicoCluster } from '../../testing/reference/randomCalicoCluster';
import { referenceCalicoDecision } from '../../testing/reference/referenceCalico';
import { connectionsOf } from '../connections';

const PORTS = [80, 443, 8080];

function snapshotOf(objects: readonly KubernetesObject[]): ClusterSnapshot {
  const snapshot = ClusterSnapshot.create({
    cluster: 'random',
    objects,
    settings: { cni: 'calico' },
  });
  expect(snapshot.coverage.problems).toEqual([]);
  return snapshot;
}

function verdictOf(
  { allowed, unknown }: Edge,
  protocol: Protocol,
  port: number,
): NetworkVerdict {
  if (allowed.has(protocol, port)) {
    return 'allow';
  }
  return unknown.has(protocol, port) ? 'unknown' : 'deny';
}

describe('the network decision engine under Calico', () => {
  it('answers every question as the reference does, alone and in the relation of all pairs', () => {
    fc.assert(
      fc.property(randomCalicoCluster, objects => {
        const snapshot = snapshotOf(objects);
        const connections = snapshot.derive(connectionsOf);
        const wrong = [...questionsOf(snapshot, PORTS)].flatMap(question => {
          const { protocol, port } = question;
          const asked = {
            source: classOf(connections, question.source),
            destination: classOf(connections, question.destination),
            protocol,
            port,
          };
          const { verdict, decidedBy } = decide(connections, asked);
          const inRelation = verdictOf(
            connections.edge(asked.source, asked.destination),
            protocol,
            port,
          );
          const expected = referenceCalicoDecision(snapshot, question);
          return verdict === expected && inRelation === expected
            ? []
            : { question, expected, verdict, inRelation, decidedBy };
        });
        expect(wrong).toEqual([]);
      }),
      { numRuns: 100 },
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
            return [...questionsOf(snapshot, PORTS)].map(
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
