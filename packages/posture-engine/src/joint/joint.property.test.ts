/** Network and mesh together, against a reference that answers port by port and pod by pod; and what must hold whatever the objects are. */
import fc from 'fast-check';
import { PodView, ClusterSnapshot, KubernetesObject } from '../snapshot';
import { PORTS } from '../testing/reference/randomCluster';
import {
  MESH_ROOT,
  MESH_SETTINGS,
  randomMesh,
  randomRule,
} from '../testing/reference/randomMesh';
import { referenceJoint } from '../testing/reference/referenceMesh';
import { JointConnections, jointConnectionsOf } from './JointConnections';
import { JointPassage } from './jointPassages';
import { jointReach } from './jointReach';

/** One of them is a port of Istio's own proxy, which captures nothing there. */
const ASKED = [...PORTS, 15_021];

function snapshotOf(objects: readonly KubernetesObject[]): ClusterSnapshot {
  const snapshot = ClusterSnapshot.create({
    cluster: 'random',
    objects,
    settings: MESH_SETTINGS,
  });
  expect(snapshot.coverage.problems).toEqual([]);
  return snapshot;
}

function* pairsIn({ workloads }: ClusterSnapshot) {
  for (const source of workloads) {
    for (const destination of workloads) {
      if (source !== destination) {
        yield { source, destination };
      }
    }
  }
}

function at(
  passages: readonly JointPassage[],
  port: number,
): JointPassage | undefined {
  const [found, ...others] = passages.filter(({ ports }) =>
    ports.has('TCP', port),
  );
  expect(others).toEqual([]);
  return found;
}

const OPENNESS = ['deny', 'unknown', 'conditional', 'allow'] as const;

function opennessOf(passages: readonly JointPassage[], port: number): number {
  return OPENNESS.indexOf(at(passages, port)?.verdict ?? 'deny');
}

/** Every verdict of every pair, by names. */
function verdicts(snapshot: ClusterSnapshot): ReadonlyMap<string, number> {
  const joint = JointConnections.create(snapshot);
  return new Map(
    [...pairsIn(snapshot)].flatMap(({ source, destination }) => {
      const passages = joint.between(source, destination);
      return ASKED.map(port => [
        `${source.reference.name} ${destination.reference.name} ${port}`,
        opennessOf(passages, port),
      ]);
    }),
  );
}

describe('network and mesh together', () => {
  it('answer for every pair and port as the reference does', () => {
    let passing = 0;
    fc.assert(
      fc.property(randomMesh, objects => {
        const snapshot = snapshotOf(objects);
        const joint = snapshot.derive(jointConnectionsOf);
        const wrong: object[] = [];
        for (const { source, destination } of pairsIn(snapshot)) {
          const passages = joint.between(source, destination);
          for (const port of ASKED) {
            const passage = at(passages, port);
            const expected = referenceJoint(
              snapshot,
              source.pods[0],
              destination.pods[0],
              port,
            );
            const answer = passage && {
              verdict: passage.verdict,
              transport: passage.transport,
            };
            passing += expected && expected.verdict !== 'deny' ? 1 : 0;
            if (JSON.stringify(answer) !== JSON.stringify(expected)) {
              wrong.push({
                port,
                answer,
                expected,
                reason: passage?.reason,
                source: source.pods[0],
                destination: destination.pods[0],
              });
            }
          }
        }
        expect(wrong.slice(0, 1)).toEqual([]);
      }),
      { numRuns: 300 },
    );
    expect(passing).toBeGreaterThan(1000);
  });

  it('answer for a group as its most open pair of pods does', () => {
    fc.assert(
      fc.property(randomMesh, objects => {
        const snapshot = snapshotOf(objects);
        const joint = snapshot.derive(jointConnectionsOf);
        const groups = ['a', 'b', 'c'].map(namespace => ({
          namespace,
          pods: snapshot.workloadsIn(namespace).flatMap(({ pods }) => pods),
        }));
        const side = { groups, external: [] };
        const edges = [
          ...jointReach(joint, { from: side, to: side, within: true }),
        ];
        for (const source of groups) {
          for (const destination of groups) {
            const edge = edges.find(
              one =>
                one.source.kind === 'pods' &&
                one.source.group === source &&
                one.destination.kind === 'pods' &&
                one.destination.group === destination,
            );
            for (const port of ASKED) {
              const each = pairsOf(source.pods, destination.pods).flatMap(
                ([one, other]) =>
                  referenceJoint(snapshot, one, other, port) ?? [],
              );
              const best = Math.max(
                0,
                ...each.map(({ verdict }) => OPENNESS.indexOf(verdict)),
              );
              expect(opennessOf(edge?.passages ?? [], port)).toBe(best);
            }
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('do not depend on the order of the objects', () => {
    fc.assert(
      fc.property(
        randomMesh.chain(objects =>
          fc.tuple(
            fc.constant(objects),
            fc.shuffledSubarray(objects, { minLength: objects.length }),
          ),
        ),
        ([objects, shuffled]) => {
          expect(verdicts(snapshotOf(shuffled))).toEqual(
            verdicts(snapshotOf(objects)),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are never opened by one more DENY, nor by the first ALLOW of a workload', () => {
    fc.assert(
      fc.property(
        randomMesh,
        randomRule,
        fc.constantFrom('a', 'b', 'c', MESH_ROOT),
        (objects, rule, namespace) => {
          const before = verdicts(snapshotOf(objects));
          const added = (action: string): KubernetesObject => ({
            apiVersion: 'security.istio.io/v1',
            kind: 'AuthorizationPolicy',
            metadata: { name: 'added', namespace },
            spec: { action, rules: [rule] },
          });
          const denied = verdicts(snapshotOf([...objects, added('DENY')]));
          const rest = objects.filter(
            ({ kind, spec }: KubernetesObject & { spec?: unknown }) =>
              kind !== 'AuthorizationPolicy' || isDeny(spec),
          );
          const open = verdicts(snapshotOf(rest));
          const allowed = verdicts(snapshotOf([...rest, added('ALLOW')]));
          for (const [one, other] of [
            [before, denied],
            [open, allowed],
          ]) {
            for (const [question, openness] of other) {
              expect([question, openness]).toEqual([
                question,
                Math.min(openness, one.get(question) ?? 0),
              ]);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

function isDeny(spec: unknown): boolean {
  return (
    typeof spec === 'object' &&
    spec !== null &&
    'action' in spec &&
    spec.action === 'DENY'
  );
}

function pairsOf(
  sources: readonly PodView[],
  destinations: readonly PodView[],
): [PodView, PodView][] {
  return sources.flatMap(source =>
    destinations.flatMap(destination =>
      source === destination
        ? []
        : [[source, destination] satisfies [PodView, PodView]],
    ),
  );
}
