import { Decision, EndpointClass, decide, protocolOf } from '../../decisions';
import { ClusterSnapshot, KubernetesObject } from '../../snapshot';
import {
  describeConformance,
  readConformanceLines,
} from '../../testing/conformance';
import { connectionsOf } from '../connections';

const FILE = 'cilium/cases.jsonl';

type End = { pod: string } | { ip: string };

interface Case {
  name: string;
  objects: KubernetesObject[];
  questions: {
    id: string;
    from: End;
    to: End;
    port: number;
    protocol: string;
  }[];
  answers: string[];
  /** Allowed through the HTTP proxy. */
  l7: boolean[];
  /** The proxy lets every request through. */
  l7open: boolean[];
}

function endpointOf(snapshot: ClusterSnapshot, end: End) {
  if ('ip' in end) {
    return end.ip;
  }
  const pod = snapshot.workloads
    .flatMap(({ pods }) => pods)
    .find(({ namespace, name }) => `${namespace}/${name}` === end.pod);
  if (!pod) {
    throw new Error(`${end.pod} is not there`);
  }
  return pod;
}

/** As upstream says it, which knows no words for conditions. */
function answerOf(
  verdict: string,
  conditions: readonly (readonly string[])[],
): { answer: string; l7: boolean; l7open: boolean } {
  return {
    answer: verdict,
    l7: conditions.length > 0,
    l7open:
      conditions.length > 0 &&
      conditions.flat().every(condition => condition === 'any HTTP request'),
  };
}

function inRelation(
  edge: ReturnType<ReturnType<typeof connectionsOf>['edge']>,
  protocol: NonNullable<ReturnType<typeof protocolOf>>,
  port: number,
) {
  const conditional = edge.conditional.filter(({ ports }) =>
    ports.has(protocol, port),
  );
  const passes = edge.allowed.has(protocol, port) || conditional.length > 0;
  const shut = edge.unknown.has(protocol, port) ? 'unknown' : 'deny';
  return answerOf(
    passes ? 'allow' : shut,
    conditional.map(({ conditions }) => conditions),
  );
}

describeConformance(FILE, () => {
  const cases = readConformanceLines<Case>(FILE);

  it.each(cases.map(({ name, ...rest }) => [name, rest] as const))(
    '%s',
    (_name, { objects, questions, answers, l7, l7open }) => {
      const snapshot = ClusterSnapshot.create({
        cluster: 'conformance',
        objects,
        settings: { cni: 'cilium' },
      });
      const connections = snapshot.derive(connectionsOf);
      expect(snapshot.coverage.problems).toEqual([]);
      const actual = questions.map(({ id, from, to, port, protocol: text }) => {
        const protocol = protocolOf(text);
        const ends: { source: EndpointClass; destination: EndpointClass } =
          connections.universe.between(
            endpointOf(snapshot, from),
            endpointOf(snapshot, to),
          ) ?? fail(id);
        if (!protocol) {
          return fail(text);
        }
        const { verdict, conditions }: Decision = decide(connections, {
          ...ends,
          protocol,
          port,
        });
        return {
          id,
          alone: answerOf(verdict, conditions),
          inRelation: inRelation(
            connections.edge(ends.source, ends.destination),
            protocol,
            port,
          ),
        };
      });
      expect(actual).toEqual(
        questions.map(({ id }, index) => {
          const expected = {
            answer: answers[index],
            l7: l7[index],
            l7open: l7open[index],
          };
          return { id, alone: expected, inRelation: expected };
        }),
      );
    },
  );
});

function fail(what: string): never {
  throw new Error(`${what} cannot be asked`);
}
