import {
  ClusterSnapshot,
  KubernetesObject,
  PROTOCOLS,
} from '@backstage-zero-trust/posture-engine';
// eslint-disable-next-line @backstage/no-forbidden-package-imports -- the reference judges the engine in tests only, so the engine does not export it
import {
  ADDRESSES,
  PORTS,
  randomCluster,
} from '@backstage-zero-trust/posture-engine/src/testing/reference/randomCluster';
// eslint-disable-next-line @backstage/no-forbidden-package-imports -- as above
import {
  Peer,
  ReferenceQuestion,
  referenceDecision,
} from '@backstage-zero-trust/posture-engine/src/testing/reference/referenceNetwork';
import fc from 'fast-check';
import { runCommand, temporaryFolder } from '../testing/runCommand';

const QUESTIONS_PER_SEED = 20_000;
const files = temporaryFolder();

function* questionsOf(snapshot: ClusterSnapshot): Generator<ReferenceQuestion> {
  const pods = snapshot.workloads.flatMap(workload => workload.pods);
  // The command takes the address of a pod for the pod.
  const outside = ADDRESSES.filter(
    address => !pods.some(({ ips }) => ips.includes(address)),
  );
  const peers: Peer[] = [...pods, ...outside];
  for (const source of peers) {
    for (const destination of peers) {
      const isInside = [source, destination].some(
        peer => typeof peer !== 'string',
      );
      if (source !== destination && isInside) {
        for (const protocol of PROTOCOLS) {
          for (const port of PORTS) {
            yield { source, destination, protocol, port };
          }
        }
      }
    }
  }
}

function nameOf(peer: Peer) {
  return typeof peer === 'string'
    ? { ip: peer }
    : { pod: `${peer.namespace}/${peer.name}` };
}

/** Returns how many questions were asked. */
async function compare(objects: KubernetesObject[]): Promise<number> {
  const snapshot = ClusterSnapshot.create({ cluster: 'random', objects });
  const questions = [...questionsOf(snapshot)];
  const source = files.write(
    'cluster.json',
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
  );
  const { stdout } = await runCommand(['can', source, '--batch', '-'], {
    stdin: questions
      .map(({ source: from, destination, protocol, port }, id) =>
        JSON.stringify({
          id,
          from: nameOf(from),
          to: nameOf(destination),
          protocol,
          port,
        }),
      )
      .join('\n'),
  });
  const answers = stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line));
  expect(answers).toHaveLength(questions.length);
  const wrong = questions.flatMap((question, id) => {
    const expected = referenceDecision(snapshot, question);
    const { verdict, reason } = answers[id];
    return answers[id].id === id && verdict === expected
      ? []
      : { expected, verdict, reason, question };
  });
  expect(wrong.slice(0, 1)).toEqual([]);
  return questions.length;
}

describe('can --batch', () => {
  it.each([1, 2, 3, 4, 5])(
    `answers ${QUESTIONS_PER_SEED} questions over the random clusters of seed %i as the reference does`,
    async seed => {
      let asked = 0;
      for (const cluster of fc.sample(randomCluster, { seed, numRuns: 100 })) {
        if (asked < QUESTIONS_PER_SEED) {
          asked += await compare(cluster);
        }
      }
      expect(asked).toBeGreaterThanOrEqual(QUESTIONS_PER_SEED);
    },
    60_000,
  );
});
