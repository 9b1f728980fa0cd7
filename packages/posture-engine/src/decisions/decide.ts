/** One question: may this class reach that one on this port, and which objects say so? */
import type { Connections } from './Connections';
import type { Protocol } from './PortSet';
import { AskedRequest, RulesOutcome, askRules } from './request';
import type {
  Condition,
  DecidingField,
  Direction,
  Effect,
  TierAnswer,
  TierRule,
} from './tier';
import type { EndpointClass } from './endpointClasses';

export interface Question {
  source: EndpointClass;
  destination: EndpointClass;
  protocol: Protocol;
  port: number;
  /** Left out for whatever may be sent. */
  request?: AskedRequest;
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
  /** For `deny`: what a request must be, where it is none of it. */
  unmet?: readonly Condition[];
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

export function decideDirection(
  connections: Connections,
  question: Question,
  direction: Direction,
): Decision {
  const { protocol, port } = question;
  const { subject, peer } = endsOf(question, direction);
  const decidedBy: Decision['decidedBy'][number][] = [];
  // An allow whose condition may not hold: it counts where the rules after it refuse.
  let conditional: TierRule | undefined;
  const refused = (
    fields: Decision['decidedBy'],
    unmet?: readonly Condition[],
  ): Decision =>
    conditional?.conditions
      ? {
          verdict: 'allow',
          decidedBy: fieldsOf(conditional),
          conditions: [conditional.conditions],
        }
      : {
          verdict: 'deny',
          decidedBy: fields,
          conditions: [],
          ...(unmet ? { unmet } : {}),
        };
  for (const { rules, otherwise } of connections.answers(subject, direction)) {
    const { rule, mayNotHold } = firstMatch(
      rules,
      ({ peers, ports }) => peers.has(peer.id) && ports.has(protocol, port),
    );
    conditional ??= mayNotHold;
    if (rule?.requests && question.request) {
      const outcome = askRules(rule.requests, question.request);
      return outcome.kind === 'unmet'
        ? refused(withEffect(outcome.decidedBy, 'deny'), outcome.conditions)
        : ofRequest(outcome, rule, decidedBy);
    }
    decidedBy.push(...(rule ? fieldsOf(rule) : []));
    if (rule && rule.effect !== 'pass') {
      return rule.effect === 'deny'
        ? refused(decidedBy)
        : {
            verdict: rule.effect,
            decidedBy,
            conditions: rule.conditions ? [rule.conditions] : [],
            ...(rule.reason === undefined ? {} : { reason: rule.reason }),
          };
    }
    if (!rule && otherwise.effect === 'deny') {
      return refused([
        ...decidedBy,
        ...withEffect(otherwise.decidedBy, 'deny'),
      ]);
    }
  }
  return { verdict: 'allow', decidedBy, conditions: [] };
}

function withEffect(
  fields: readonly DecidingField[],
  effect: Effect,
): Decision['decidedBy'] {
  return fields.map(field => ({ ...field, effect }));
}

/** `before` are the fields that passed the request on to the rule. */
function ofRequest(
  outcome: Exclude<RulesOutcome, { kind: 'unmet' }>,
  rule: TierRule,
  before: Decision['decidedBy'],
): Decision {
  switch (outcome.kind) {
    case 'met':
      return {
        verdict: 'allow',
        decidedBy: [...before, ...withEffect([outcome.decidedBy], 'allow')],
        conditions: [],
      };
    case 'open':
      return {
        verdict: 'allow',
        decidedBy: [...before, ...fieldsOf(rule)],
        conditions: [outcome.conditions],
      };
    default:
      return {
        verdict: 'unknown',
        decidedBy: [...before, ...fieldsOf({ ...rule, effect: 'unknown' })],
        conditions: [],
        reason: outcome.reason,
      };
  }
}

function fieldsOf({ decidedBy, effect }: TierRule): Decision['decidedBy'] {
  return decidedBy ? [{ ...decidedBy, effect }] : [];
}

/** The rule that decides, and the first before it whose condition may not hold. */
function firstMatch(
  rules: TierAnswer['rules'],
  matches: (rule: TierRule) => boolean,
): { rule?: TierRule; mayNotHold?: TierRule } {
  let mayNotHold: TierRule | undefined;
  for (const rule of rules) {
    if ('rivals' in rule) {
      const [first, ...others] = rule.rivals.flatMap(
        list => list.find(matches) ?? [],
      );
      if (first) {
        const agreed = others.every(({ effect }) => effect === first.effect);
        return {
          mayNotHold,
          rule:
            agreed && !first.conditions
              ? first
              : { ...first, effect: 'unknown', reason: rule.reason },
        };
      }
    } else if (matches(rule)) {
      if (!rule.elseNext) {
        return { rule, mayNotHold };
      }
      mayNotHold ??= rule;
    }
  }
  return { mayNotHold };
}
