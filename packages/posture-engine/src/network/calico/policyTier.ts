/**
 * A tier of Calico: the policies of all kinds that are in it, in their order,
 * the first rule that matches, and the tier's default for endpoints that some
 * policy selects. Where the objects leave something open, be it whom a rule
 * means or which of two policies of equal order comes first, every reading is
 * asked, and what they disagree on is unknown.
 */
import {
  DecidingField,
  Direction,
  FactCache,
  PodClass,
  PortSet,
  RivalRules,
  Tier,
  TierAnswer,
  TierRule,
  Universe,
  keyOfNamedPorts,
} from '../../decisions';
import { compare } from '../../snapshot';
import { RuleForPod, settle } from './rules';
import type { PolicyTier, TieBreakers } from './policies';

export type MemberRule = RuleForPod | TierRule | RivalRules;

/** One policy, whatever its kind, as it applies to one pod. */
export interface Member {
  order: number;
  /** Without them the member knows of no equals. */
  ties?: TieBreakers;
  rules(): readonly MemberRule[];
  /** What says that it applies. */
  applies: readonly DecidingField[];
  /** Equal for equal members. */
  key: string;
}

export interface MemberSource {
  /** In no certain order. */
  members(pod: PodClass, direction: Direction): readonly Member[];
}

export function policyTier(
  { name, defaultAction }: PolicyTier,
  sources: readonly MemberSource[],
  universe: Universe,
): Tier {
  const answers = FactCache.create<TierAnswer>(universe.facts);
  return {
    answer(pod, direction) {
      if (pod.hostNetwork) {
        return undefined;
      }
      const members = sources.flatMap(source => source.members(pod, direction));
      if (members.length === 0) {
        return undefined;
      }
      const key = [
        name,
        direction,
        ...members.map(member => member.key),
        keyOfNamedPorts(pod, direction),
      ].join('\u0000');
      return answers.get(key, () => answerOf(members, defaultAction, universe));
    },
  };
}

type RuledMember = Omit<Member, 'rules'> & { rules: readonly MemberRule[] };

function answerOf(
  asked: readonly Member[],
  defaultAction: PolicyTier['defaultAction'],
  universe: Universe,
): TierAnswer {
  const members = asked.map(
    (member): RuledMember => ({ ...member, rules: member.rules() }),
  );
  const applies = members.flatMap(member => member.applies);
  const otherwise: TierAnswer['otherwise'] =
    defaultAction === 'pass'
      ? { effect: 'next' }
      : { effect: 'deny', decidedBy: applies };
  const [first, second] = ([0, 1] as const).map(version =>
    [...members].sort((left, right) => compareMembers(left, right, version)),
  );
  const clear = lengthOfClearStart(first, second);
  const start = first
    .slice(0, clear)
    .flatMap(({ rules }) => rules.flatMap(rule => readAs(rule, 'open')));
  const rest = [first, second].map(order => order.slice(clear));
  if (rest[0].length === 0) {
    return { rules: start, otherwise };
  }
  const end: TierRule = {
    effect: defaultAction,
    peers: universe.everyone,
    ports: PortSet.all,
    decidedBy: applies[0],
  };
  const orders = sameOrder(rest[0], rest[1]) ? [rest[0]] : rest;
  return {
    rules: [
      ...start,
      {
        rivals: orders.flatMap(order =>
          (['open', 'shut'] as const).map(reading => [
            ...order.flatMap(({ rules }) =>
              rules.flatMap(rule => flatten(readAs(rule, reading))),
            ),
            end,
          ]),
        ),
        reason: reasonsOf(rest[0], orders.length > 1),
      },
    ],
    otherwise,
  };
}

function compareMembers(
  left: RuledMember,
  right: RuledMember,
  version: 0 | 1,
): number {
  if (left.order !== right.order) {
    return left.order < right.order ? -1 : 1;
  }
  const [one, other] = [left, right].map(({ ties, key }) =>
    ties ? ties[version] : key,
  );
  return compare(one, other);
}

/** How many members come first in both orders with no doubt about them. */
function lengthOfClearStart(
  first: readonly RuledMember[],
  second: readonly RuledMember[],
): number {
  let length = 0;
  while (
    length < first.length &&
    first[length] === second[length] &&
    !first[length].rules.some(isDoubtful)
  ) {
    length++;
  }
  return length;
}

function sameOrder(
  left: readonly RuledMember[],
  right: readonly RuledMember[],
): boolean {
  return left.every((member, index) => member === right[index]);
}

function isDoubtful(rule: MemberRule): boolean {
  return 'sure' in rule && rule.doubtful.length > 0;
}

function readAs(
  rule: MemberRule,
  reading: 'open' | 'shut',
): (TierRule | RivalRules)[] {
  return 'sure' in rule ? settle(rule, reading) : [rule];
}

/** Rivals among rivals are not told apart any more: whatever one of them matches is unknown. */
function flatten(rules: readonly (TierRule | RivalRules)[]): TierRule[] {
  return rules.flatMap(rule =>
    'rivals' in rule
      ? rule.rivals.flat().map(rival => ({
          ...rival,
          effect: 'unknown' as const,
          reason: rule.reason,
        }))
      : rule,
  );
}

/** More reasons than this tell nobody more. */
const MOST_REASONS = 3;

function reasonsOf(
  members: readonly RuledMember[],
  ordersDiffer: boolean,
): string {
  const reasons = members
    .flatMap(({ rules }) => rules)
    .flatMap(rule => ('sure' in rule && isDoubtful(rule) ? rule.reason : []));
  if (ordersDiffer) {
    reasons.push(
      'policies of equal order disagree, and which of them counts depends on the version of Calico',
    );
  }
  return [...new Set(reasons)].slice(0, MOST_REASONS).join('; ');
}
