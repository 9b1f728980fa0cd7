/** A fingerprint is another one wherever the map says something else of a workload, and the same where it does not. */
import fc from 'fast-check';
import { connectionsOf } from '../../network';
import { ClusterSettings } from '../../snapshot';
import {
  World,
  applyChange,
  randomChange,
  snapshotOf,
} from '../../testing/reference/randomChanges';
import { randomCiliumCluster } from '../../testing/reference/randomCiliumCluster';
import { randomCluster } from '../../testing/reference/randomCluster';
import { DIRECTIONS } from '../tier';
import { ConnectionMap, Passage, fingerprints, mapConnections } from '.';

function result<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) {
      return value;
    }
  }
}

function inWords(passages: readonly Passage[]): string[] {
  return passages
    .map(({ ports, decidedBy, ...rest }) =>
      JSON.stringify({
        ...rest,
        ports: ports.key,
        decidedBy: decidedBy.map(field => JSON.stringify(field)).sort(),
      }),
    )
    .sort();
}

/** By workload: all that is said of its connections, and the fingerprint. */
function described(world: World) {
  const snapshot = snapshotOf(world);
  const map = ConnectionMap.read(
    result(mapConnections(snapshot.derive(connectionsOf), snapshot.workloads)),
  );
  const prints = result(fingerprints(map));
  const peersOf = (index: number) =>
    map.workloads
      .flatMap(({ kind, namespace, name }, other) => {
        const out = other === index ? [] : inWords(map.between(index, other));
        const into = other === index ? [] : inWords(map.between(other, index));
        return out.length + into.length === 0
          ? []
          : JSON.stringify([kind, namespace, name, out, into]);
      })
      .sort();
  return new Map(
    map.workloads.map(({ kind, namespace, name }, index) => [
      `${kind} ${namespace}/${name}`,
      {
        print: prints[index],
        said: JSON.stringify([
          peersOf(index),
          DIRECTIONS.map(direction =>
            map
              .outside(index, direction)
              .map(({ blocks, passages }) => [blocks, inWords(passages)]),
          ),
        ]),
      },
    ]),
  );
}

describe.each<{
  network: string;
  cluster: fc.Arbitrary<World>;
  settings: readonly ClusterSettings[];
}>([
  {
    network: "Kubernetes' own policies",
    cluster: randomCluster.map(objects => ({ objects, settings: {} })),
    settings: [{}],
  },
  {
    network: 'Cilium',
    cluster: randomCiliumCluster,
    settings: [{ cni: 'cilium', ciliumConfig: {} }],
  },
])('fingerprints under $network', ({ cluster, settings }) => {
  it('tell apart what differs, and nothing else', () => {
    let same = 0;
    let different = 0;
    let needless = 0;
    fc.assert(
      fc.property(
        cluster,
        cluster,
        fc.array(randomChange(settings), { minLength: 1, maxLength: 4 }),
        (start, { objects: others }, steps) => {
          let world = start;
          let before = described(world);
          for (const step of steps) {
            world = applyChange(world, step, others);
            const after = described(world);
            const missed: string[] = [];
            for (const [workload, { print, said }] of after) {
              const known = before.get(workload);
              if (known && known.said === said) {
                same++;
                needless += known.print === print ? 0 : 1;
              } else if (known) {
                different++;
                missed.push(...(known.print === print ? [workload] : []));
              }
            }
            expect(missed).toEqual([]);
            before = after;
          }
        },
      ),
      { numRuns: 100 },
    );
    // Else the property says nothing.
    expect(different).toBeGreaterThan(50);
    expect(same).toBeGreaterThan(50);
    // Others of the same profile, and classes that merge, may be told apart without need.
    expect(needless / same).toBeLessThan(0.2);
  });
});
