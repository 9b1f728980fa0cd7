/** Decisions in words: which object let a connection pass or stopped it, and for one that was stopped the rule that came nearest to letting it through. */
import { ObjectReference, describeObject } from '../snapshot';
import type { Connections } from './Connections';
import { Decision, Question, endsOf } from './decide';
import { PortRange, PortSet } from './PortSet';
import type { DecidingField, Direction, TierRule } from './tier';

/** Objects in one sentence; of more, the first ones are named. */
const MOST_NAMED = 3;
const MOST_RANGES = 4;

/** `spec.ingress[1]`, `specs[0].egress[2].toPorts[0]`, `spec.ingressDeny[0]`. */
const RULE = /^(?:spec|specs\[(\d+)\])\.(?:in|e)gress(Deny)?\[(\d+)\]/;

/** One or two sentences. Names objects, and the two ends as source and destination. */
export function explainDecision(
  connections: Connections,
  question: Question,
  decision: Decision,
): string {
  switch (decision.verdict) {
    case 'unknown':
      return sentence(decision.reason ?? 'nobody can tell');
    case 'deny':
      return explainDenial(connections, question, decision);
    default:
      return explainPassage(decision);
  }
}

function explainPassage({ decidedBy, conditions }: Decision): string {
  const allowing = decidedBy.filter(({ effect }) => effect === 'allow');
  const words = (direction: Direction) => {
    const found = allowing.find(field => field.direction === direction);
    const [subject, passes] =
      direction === 'egress'
        ? ['the source', 'lets it out']
        : ['the destination', 'lets it in'];
    return found
      ? `${describeRule(found)} ${passes}`
      : `no policy restricts what ${subject} ${
          direction === 'egress' ? 'sends' : 'receives'
        } here`;
  };
  const held = conditions.map(list => list.join(', or ')).join('; and: ');
  return `${sentence(`${words('egress')}, and ${words('ingress')}`)}${
    held === '' ? '' : ` ${sentence(`only for: ${held}`)}`
  }`;
}

function explainDenial(
  connections: Connections,
  question: Question,
  { decidedBy, unmet }: Decision,
): string {
  const deciding = decidedBy.filter(({ effect }) => effect === 'deny');
  if (unmet) {
    return explainUnmet(deciding, unmet);
  }
  const [{ direction, field }] = deciding;
  const isRule = RULE.test(field);
  const what = isRule
    ? `${describeRule(deciding[0])} denies it ${
        direction === 'egress'
          ? 'on its way out of the source'
          : 'on its way into the destination'
      }`
    : `${describeObjects(deciding.map(({ object }) => object))} ${
        direction === 'egress'
          ? 'lets the source send only what a rule allows, and none allows this'
          : 'lets the destination receive only what a rule allows, and none allows this'
      }`;
  const nearest = nearestAllow(connections, question, direction, deciding[0]);
  return `${sentence(what)}${nearest ? ` ${sentence(nearest)}` : ''}`;
}

function explainUnmet(
  deciding: readonly DecidingField[],
  unmet: readonly string[],
): string {
  const rules = deciding.map(describeRule).slice(0, MOST_NAMED);
  const rest = deciding.length - rules.length;
  const [{ direction }] = deciding;
  return sentence(
    `${rules.join(' and ')}${rest > 0 ? ` and ${rest} more` : ''} ${
      deciding.length === 1 ? 'lets' : 'let'
    } ${
      direction === 'egress' ? 'the source send' : 'the destination receive'
    } only ${unmet.join(', or ')}, and the request is another`,
  );
}

/**
 * The allowing rule that misses the connection by the least: by the port
 * alone, else by the peer alone. Undefined where none comes near.
 */
export function nearestAllow(
  connections: Connections,
  question: Question,
  direction: Direction,
  denying: DecidingField,
): string | undefined {
  const { protocol, port } = question;
  const { subject, peer } = endsOf(question, direction);
  let byPeer: TierRule | undefined;
  for (const rule of rulesBefore(
    connections.answers(subject, direction),
    denying,
  )) {
    // Settings of the network let something through too, and are no rule that anybody could widen.
    if (
      rule.effect === 'allow' &&
      rule.decidedBy &&
      RULE.test(rule.decidedBy.field)
    ) {
      if (rule.peers.has(peer.id)) {
        return `${protocol} port ${port} is not in ${describeRule(
          rule.decidedBy,
        )}, which allows ${describePorts(rule.ports)}`;
      }
      if (!byPeer && rule.ports.has(protocol, port)) {
        byPeer = rule;
      }
    }
  }
  return (
    byPeer?.decidedBy &&
    `the ${
      direction === 'egress' ? 'destination' : 'source'
    } is not among those to whom ${describeRule(
      byPeer.decidedBy,
    )} opens ${protocol} port ${port}`
  );
}

/** What comes after a rule that denies would not be asked. */
function* rulesBefore(
  answers: ReturnType<Connections['answers']>,
  { object, field }: DecidingField,
): Generator<TierRule> {
  for (const { rules } of answers) {
    for (const rule of rules) {
      for (const one of 'rivals' in rule ? rule.rivals.flat() : [rule]) {
        if (
          one.decidedBy?.field === field &&
          one.decidedBy.object.name === object.name &&
          one.decidedBy.object.namespace === object.namespace &&
          one.decidedBy.object.kind === object.kind
        ) {
          return;
        }
        yield one;
      }
    }
  }
}

/** `ingress rule 2 of NetworkPolicy shop/orders`, as people count. */
export function describeRule({
  object,
  field,
  direction,
}: Pick<DecidingField, 'object' | 'field' | 'direction'>): string {
  const match = RULE.exec(field);
  if (!match) {
    return `${field} of ${describeObject(object)}`;
  }
  const [, spec, deny, rule] = match;
  return `${direction} ${deny ? 'deny ' : ''}rule ${Number(rule) + 1}${
    spec === undefined ? '' : ` of spec ${Number(spec) + 1}`
  } of ${describeObject(object)}`;
}

function describeObjects(objects: readonly ObjectReference[]): string {
  const names = [...new Set(objects.map(describeObject))];
  const shown = names.slice(0, MOST_NAMED);
  const rest = names.length - MOST_NAMED;
  if (rest > 0) {
    return `each of ${shown.join(', ')} and ${rest} more`;
  }
  return names.length > 1
    ? `each of ${shown.slice(0, -1).join(', ')} and ${shown[shown.length - 1]}`
    : names[0];
}

/** `TCP 80, 8080-8090, UDP 53`. */
export function describePorts(ports: PortSet): string {
  if (ports.isAll) {
    return 'all ports';
  }
  const ranges = ports.ranges();
  const shown = ranges.slice(0, MOST_RANGES).map(describeRange);
  const rest = ranges.length - MOST_RANGES;
  return `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function describeRange({ protocol, from, to }: PortRange): string {
  if (from === 1 && to === 65_535) {
    return `${protocol} all ports`;
  }
  return `${protocol} ${from === to ? from : `${from}-${to}`}`;
}

function sentence(text: string): string {
  const full = `${text[0].toUpperCase()}${text.slice(1)}`;
  return /[.!?]$/.test(full) ? full : `${full}.`;
}
