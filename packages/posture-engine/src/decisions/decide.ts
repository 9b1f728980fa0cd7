/** One question: may this class reach that one on this port, and which objects say so? */
import type { Connections } from './Connections';
import type { Protocol } from './PortSet';
import type {
  Condition,
  DecidingField,
  Direction,
  Effect,
  TierAnswer,
  TierRule,
} from './tier';
import type { EndpointClass } from './Universe';

export interface Question {
  source: EndpointClass;
  destination: EndpointClass;
  protocol: Protocol;
  port: number;
}

export type NetworkVerdict = 'allow' | 'deny' | 'unknown';

export interface Decision {
  verdict: NetworkVerdict;
  /** Egress first. Empty where no policy has a word. */
  decidedBy: readonly (DecidingField & { effect: Effect })[];
  /** For `allow`: what must also hold, per direction one of each list. */
  conditions: readonly (readonly Condition[])[];
  /** For `unknown`. */
  reason?: string;
}

/** The first direction that refuses decides; `unknown` only where neither refuses. */
export function decide(connections: Connections, question: Question): Decision {
  const egress = decideDirection(connections, question, 'egress');
  if (egress.verdict === 'deny') {
    return egress;
  }
  const ingress = decideDirection(connections, question, 'ingress');
  if (ingress.verdict === 'deny') {
    return ingress;
  }
  const unknown = [egress, ingress].find(
    ({ verdict }) => verdict === 'unknown',
  );
  return {
    verdict: unknown ? 'unknown' : 'allow',
    decidedBy: [...egress.decidedBy, ...ingress.decidedBy],
    conditions: [...egress.conditions, ...ingress.conditions],
    ...(unknown?.reason === undefined ? {} : { reason: unknown.reason }),
  };
}

/** The end of a connection that a direction's policies are about, and the other one. */
export function endsOf(
  { source, destination }: Question,
  direction: Direction,
): { subject: EndpointClass; peer: EndpointClass } {
  return direction === 'egress'
    ? { subject: source, peer: destination }
    : { subject: destination, peer: source };
}

function decideDirection(
  connections: Connections,
  question: Question,
  direction: Direction,
): Decision {
  const { protocol, port } = question;
  const { subject, peer } = endsOf(question, direction);
  const decidedBy: Decision['decidedBy'][number][] = [];
  for (const { rules, otherwise } of connections.answers(subject, direction)) {
    const rule = firstMatch(
      rules,
      ({ peers, ports }) => peers.has(peer.id) && ports.has(protocol, port),
    );
    if (rule) {
      if (rule.decidedBy) {
        decidedBy.push({ ...rule.decidedBy, effect: rule.effect });
      }
      if (rule.effect !== 'pass') {
        return {
          verdict: rule.effect,
          decidedBy,
          conditions: rule.conditions ? [rule.conditions] : [],
          ...(rule.reason === undefined ? {} : { reason: rule.reason }),
        };
      }
    } else if (otherwise.effect === 'deny') {
      return {
        verdict: 'deny',
        decidedBy: [
          ...decidedBy,
          ...otherwise.decidedBy.map(field => ({
            ...field,
            effect: 'deny' as const,
          })),
        ],
        conditions: [],
      };
    }
  }
  return { verdict: 'allow', decidedBy, conditions: [] };
}

function firstMatch(
  rules: TierAnswer['rules'],
  matches: (rule: TierRule) => boolean,
): TierRule | undefined {
  for (const rule of rules) {
    if ('rivals' in rule) {
      const [first, ...others] = rule.rivals.flatMap(
        list => list.find(matches) ?? [],
      );
      if (first) {
        return others.every(({ effect }) => effect === first.effect)
          ? first
          : { ...first, effect: 'unknown', reason: rule.reason };
      }
    } else if (matches(rule)) {
      return rule;
    }
  }
  return undefined;
}
