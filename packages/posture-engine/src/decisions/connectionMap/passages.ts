/** What two sides together let pass: both must, and who cannot tell spoils it unless the other refuses. */
import { PortSet } from '../PortSet';
import type { DecidingField, Direction, Effect } from '../tier';

/** What passes on some ports, and by which objects' word. What is in no passage is refused. */
export interface Passage {
  /** `conditional`: only requests that meet one of the conditions; `unknown`: nobody can tell. */
  verdict: 'allow' | 'conditional' | 'unknown';
  ports: PortSet;
  conditions: readonly string[];
  /** For `unknown`. */
  reason?: string;
  /** Egress first; empty where no policy has a word. */
  decidedBy: readonly (DecidingField & { effect: Effect })[];
}

/** Of one end, for some ports. */
export interface OneEnd {
  ports: PortSet;
  verdict: 'allow' | 'deny' | 'conditional' | 'unknown';
  conditions: readonly string[];
  reason?: string;
  decidedBy: Passage['decidedBy'];
}

export function joinEnds(
  egress: readonly OneEnd[],
  ingress: readonly OneEnd[],
): Passage[] {
  const passages: Passage[] = [];
  for (const out of egress) {
    for (const into of ingress) {
      const ports = out.ports.intersect(into.ports);
      if (!ports.isEmpty) {
        for (const verdict of verdictsOf(out, into)) {
          passages.push({
            ...verdict,
            ports,
            decidedBy: [...out.decidedBy, ...into.decidedBy],
          });
        }
      }
    }
  }
  return mergePassages(passages);
}

type VerdictOfBoth = Pick<Passage, 'verdict' | 'conditions' | 'reason'>;

function verdictsOf(out: OneEnd, into: OneEnd): VerdictOfBoth[] {
  if (out.verdict === 'deny' || into.verdict === 'deny') {
    return [];
  }
  if (out.verdict === 'allow' && into.verdict === 'allow') {
    return [{ verdict: 'allow', conditions: [] }];
  }
  const verdicts: VerdictOfBoth[] = [];
  const isOpen = ({ verdict, conditions }: OneEnd) =>
    verdict === 'allow' || conditions.length > 0;
  if (isOpen(out) && isOpen(into)) {
    verdicts.push({
      verdict: 'conditional',
      conditions: conditionsOfBoth(out, into),
    });
  }
  const unknown = [out, into].find(({ verdict }) => verdict === 'unknown');
  if (unknown) {
    verdicts.push({
      verdict: 'unknown',
      conditions: [],
      reason: unknown.reason ?? 'nobody can tell',
    });
  }
  return verdicts;
}

function conditionsOfBoth(out: OneEnd, into: OneEnd): readonly string[] {
  if (out.verdict === 'allow') {
    return into.conditions;
  }
  return into.verdict === 'allow'
    ? out.conditions
    : out.conditions.flatMap(first =>
        into.conditions.map(second => `${first} and ${second}`),
      );
}

/** One passage for all that passes under the same conditions; what passes anyway needs none. */
export function mergePassages(passages: readonly Passage[]): Passage[] {
  if (passages.length < 2) {
    return [...passages];
  }
  const merged = new Map<string, Passage[]>();
  for (const passage of passages) {
    const { verdict, conditions, reason = '' } = passage;
    const key = [verdict, reason, ...conditions].join('\u0000');
    merged.set(key, [...(merged.get(key) ?? []), passage]);
  }
  const allowed = PortSet.union(
    passages.flatMap(({ verdict, ports }) =>
      verdict === 'allow' ? ports : [],
    ),
  );
  return [...merged.values()].flatMap(same => {
    const all = PortSet.union(same.map(({ ports }) => ports));
    const ports = same[0].verdict === 'allow' ? all : all.subtract(allowed);
    return ports.isEmpty
      ? []
      : [{ ...same[0], ports, decidedBy: mergeFields(same) }];
  });
}

function mergeFields(passages: readonly Passage[]): Passage['decidedBy'] {
  const fields = new Map(
    passages
      .flatMap(({ decidedBy }) => decidedBy)
      .map(field => [JSON.stringify(field), field]),
  );
  const of = (direction: Direction) =>
    [...fields.values()].filter(field => field.direction === direction);
  return [...of('egress'), ...of('ingress')];
}
