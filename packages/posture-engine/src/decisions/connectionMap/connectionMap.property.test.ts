/** The map says what the connections say that it was made of, also after it was stored. */
import fc from 'fast-check';
import { connectionsOf } from '../../network';
import {
  ClusterSettings,
  ClusterSnapshot,
  KubernetesObject,
  Workload,
  describeObject,
} from '../../snapshot';
import { randomCalicoCluster } from '../../testing/reference/randomCalicoCluster';
import { randomCiliumCluster } from '../../testing/reference/randomCiliumCluster';
import { randomCluster } from '../../testing/reference/randomCluster';
import { rangeOf } from '../addresses';
import { blastRadius } from '../blastRadius';
import { PortSet } from '../PortSet';
import { joinRanges } from '../groupEdges';
import { Rows } from '../reachRows';
import type { Connections } from '../Connections';
import { decide } from '../decide';
import { DIRECTIONS } from '../tier';
import {
  ConnectionMap,
  Passage,
  ProfileGraph,
  mapConnections,
  namespaceMatrix,
  reachedFrom,
  spreads,
} from '.';

/** Runs to the end. */
function result<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) {
      return value;
    }
  }
}

function mapOf(snapshot: ClusterSnapshot): ConnectionMap {
  const data = result(
    mapConnections(snapshot.derive(connectionsOf), snapshot.workloads),
  );
  return ConnectionMap.read(JSON.parse(JSON.stringify(data)));
}

/** Ports by verdict, to compare with an edge. */
function summary(passages: readonly Passage[]) {
  const ports = (verdict: Passage['verdict']) =>
    PortSet.union(
      passages.flatMap(passage =>
        passage.verdict === verdict ? passage.ports : [],
      ),
    ).key;
  return {
    allow: ports('allow'),
    conditional: ports('conditional'),
    unknown: ports('unknown'),
  };
}

function expected(edge: ReturnType<Rows['between']>) {
  return {
    allow: edge?.allowed.key ?? '',
    conditional: PortSet.union(
      edge?.conditional.map(({ ports }) => ports) ?? [],
    ).key,
    unknown: edge?.unknown.key ?? '',
  };
}

const VERDICTS = ['allow', 'conditional', 'unknown'] as const;

/** Of different workloads. */
function pairsOf(workloads: readonly unknown[]): [number, number][] {
  return workloads.flatMap((_, from) =>
    workloads.flatMap((__, to): [number, number][] =>
      from === to ? [] : [[from, to]],
    ),
  );
}

/** What decides when each first port of a passage is asked for alone. */
function askedFields(
  connections: Connections,
  workloads: readonly Workload[],
  [from, to]: readonly [number, number],
  { ports }: Passage,
): Passage['decidedBy'] {
  const ends = connections.universe.between(
    workloads[from].pods[0],
    workloads[to].pods[0],
  );
  return ports
    .ranges()
    .flatMap(({ protocol, from: port }) =>
      ends ? decide(connections, { ...ends, protocol, port }).decidedBy : [],
    );
}

function keyOf(decided: Passage['decidedBy'][number]): string {
  const { layer, direction, effect, object, field } = decided;
  return [layer, direction, effect, describeObject(object), field].join();
}

interface RandomCluster {
  objects: KubernetesObject[];
  settings: ClusterSettings;
}

const clusters: [string, fc.Arbitrary<RandomCluster>][] = [
  ['Kubernetes', randomCluster.map(objects => ({ objects, settings: {} }))],
  [
    'Calico',
    randomCalicoCluster.map(objects => ({
      objects,
      settings: { cni: 'calico' },
    })),
  ],
  ['Cilium', randomCiliumCluster],
];

