/**
 * How long all pairs of connections take, from parsed objects, in clusters of
 * three sizes under three networks; against the reference evaluator, and
 * against asking the engine's own rules pair by pair without relations. And
 * what a question costs, alone and in a batch.
 */
import { ClusterSnapshot, Connections, Questions, connectionsOf } from '../src';
import { decide } from '../src/decisions';
import { ClusterShape, NETWORKS, Network, generateNetwork } from './cluster';
import { heapUsed, timed } from './measure';
import { Random } from './random';
import { BenchQuestion, referenceOf } from './references';

export const MIDDLE = { pods: 5_000, namespaces: 500, policies: 2_000 };
const SIZES: readonly Omit<ClusterShape, 'network'>[] = [
  { pods: 400, namespaces: 40, policies: 830, unlike: true },
  { ...MIDDLE, unlike: true },
  MIDDLE,
  { pods: 50_000, namespaces: 5_000, policies: 20_000 },
];
/** The reference is slow: it is asked for this long. */
const REFERENCE_MILLISECONDS = 1_000;
const PAIRS = 20_000;
const SINGLE_QUESTIONS = 20_000;
const BATCH_QUESTIONS = 300_000;
const PORTS = [53, 8080, 9090, 8042];

interface Figures {
  line: string;
  /** Milliseconds for all pairs. */
  took: number;
  classes: number;
  policies: number;
}

/** Both relations of every class: together they are all pairs. */
export function relate(connections: Connections): number {
  let entries = 0;
  for (const pods of connections.universe.podClasses) {
    entries += connections.relation(pods, 'ingress').length;
    entries += connections.relation(pods, 'egress').length;
  }
  return entries;
}

export function* randomQuestions(
  { workloads }: ClusterSnapshot,
  random: Random,
  count: number,
): Generator<BenchQuestion> {
  const pods = workloads.flatMap(workload => workload.pods);
  for (let question = 0; question < count; question++) {
    const source = random.pick(pods);
    const destination = random.pick(pods);
    if (source !== destination) {
      const port = random.pick(PORTS);
      const protocol = port === 53 ? 'UDP' : 'TCP';
      yield { source, destination, protocol, port };
    }
  }
}

function measure(shape: ClusterShape): Figures {
  const { objects, settings } = generateNetwork(shape);
  const before = heapUsed();
  const snapshot = ClusterSnapshot.create({
    cluster: 'bench',
    objects,
    settings,
  });
  const parsed = heapUsed();
  const { value: connections, milliseconds: took } = timed(() => {
    const found = snapshot.derive(connectionsOf);
    relate(found);
    return found;
  });
  const heap = heapUsed();
  const { podClasses } = connections.universe;
  const pairs = shape.pods ** 2;
  const reference = timePerReference(shape.network, snapshot) * pairs;
  const pairwise = timePerPair(snapshot, connections) * pairs;
  return {
    took,
    classes: podClasses.length,
    policies: shape.policies,
    line: [
      `${shape.network}, ${shape.pods} pods${
        shape.unlike ? ' of which no two are alike' : ''
      }, ${shape.namespaces} namespaces, ${shape.policies} policies`,
      `${podClasses.length} classes`,
      `all pairs ${took.toFixed(0)} ms`,
      `heap ${(heap - before).toFixed(0)} MiB, of which the snapshot ${(
        parsed - before
      ).toFixed(0)}`,
      `one port of all pairs by the reference ${times(reference, took)}`,
      `pair by pair ${times(pairwise, took)}`,
      ...(shape.pods === MIDDLE.pods && !shape.unlike
        ? [questionsIn(snapshot, connections)]
        : []),
    ].join('; '),
  };
}

function times(long: number, short: number): string {
  return `${(long / 1000).toFixed(0)} s, ${(long / short).toFixed(
    0,
  )} times as long`;
}

/** Milliseconds. */
function timePerReference(network: Network, snapshot: ClusterSnapshot): number {
  const ask = referenceOf(network, snapshot);
  const start = performance.now();
  let asked = 0;
  for (const question of randomQuestions(snapshot, Random.create(1), PAIRS)) {
    ask(question);
    asked++;
    if (performance.now() - start > REFERENCE_MILLISECONDS) {
      break;
    }
  }
  return (performance.now() - start) / asked;
}

function timePerPair(
  snapshot: ClusterSnapshot,
  connections: Connections,
): number {
  const questions = [...randomQuestions(snapshot, Random.create(2), PAIRS)];
  const { milliseconds } = timed(() => {
    for (const { source, destination, ...rest } of questions) {
      const ends = connections.universe.between(source, destination);
      if (ends) {
        decide(connections, { ...ends, ...rest });
      }
    }
  });
  return milliseconds / questions.length;
}

function questionsIn(
  snapshot: ClusterSnapshot,
  connections: Connections,
): string {
  const inWords = (count: number, seed: number) =>
    [...randomQuestions(snapshot, Random.create(seed), count)].map(
      ({ source, destination, protocol, port }) => ({
        from: { pod: `${source.namespace}/${source.name}` },
        to: { pod: `${destination.namespace}/${destination.name}` },
        protocol,
        port,
      }),
    );
  const questions = Questions.create(snapshot, connections);
  const time = (asked: ReturnType<typeof inWords>) =>
    timed(() => asked.forEach(question => questions.answer(question)))
      .milliseconds;
  const single = inWords(SINGLE_QUESTIONS, 3);
  const alone = time(single) / single.length;
  const many = inWords(BATCH_QUESTIONS, 4);
  const perSecond = (many.length / time(many)) * 1000;
  return `one question ${(alone * 1000).toFixed(1)} µs; in a batch ${Math.round(
    perSecond,
  )} a second`;
}

/** Lines for each size and network. */
export function* benchConnections(): Generator<string> {
  for (const network of NETWORKS) {
    // So that the first size does not pay for compilation.
    measure({ network, pods: 200, namespaces: 20, policies: 100 });
    const figures: Figures[] = [];
    for (const size of SIZES) {
      const result = measure({ ...size, network });
      figures.push(result);
      yield result.line;
    }
    const [small, large] = figures.slice(-2);
    const work = ({ classes, policies }: Figures) => classes * policies;
    yield `${network}: ${(work(large) / work(small)).toFixed(
      0,
    )} times the classes × policies, ${(large.took / small.took).toFixed(
      1,
    )} times the time`;
  }
}
