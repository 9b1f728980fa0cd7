import fc from 'fast-check';
import { connectionsOf } from '../network';
import { ClusterSnapshot, KubernetesObject, PodView } from '../snapshot';
import { Peer, referenceDecision } from '../testing/reference/referenceNetwork';
import {
  ADDRESSES,
  PORTS,
  randomCluster,
} from '../testing/reference/randomCluster';
import {
  ConnectionChange,
  DiffEndpoint,
  PROTOCOLS,
  blastRadius,
  decide,
  diffConnections,
  placeOf,
  reachAmong,
} from '.';

function snapshotOf(objects: readonly KubernetesObject[]): ClusterSnapshot {
  return ClusterSnapshot.create({ cluster: 'random', objects });
}

function sideOf(snapshot: ClusterSnapshot) {
  return {
    connections: snapshot.derive(connectionsOf),
    workloads: snapshot.workloads,
  };
}

function podsOf(snapshot: ClusterSnapshot): Map<string, PodView> {
  return new Map(
    snapshot.workloads
      .flatMap(({ pods }) => pods)
      .map(pod => [`${pod.namespace}/${pod.name}`, pod]),
  );
}

function isEnd(end: DiffEndpoint, name: string): boolean {
  if (end.kind === 'workload') {
    return `${end.reference.namespace}/${end.reference.name}` === name;
  }
  const place = placeOf(name);
  return (
    place !== undefined &&
    end.ranges.some(({ from, to }) => from <= place && place <= to)
  );
}