describe.each(clusters)('the map of a cluster under %s', (_, random) => {
  const property = (check: (snapshot: ClusterSnapshot) => void) =>
    fc.assert(
      fc.property(random, options => {
        check(ClusterSnapshot.create({ cluster: 'random', ...options }));
      }),
      { numRuns: 60 },
    );

  it('has the same connections between all workloads, by the same fields', () => {
    property(snapshot => {
      const connections = snapshot.derive(connectionsOf);
      const rows = Rows.create(connections);
      const map = mapOf(snapshot);
      const { workloads } = snapshot;
      const members = workloads.map(workload => rows.member(workload));
      const wrong = pairsOf(workloads).flatMap(([from, to]) => {
        const passages = map.between(from, to);
        const found = summary(passages);
        const edge = expected(rows.between(members[from], members[to]));
        const unexplained = passages.flatMap(passage =>
          askedFields(connections, workloads, [from, to], passage).filter(
            field =>
              !passage.decidedBy.some(other => keyOf(other) === keyOf(field)),
          ),
        );
        return JSON.stringify(found) === JSON.stringify(edge) &&
          unexplained.length === 0
          ? []
          : { from, to, found, edge, unexplained };
      });
      expect(wrong).toEqual([]);
    });
  });

  it('has the same connections with everything outside', () => {
    property(snapshot => {
      const rows = Rows.create(snapshot.derive(connectionsOf));
      const map = mapOf(snapshot);
      const outside = snapshot.workloads.flatMap((workload, index) =>
        DIRECTIONS.flatMap(direction =>
          VERDICTS.map(verdict => ({
            found: joinRanges(
              map
                .outside(index, direction)
                .filter(({ passages }) => summary(passages)[verdict] !== '')
                .flatMap(({ blocks }) => blocks)
                .flatMap(block => rangeOf(block) ?? []),
            ),
            edge: joinRanges(
              rows
                .outside(rows.member(workload), direction)
                .filter(({ edge }) => expected(edge)[verdict] !== '')
                .flatMap(({ ranges }) => ranges),
            ),
          })),
        ),
      );
      expect(outside.map(({ found }) => found)).toEqual(
        outside.map(({ edge }) => edge),
      );
    });
  });

  it('counts what is reached as one workload after the other does', () => {
    property(snapshot => {
      const connections = snapshot.derive(connectionsOf);
      const map = mapOf(snapshot);
      const graph = ProfileGraph.create(map);
      const counted = result(spreads(map, graph));
      snapshot.workloads.forEach((workload, start) => {
        const { outside, reached, ...counts } = blastRadius(
          connections,
          snapshot.workloads,
          workload,
        );
        expect(counted[start]).toEqual({
          ...counts,
          outside: outside.length > 0,
        });
        expect(
          result(reachedFrom(map, graph, { start, limit: 1000 })).map(
            ({ workload: { name }, hops, certain }) => [name, hops, certain],
          ),
        ).toEqual(
          reached.map(({ group, hops, certain }) => [
            group.reference.name,
            hops,
            certain,
          ]),
        );
      });
    });
  });

  it('counts the pairs of each two namespaces', () => {
    property(snapshot => {
      const map = mapOf(snapshot);
      const counts = new Map<string, { open: number; unknown: number }>();
      map.workloads.forEach(({ namespace: from }, source) =>
        map.workloads.forEach(({ namespace: to }, destination) => {
          const verdicts = new Set(
            source === destination
              ? []
              : map.between(source, destination).map(({ verdict }) => verdict),
          );
          if (verdicts.size > 0) {
            const key = `${from} ${to}`;
            const cell = counts.get(key) ?? { open: 0, unknown: 0 };
            counts.set(key, cell);
            cell[
              verdicts.has('allow') || verdicts.has('conditional')
                ? 'open'
                : 'unknown'
            ]++;
          }
        }),
      );
      const { namespaces, cells } = result(
        namespaceMatrix(map, ProfileGraph.create(map)),
      );
      expect(
        new Map(
          cells.map(({ from, to, open, unknown }) => [
            `${namespaces[from].name} ${namespaces[to].name}`,
            { open, unknown },
          ]),
        ),
      ).toEqual(counts);
    });
  });
});
