import fc from 'fast-check';
import { CONTROLS } from '../controls';
import {
  EVERY_ADDRESS,
  decide,
  explainDecision,
  reach,
  selectingPolicies,
} from '../decisions';
import { judge } from '../findings';
import {
  ClusterSettings,
  ClusterSnapshot,
  KubernetesObject,
} from '../snapshot';
import { spoiled } from '../testing/hostile';
import { classOf, questionsOf } from '../testing/reference/questions';
import { randomCalicoCluster } from '../testing/reference/randomCalicoCluster';
import { randomCiliumCluster } from '../testing/reference/randomCiliumCluster';
import { randomCluster } from '../testing/reference/randomCluster';
import { connectionsOf } from './connections';
import { ineffectivePolicies } from './ineffective';

interface Cluster {
  objects: readonly KubernetesObject[];
  settings: ClusterSettings;
}

const NETWORKS: readonly (readonly [string, fc.Arbitrary<Cluster>])[] = [
  ['Kubernetes', randomCluster.map(objects => ({ objects, settings: {} }))],
  ['Cilium', randomCiliumCluster],
  [
    'Calico',
    randomCalicoCluster.map(objects => ({
      objects,
      settings: { cni: 'calico' } as const,
    })),
  ],
];

const PORTS = [80, 8080];

function isPolicy({ kind }: KubernetesObject): boolean {
  return kind.endsWith('NetworkPolicy');
}

function snapshotOf({ objects, settings }: Cluster): ClusterSnapshot {
  return ClusterSnapshot.create({ cluster: 'random', objects, settings });
}

/** The same cluster with some of its policies spoiled. */
function withFaults(clusters: fc.Arbitrary<Cluster>): fc.Arbitrary<Cluster> {
  return clusters.chain(({ objects, settings }) =>
    fc
      .tuple(
        ...objects.map(object =>
          isPolicy(object)
            ? fc.oneof(
                { arbitrary: fc.constant(object), weight: 1 },
                { arbitrary: spoiled(fc.constant(object)), weight: 1 },
              )
            : fc.constant(object),
        ),
      )
      .map(list => ({ objects: list, settings })),
  );
}

function answersOf(snapshot: ClusterSnapshot) {
  const connections = snapshot.derive(connectionsOf);
  return [...questionsOf(snapshot, PORTS)].map(
    ({ source, destination, protocol, port }) => {
      const question = {
        source: classOf(connections, source),
        destination: classOf(connections, destination),
        protocol,
        port,
      };
      const decision = decide(connections, question);
      return {
        source,
        destination,
        protocol,
        port,
        decision,
        words: explainDecision(connections, question, decision),
        edge: connections.edge(question.source, question.destination),
      };
    },
  );
}

describe.each(NETWORKS)('malformed policies under %s', (_, clusters) => {
  it('stop nothing: every question has its answer in words, and every list and control its own', () => {
    fc.assert(
      fc.property(withFaults(clusters), cluster => {
        const snapshot = snapshotOf(cluster);
        for (const { decision, words, edge, ...rest } of answersOf(snapshot)) {
          expect(['allow', 'deny', 'unknown']).toContain(decision.verdict);
          expect(words).not.toBe('');
          const isOpen =
            edge.allowed.has(rest.protocol, rest.port) ||
            edge.conditional.some(({ ports }) =>
              ports.has(rest.protocol, rest.port),
            );
          expect(isOpen).toBe(decision.verdict === 'allow');
        }
        const connections = snapshot.derive(connectionsOf);
        for (const podClass of connections.universe.podClasses) {
          selectingPolicies(connections, podClass);
        }
        const everybody = {
          groups: snapshot.workloads,
          external: EVERY_ADDRESS,
        };
        expect([
          ...reach(connections, {
            from: everybody,
            to: everybody,
            within: true,
          }),
        ]).toBeDefined();
        ineffectivePolicies(snapshot);
        // The judge turns what a control throws into words.
        const doubtful = judge(snapshot, { controls: CONTROLS }).filter(
          ({ message }) =>
            /Cannot read properties|is not (a function|iterable)|call stack/.test(
              message,
            ),
        );
        expect(doubtful).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('are problems that name object and field, unless they can be read', () => {
    fc.assert(
      fc.property(withFaults(clusters), cluster => {
        for (const { object, message } of snapshotOf(cluster).coverage
          .problems) {
          expect(object).toMatch(/^\w+ \S+$/);
          expect(message).not.toBe('');
        }
      }),
      { numRuns: 60 },
    );
  });

  it('of one namespace leave what pods of the others may do among themselves as it is', () => {
    const oneSpoiled = clusters.chain(({ objects, settings }) => {
      const candidates = objects.filter(
        object => isPolicy(object) && object.metadata.namespace !== undefined,
      );
      return candidates.length === 0
        ? fc.constant(undefined)
        : fc.constantFrom(...candidates).chain(chosen =>
            spoiled(fc.constant(chosen)).map(bad => ({
              settings,
              chosen,
              before: objects,
              after: objects.map(object => (object === chosen ? bad : object)),
            })),
          );
    });
    fc.assert(
      fc.property(oneSpoiled, changed => {
        fc.pre(changed !== undefined);
        const { settings, chosen, before, after } = changed;
        const [left, right] = [before, after].map(objects =>
          answersOf(snapshotOf({ objects, settings }))
            .filter(({ source, destination }) =>
              [source, destination].every(
                end =>
                  typeof end === 'string' ||
                  end.namespace !== chosen.metadata.namespace,
              ),
            )
            .map(({ decision: { verdict, reason } }) =>
              reason === undefined ? verdict : `${verdict} ${reason}`,
            ),
        );
        expect(right).toEqual(left);
      }),
      { numRuns: 60 },
    );
  });
});
