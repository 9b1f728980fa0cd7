/** Questions through the whole command: how many it answers in a second, and whether it agrees with the reference evaluators. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClusterSnapshot, KubernetesObject } from '../src';
import { ClusterShape, generateNetwork } from './cluster';
import { answersOfCommand, timeOfCommand } from './command';
import { MIDDLE, randomQuestions } from './connections';
import { Random } from './random';
import { BenchQuestion, referenceOf } from './references';

const QUESTIONS = 1_000_000;
const LINES_IN_PIECE = 1_000;

const AGREEING: readonly ClusterShape[] = [
  { network: 'kubernetes', seed: 11 },
  { network: 'kubernetes', seed: 12, unlike: true },
  { network: 'cilium', seed: 13 },
  { network: 'calico', seed: 14 },
  { network: 'calico', seed: 15, unlike: true },
].map(
  shape =>
    ({ pods: 1_000, namespaces: 100, policies: 400, ...shape } as ClusterShape),
);
const AGREEING_QUESTIONS = 20_000;

function lineOf(
  { source, destination, protocol, port }: BenchQuestion,
  id: number,
) {
  return `${JSON.stringify({
    id,
    from: { pod: `${source.namespace}/${source.name}` },
    to: { pod: `${destination.namespace}/${destination.name}` },
    protocol,
    port,
    layers: ['network'],
  })}\n`;
}

async function withFile<T>(
  objects: readonly KubernetesObject[],
  use: (file: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'zero-trust-bench-'));
  try {
    const file = join(folder, 'cluster.json');
    writeFileSync(
      file,
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
    );
    return await use(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The time to start and to read the cluster is taken off. */
export async function benchBatch(): Promise<string> {
  const { objects, settings } = generateNetwork({
    ...MIDDLE,
    network: 'kubernetes',
  });
  const snapshot = ClusterSnapshot.create({
    cluster: 'bench',
    objects,
    settings,
  });
  const pieces: string[] = [];
  let piece = '';
  let asked = 0;
  for (const question of randomQuestions(
    snapshot,
    Random.create(5),
    QUESTIONS,
  )) {
    piece += lineOf(question, asked);
    asked++;
    if (asked % LINES_IN_PIECE === 0) {
      pieces.push(piece);
      piece = '';
    }
  }
  pieces.push(piece);
  return withFile(objects, async file => {
    const start = await timeOfCommand([file], pieces.slice(-1));
    const all = await timeOfCommand([file], pieces);
    return `can --batch: ${asked} random questions about ${
      MIDDLE.pods
    } pods in ${(all / 1000).toFixed(1)} s, of which ${(start / 1000).toFixed(
      1,
    )} s to start and read the cluster: ${Math.round(
      (asked / (all - start)) * 1000,
    )} a second`;
  });
}

/** A line for each cluster; those about disagreement show the first question of it. */
export async function* agree(): AsyncGenerator<string> {
  for (const shape of AGREEING) {
    const { objects, settings } = generateNetwork(shape);
    const snapshot = ClusterSnapshot.create({
      cluster: 'bench',
      objects,
      settings,
    });
    const reference = referenceOf(shape.network, snapshot);
    const questions = [
      ...randomQuestions(
        snapshot,
        Random.create(shape.seed ?? 1),
        AGREEING_QUESTIONS + 100,
      ),
    ].slice(0, AGREEING_QUESTIONS);
    const counts = { allow: 0, deny: 0, unknown: 0 };
    const wrong: string[] = [];
    await withFile(objects, async file => {
      let id = 0;
      const options =
        shape.network === 'kubernetes'
          ? [file]
          : [file, '--cni', shape.network];
      for await (const line of answersOfCommand(
        options,
        questions.map(lineOf),
      )) {
        const expected = reference(questions[id]);
        const { verdict } = JSON.parse(line) as { verdict: string };
        counts[expected]++;
        if (verdict !== expected) {
          wrong.push(
            `${lineOf(
              questions[id],
              id,
            ).trim()}: ${verdict}, but ${expected} by the reference`,
          );
        }
        id++;
      }
    });
    yield [
      `${shape.network}, seed ${shape.seed}, ${shape.pods} pods, ${shape.policies} policies`,
      `${questions.length} questions: allow ${counts.allow}, deny ${counts.deny}, unknown ${counts.unknown}`,
      wrong.length === 0
        ? 'all as the reference says'
        : `${wrong.length} otherwise than the reference: ${wrong[0]}`,
    ].join('; ');
  }
}
