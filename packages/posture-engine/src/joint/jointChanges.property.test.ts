/** After any changes, what network and mesh do together is what it would be from scratch; and a diff tells all that changed, and nothing else. */
import fc from 'fast-check';
import { PortSet } from '../decisions';
import { ClusterSnapshot, Workload, workloadKey } from '../snapshot';
import {
  World,
  applyChange,
  randomChange,
  snapshotOf,
} from '../testing/reference/randomChanges';
import { PORTS } from '../testing/reference/randomCluster';
import { MESH_SETTINGS, randomMesh } from '../testing/reference/randomMesh';
import { jointConnectionsOf } from './JointConnections';
import { diffJointConnections } from './jointDiff';
import { JointPassage } from './jointPassages';

const SETTINGS = [
  MESH_SETTINGS,
  { meshConfig: { ...MESH_SETTINGS.meshConfig, rootNamespace: 'a' } },
  { meshConfig: { ...MESH_SETTINGS.meshConfig, enableAutoMtls: false } },
];

const worlds = fc
  .tuple(
    randomMesh,
    randomMesh,
    fc.array(randomChange(SETTINGS), { minLength: 1, maxLength: 6 }),
  )
  .map(([objects, others, steps]) => {
    let world: World = { objects, settings: MESH_SETTINGS };
    return [
      world,
      ...steps.map(step => {
        world = applyChange(world, step, others);
        return world;
      }),
    ];
  });

function passagesBetween(
  snapshot: ClusterSnapshot,
  source: Workload,
  destination: Workload,
) {
  const there = (workload: Workload) => snapshot.workload(workload.reference);
  const one = there(source);
  const other = there(destination);
  return one && other
    ? snapshot.derive(jointConnectionsOf).between(one, other)
    : [];
}

function inWords(passages: readonly JointPassage[]): string {
  return JSON.stringify(
    passages.map(({ ports, ...rest }) => ({ ...rest, ports: ports.key })),
  );
}

/** What somebody who asks about one port is told. */
function stateAt(passages: readonly JointPassage[], port: number) {
  const found = passages.find(({ ports }) => ports.has('TCP', port));
  const isOpen = found?.verdict === 'allow' || found?.verdict === 'conditional';
  return {
    isOpen,
    isUnknown: found?.verdict === 'unknown',
    transport: isOpen ? found.transport : undefined,
    conditions: isOpen ? [...found.conditions].sort().join('|') : undefined,
  };
}

function becomes(
  before: ReturnType<typeof stateAt>,
  after: ReturnType<typeof stateAt>,
): string[] {
  if (before.isUnknown !== after.isUnknown) {
    return ['unknown'];
  }
  if (before.isOpen !== after.isOpen) {
    return [after.isOpen ? 'opened' : 'closed'];
  }
  return [
    ...(before.conditions === after.conditions ? [] : ['conditions']),
    ...(before.transport === after.transport
      ? []
      : [`${before.transport} to ${after.transport}`]),
  ];
}

describe('network and mesh together, after changes', () => {
  it('are what they are from scratch', () => {
    fc.assert(
      fc.property(worlds, steps => {
        for (const world of steps) {
          const later = snapshotOf(world);
          const anew = snapshotOf(structuredClone(world));
          for (const source of later.workloads) {
            for (const destination of later.workloads) {
              expect(inWords(passagesBetween(later, source, destination))).toBe(
                inWords(passagesBetween(anew, source, destination)),
              );
            }
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('differ by what a diff tells', () => {
    let changed = 0;
    fc.assert(
      fc.property(worlds, ([first, ...others]) => {
        const before = snapshotOf(first);
        const after = snapshotOf(others[others.length - 1]);
        const changes = [...diffJointConnections(before, after)];
        const workloads = new Map(
          [...before.workloads, ...after.workloads].map(workload => [
            workloadKey(workload.reference),
            workload,
          ]),
        );
        for (const [from, source] of workloads) {
          for (const [to, destination] of workloads) {
            const change = changes.find(
              one =>
                one.source.kind === 'workload' &&
                workloadKey(one.source.reference) === from &&
                one.destination.kind === 'workload' &&
                workloadKey(one.destination.reference) === to,
            );
            for (const port of source === destination ? [] : PORTS) {
              const has = (ports: PortSet | undefined) =>
                ports?.has('TCP', port) ?? false;
              const told = [
                ...(
                  ['opened', 'closed', 'conditions', 'unknown'] as const
                ).filter(what => has(change?.[what])),
                ...(change?.reencrypted ?? []).flatMap(one =>
                  has(one.ports) ? [`${one.before} to ${one.after}`] : [],
                ),
              ];
              const [was, is] = [before, after].map(snapshot =>
                stateAt(passagesBetween(snapshot, source, destination), port),
              );
              expect(told).toEqual(becomes(was, is));
              changed += told.length;
            }
          }
        }
      }),
      { numRuns: 100 },
    );
    expect(changed).toBeGreaterThan(100);
  });
});
