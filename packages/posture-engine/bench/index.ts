/**
 * How long judging takes at 500, 2,000 and 5,000 pods, how that grows, and
 * what one change costs afterwards; then the same for connections. Prints
 * figures and asserts nothing: they depend on the machine. Run it with
 * `yarn bench`; with `--agree` it only compares `can --batch` with the
 * reference evaluators, and fails where they disagree.
 */
import { CONTROLS, ClusterSnapshot, Judge, KubernetesObject } from '../src';
import { agree, benchBatch } from './batch';
import { benchChanges } from './changes';
import { benchConnections } from './connections';
import { EDITS, Edited } from './edits';
import { generateCluster } from './generate';
import { benchManifests } from './manifests';
import { benchMesh } from './mesh';
import { heapUsed, median, print, timed } from './measure';

const SIZES = [500, 2000, 5000];
const CHANGES = 15;

interface Figures {
  pods: number;
  objects: number;
  workloads: number;
  findings: number;
  /** Milliseconds. */
  snapshot: number;
  judge: number;
  pod: number;
  networkPolicy: number;
  peerAuthentication: number;
  destinationRule: number;
  authorizationPolicy: number;
  /** Mebibytes that the snapshot and its findings hold, the source objects included. */
  heap: number;
}

function milliseconds(work: () => void): number {
  return timed(work).milliseconds;
}

/** Replaces one object by a changed copy, as a watch event does, and judges again. */
function change(
  objects: KubernetesObject[],
  judge: Judge,
  kind: Edited,
): number {
  const candidates = objects.flatMap((object, index) =>
    object.kind === kind ? [index] : [],
  );
  return median(
    Array.from({ length: CHANGES }, (_, turn) => {
      const index = candidates[(turn * 37) % candidates.length];
      objects[index] = EDITS[kind](objects[index], turn);
      return milliseconds(() =>
        judge.judge(ClusterSnapshot.create({ cluster: 'bench', objects })),
      );
    }),
  );
}

function measure(pods: number): Figures {
  const before = heapUsed();
  const objects = [...generateCluster(pods)];
  const judge = Judge.create({ controls: CONTROLS });
  let snapshot: ClusterSnapshot | undefined;
  let findings = 0;
  const creating = milliseconds(() => {
    snapshot = ClusterSnapshot.create({ cluster: 'bench', objects });
  });
  const judging = milliseconds(() => {
    findings = snapshot ? judge.judge(snapshot).length : 0;
  });
  const heap = heapUsed() - before;
  return {
    pods,
    objects: objects.length,
    workloads: snapshot?.workloads.length ?? 0,
    findings,
    snapshot: creating,
    judge: judging,
    pod: change(objects, judge, 'Pod'),
    networkPolicy: change(objects, judge, 'NetworkPolicy'),
    peerAuthentication: change(objects, judge, 'PeerAuthentication'),
    destinationRule: change(objects, judge, 'DestinationRule'),
    authorizationPolicy: change(objects, judge, 'AuthorizationPolicy'),
    heap,
  };
}

function benchJudging(): void {
  measure(100); // so that the first size does not pay for compilation
  const results = SIZES.map(measure);
  const columns = [
    'pods',
    'objects',
    'workloads',
    'findings',
    'snapshot',
    'judge',
    'pod',
    'networkPolicy',
    'peerAuthentication',
    'destinationRule',
    'authorizationPolicy',
    'heap',
  ] as const;
  const cell = (value: number | string) =>
    (typeof value === 'number' ? value.toFixed(value < 100 ? 1 : 0) : value)
      .replace(/\.0$/, '')
      .padStart(20);
  print([
    `${CONTROLS.length} controls (${CONTROLS.map(({ id }) => id).join(', ')})`,
    'times in milliseconds; under the name of a kind: snapshot and all findings again after one object of it changed; heap in MiB',
    columns.map(cell).join(''),
    ...results.map(result =>
      columns.map(column => cell(result[column])).join(''),
    ),
    ...results.slice(1).map((result, index) => {
      const smaller = results[index];
      const cold = (figures: Figures) => figures.snapshot + figures.judge;
      return `${smaller.pods} to ${result.pods} pods: ${(
        result.pods / smaller.pods
      ).toFixed(1)} times the pods, ${(cold(result) / cold(smaller)).toFixed(
        1,
      )} times the time`;
    }),
  ]);
}

async function main(): Promise<void> {
  if (process.argv.includes('--agree')) {
    for await (const line of agree()) {
      print([line]);
      if (!line.endsWith('all as the reference says')) {
        process.exitCode = 1;
      }
    }
    return;
  }
  benchJudging();
  print(['', 'connections, from parsed objects']);
  for (const line of benchConnections()) {
    print([line]);
  }
  print([
    '',
    'connections again after one change, the relations of all pairs included',
  ]);
  for (const line of benchChanges()) {
    print([line]);
  }
  print(['', 'connections through the network and the mesh']);
  for (const line of benchMesh()) {
    print([line]);
  }
  print(['', 'through the command', await benchBatch(), '', benchManifests()]);
}

main();