describe('the difference of two snapshots', () => {
  it('is what the reference decides otherwise, for every pair and port, and nothing else', () => {
    fc.assert(
      fc.property(randomCluster, randomCluster, (one, other) => {
        const snapshots = [one, other].map(snapshotOf);
        const changes = [
          ...diffConnections(sideOf(snapshots[0]), sideOf(snapshots[1])),
        ];
        const pods = snapshots.map(podsOf);
        const wrong: object[] = [];
        const names = [
          ...new Set([...pods[0].keys(), ...pods[1].keys(), ...ADDRESSES]),
        ];
        for (const source of names) {
          for (const destination of names) {
            if (
              source !== destination &&
              !(ADDRESSES.includes(source) && ADDRESSES.includes(destination))
            ) {
              const change = changes.filter(
                candidate =>
                  isEnd(candidate.source, source) &&
                  isEnd(candidate.destination, destination),
              );
              if (change.length > 1) {
                wrong.push({ source, destination, text: 'listed twice' });
              }
              for (const protocol of PROTOCOLS) {
                for (const port of PORTS) {
                  const verdicts = snapshots.map((snapshot, index) => {
                    const peer = (name: string): Peer | undefined =>
                      ADDRESSES.includes(name) ? name : pods[index].get(name);
                    const ends = [peer(source), peer(destination)];
                    return ends[0] && ends[1]
                      ? referenceDecision(snapshot, {
                          source: ends[0],
                          destination: ends[1],
                          protocol,
                          port,
                        })
                      : 'deny';
                  });
                  const has = (what: 'opened' | 'closed' | 'unknown') =>
                    change.some((found: ConnectionChange) =>
                      found[what].has(protocol, port),
                    );
                  const text = verdicts.join(' ');
                  if (
                    has('opened') !== (text === 'deny allow') ||
                    has('closed') !== (text === 'allow deny') ||
                    has('unknown') !==
                      (verdicts[0] !== verdicts[1] &&
                        verdicts.includes('unknown'))
                  ) {
                    wrong.push({ source, destination, protocol, port, text });
                  }
                }
              }
            }
          }
        }
        expect(wrong).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('is the same where the snapshots share what is equal in both', () => {
    fc.assert(
      fc.property(
        randomCluster,
        randomCluster,
        fc.array(fc.nat(20), { maxLength: 2 }),
        (one, other, taken) => {
          const nameOf = ({ kind, metadata }: KubernetesObject) =>
            `${kind} ${metadata.namespace} ${metadata.name}`;
          const changed = new Map(one.map(object => [nameOf(object), object]));
          for (const index of taken) {
            const object = other[index % other.length];
            changed.set(nameOf(object), object);
          }
          const before = snapshotOf(one);
          const after = snapshotOf(structuredClone([...changed.values()]));
          const inWords = (later: ClusterSnapshot) =>
            [...diffConnections(sideOf(before), sideOf(later))].map(
              ({ source, destination, ...ports }) => ({
                source,
                destination,
                ...Object.fromEntries(
                  Object.entries(ports).map(([name, { key }]) => [name, key]),
                ),
              }),
            );
          expect(inWords(after.sharing(before))).toEqual(inWords(after));
        },
      ),
    );
  });

  it('is empty between a snapshot and itself', () => {
    fc.assert(
      fc.property(randomCluster, objects => {
        const [one, other] = [objects, [...objects].reverse()].map(list =>
          sideOf(snapshotOf(list)),
        );
        expect([...diffConnections(one, other)]).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});

describe('the blast radius', () => {
  it('is the closure of what is allowed, with the fewest hops, and of what may be on top', () => {
    fc.assert(
      fc.property(randomCluster, objects => {
        const snapshot = snapshotOf(objects);
        const { connections, workloads } = sideOf(snapshot);
        const edges = [...reachAmong(connections, workloads)].flatMap(
          ({ source, destination, allowed, unknown }) =>
            source.kind === 'pods' && destination.kind === 'pods'
              ? {
                  from: source.group,
                  to: destination.group,
                  certain: !allowed.isEmpty,
                  possible: !allowed.isEmpty || !unknown.isEmpty,
                }
              : [],
        );
        const distances = (counts: 'certain' | 'possible') => {
          const found = new Map([[workloads[0], 0]]);
          // As many rounds as there are workloads reach whatever can be reached.
          for (let round = 0; round < workloads.length; round++) {
            for (const edge of edges) {
              const before = found.get(edge.from);
              if (edge[counts] && before === round && !found.has(edge.to)) {
                found.set(edge.to, before + 1);
              }
            }
          }
          found.delete(workloads[0]);
          return found;
        };
        const radius = blastRadius(connections, workloads, workloads[0]);
        const certain = radius.reached.filter(entry => entry.certain);
        expect(
          new Map(certain.map(({ group, hops }) => [group, hops])),
        ).toEqual(distances('certain'));
        expect(radius.total).toBe(certain.length);
        expect(radius.direct).toBe(
          certain.filter(({ hops }) => hops === 1).length,
        );
        expect(radius.reached.length).toBe(distances('possible').size);
        expect(radius.possible).toBe(radius.reached.length - radius.total);
      }),
      { numRuns: 100 },
    );
  });
});

describe('a policy that cannot be evaluated', () => {
  it('makes unknown what it decides, and is named', () => {
    const pod = (name: string) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'a', labels: { app: name } },
      spec: { containers: [{ name: 'main' }] },
    });
    const snapshot = snapshotOf([
      pod('one'),
      pod('two'),
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'odd', namespace: 'a' },
        spec: {
          podSelector: { matchLabels: { app: 'two' } },
          ingress: [
            {
              from: [
                {
                  podSelector: {
                    matchExpressions: [{ key: 'app', operator: 'Like' }],
                  },
                },
              ],
            },
          ],
        },
      },
    ]);
    const connections = snapshot.derive(connectionsOf);
    const [one, two] = snapshot.workloads.flatMap(({ pods }) => pods);
    const ask = (source: PodView, destination: PodView) => {
      const classes = connections.universe.between(source, destination);
      return (
        classes &&
        decide(connections, { ...classes, protocol: 'TCP', port: 80 })
      );
    };
    expect(ask(one, two)).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining('"Like"'),
    });
    expect(ask(two, one)?.verdict).toBe('allow');
  });
});
