/** What network and mesh together cost: all pairs at once, one question with a request on a warm snapshot, and what a change to the mesh does to connections. */
import {
  ClusterSnapshot,
  JointQuestions,
  KubernetesObject,
  LAYERS,
  changesBetween,
  jointConnectionsOf,
  jointReach,
} from '../src';
import { EVERY_ADDRESS } from '../src/decisions';
import { EDITS } from './edits';
import { PODS_PER_NAMESPACE, generateCluster } from './generate';
import { heapUsed, timed } from './measure';
import { Random } from './random';

const SIZES = [500, 2000, 5000];
const QUESTIONS = 20_000;

export function* benchMesh(): Generator<string> {
  reachAll([...generateCluster(100)]); // so that the first size does not pay for compilation
  for (const pods of SIZES) {
    const objects = [...generateCluster(pods)];
    yield `${pods} pods in a mesh: ${[
      reachAll(objects),
      // Without policies of the network all pairs are left to the mesh; other objects, so that nothing is taken from before.
      reachAll(
        [...generateCluster(pods)].filter(
          ({ kind }) => kind !== 'NetworkPolicy',
        ),
        ' with no NetworkPolicy',
      ),
      askMany(objects, pods),
      compare(objects),
    ].join('; ')}`;
  }
}

function snapshotOf(objects: readonly KubernetesObject[]): ClusterSnapshot {
  return ClusterSnapshot.create({ cluster: 'bench', objects });
}

function reachAll(objects: readonly KubernetesObject[], where = ''): string {
  const snapshot = snapshotOf(objects);
  const before = heapUsed();
  const { value: passages, milliseconds } = timed(() => {
    const side = { groups: snapshot.workloads, external: EVERY_ADDRESS };
    let count = 0;
    for (const edge of jointReach(snapshot.derive(jointConnectionsOf), {
      from: side,
      to: side,
    })) {
      count += edge.passages.length;
    }
    return count;
  });
  return `all pairs of ${
    snapshot.workloads.length
  } workloads${where} ${milliseconds.toFixed(0)} ms, ${passages} passages, ${(
    heapUsed() - before
  ).toFixed(0)} MiB`;
}

/** Half of them inside a namespace, where policies allow some. */
function askMany(objects: readonly KubernetesObject[], pods: number): string {
  const random = Random.create(5);
  const namespaces = pods / PODS_PER_NAMESPACE;
  const questions = Array.from({ length: QUESTIONS }, (_, index) => {
    const one = random.below(namespaces);
    const other = index % 2 === 0 ? one : random.below(namespaces);
    return {
      from: { pod: `team-${one}/service-0-new-${random.below(2)}` },
      to: { service: `team-${other}/service-${1 + random.below(4)}` },
      port: 80,
      protocol: 'TCP',
      request: {
        method: random.pick(['GET', 'POST']),
        path: '/api/orders/1',
        host: 'orders',
        headers: {},
        token: null,
      },
    } as const;
  });
  const answers = JointQuestions.create(snapshotOf(objects));
  const ask = () => questions.forEach(question => answers.answer(question));
  ask();
  const { milliseconds } = timed(ask);
  return `one question with a request, warm, ${(
    (milliseconds / QUESTIONS) *
    1000
  ).toFixed(1)} µs`;
}

const { AuthorizationPolicy: turn } = EDITS;

/** In every tenth namespace what was allowed is denied. */
function compare(objects: readonly KubernetesObject[]): string {
  const before = snapshotOf(objects);
  const changed = objects.map(object =>
    object.kind === 'AuthorizationPolicy' &&
    /^team-\d*1$/.test(object.metadata.namespace ?? '')
      ? turn(object, 0)
      : object,
  );
  const after = snapshotOf(changed).sharing(before);
  const { value: changes, milliseconds } = timed(
    () => changesBetween(before, after, LAYERS).length,
  );
  return `a diff with ${changes} changed connections ${milliseconds.toFixed(
    0,
  )} ms`;
}
