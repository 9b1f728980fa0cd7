/** What the policies of one class say of everybody, cut into as few parts as the rules tell apart. */
import { ClassSet } from '../ClassSet';
import type { Connections } from '../Connections';
import { decideDirection } from '../decide';
import { PortSet } from '../PortSet';
import {
  DecidingField,
  Direction,
  Effect,
  RivalRules,
  TierAnswer,
  TierRule,
  rulesOf,
} from '../tier';
import type { EndpointClass } from '../endpointClasses';
import type { MappedDecision } from './data';

export type SideDecision = Omit<MappedDecision, 'decidedBy'> & {
  decidedBy: readonly (DecidingField & { effect: Effect })[];
};

/** Peers of whom, port by port, the same is decided by the same objects. */
export interface SidePart {
  peers: ClassSet;
  /** Indices of what `intern` was given. */
  decisions: readonly { ports: PortSet; decision: number }[];
}

/** `intern` gives equal decisions one number. */
export function sideParts(
  connections: Connections,
  subject: EndpointClass,
  direction: Direction,
  intern: (decision: SideDecision) => number,
): SidePart[] {
  const answers = connections.answers(subject, direction);
  const { everyone } = connections.universe;
  const atoms = PortSet.atoms(
    answers.flatMap(answer => rulesOf(answer).map(({ ports }) => ports)),
  );
  let parts: SidePart[] = [{ peers: everyone, decisions: [] }];
  for (const ports of atoms) {
    const byDecision = new Map<number, ClassSet[]>();
    for (const peers of splitByRules(answers, ports, everyone)) {
      const [peer] = peers;
      const decision = intern(
        decisionOf(connections, { subject, peer, direction, ports }),
      );
      byDecision.set(decision, [...(byDecision.get(decision) ?? []), peers]);
    }
    const groups = [...byDecision].map(([decision, sets]) => ({
      decision,
      peers: ClassSet.union(sets),
    }));
    parts = parts.flatMap(part =>
      groups.flatMap(({ decision, peers }) => {
        const both = part.peers.intersect(peers);
        return both.isEmpty
          ? []
          : [
              {
                peers: both,
                decisions: withPorts(part.decisions, ports, decision),
              },
            ];
      }),
    );
  }
  return parts;
}

function withPorts(
  decisions: SidePart['decisions'],
  ports: PortSet,
  decision: number,
): SidePart['decisions'] {
  const same = decisions.find(entry => entry.decision === decision);
  return same
    ? decisions.map(entry =>
        entry === same
          ? { decision, ports: PortSet.union([entry.ports, ports]) }
          : entry,
      )
    : [...decisions, { ports, decision }];
}

/** Sets of peers none of which two rules that count for these ports tell apart; together everybody. */
function splitByRules(
  answers: readonly TierAnswer[],
  ports: PortSet,
  everyone: ClassSet,
): ClassSet[] {
  const settled: ClassSet[] = [];
  let open = [everyone];
  for (const { rules, otherwise } of answers) {
    const passed: ClassSet[] = [];
    for (const rule of rules) {
      const rivals = 'rivals' in rule ? rule.rivals.flat() : [rule];
      const counting = rivals.filter(rival => rival.ports.contains(ports));
      const parts = counting.reduce(splitBy, open);
      const concerned = parts.filter(part => isConcerned(part, counting));
      open = parts.filter(part => !isConcerned(part, counting));
      listFor(rule, { open, passed, settled }).push(...concerned);
    }
    if (otherwise.effect === 'deny') {
      settled.push(...open);
      open = [];
    }
    open.push(...passed);
  }
  return [...settled, ...open];
}

function splitBy(parts: readonly ClassSet[], { peers }: TierRule): ClassSet[] {
  return parts.flatMap(part => {
    if (!part.intersects(peers)) {
      return [part];
    }
    const rest = part.subtract(peers);
    return [part.intersect(peers), ...(rest.isEmpty ? [] : [rest])];
  });
}

/** Of a part that none of the rules splits. */
function isConcerned(part: ClassSet, rules: readonly TierRule[]): boolean {
  return rules.some(({ peers }) => part.intersects(peers));
}

/** Where the question of whom a rule concerns goes on. What rivals come to may be to pass; to be told apart for nothing costs only parts. */
function listFor<List>(
  rule: TierRule | RivalRules,
  lists: { open: List; passed: List; settled: List },
): List {
  if ('rivals' in rule || rule.effect === 'pass') {
    return lists.passed;
  }
  return rule.elseNext ? lists.open : lists.settled;
}

interface PeerQuestion {
  subject: EndpointClass;
  peer: number;
  direction: Direction;
  /** Ports that no rule tells apart. */
  ports: PortSet;
}

/** What is decided is the relation's word; who decided it is `decide`'s. */
function decisionOf(
  connections: Connections,
  { subject, peer, direction, ports }: PeerQuestion,
): SideDecision {
  const other = connections.universe.get(peer);
  const [{ protocol, from: port }] = ports.ranges();
  const { decidedBy, reason } = decideDirection(
    connections,
    direction === 'egress'
      ? { source: subject, destination: other, protocol, port }
      : { source: other, destination: subject, protocol, port },
    direction,
  );
  const entry = connections
    .relation(subject, direction)
    .find(candidate => candidate.ports.has(protocol, port));
  if (entry?.allowed.has(peer)) {
    return { verdict: 'allow', decidedBy };
  }
  const conditions = [
    ...new Set(
      entry?.conditional.flatMap(conditional =>
        conditional.peers.has(peer) ? conditional.conditions : [],
      ),
    ),
  ].sort();
  const either = conditions.length > 0 ? { conditions } : {};
  if (entry?.unknown.has(peer)) {
    return {
      verdict: 'unknown',
      ...either,
      ...(reason === undefined ? {} : { reason }),
      decidedBy,
    };
  }
  return conditions.length > 0
    ? { verdict: 'conditional', conditions, decidedBy }
    : { verdict: 'deny', decidedBy };
}
