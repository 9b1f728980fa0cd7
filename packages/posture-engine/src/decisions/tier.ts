/**
 * The one interface of everything that decides about connections. A policy
 * kind is a file that implements it; the engine asks the tiers in order and
 * takes the first answer.
 */
import type { ObjectReference } from '../snapshot';
import type { ClassSet } from './ClassSet';
import type { NodeClass, PodClass } from './endpointClasses';
import type { RuleTest } from './request';
import { PortSet } from './PortSet';

export type Direction = 'ingress' | 'egress';
export const DIRECTIONS: readonly Direction[] = ['ingress', 'egress'];

/** One field of one object that a decision rests on. */
export interface DecidingField {
  /** What the object is part of, such as `network-policy`. */
  layer: string;
  direction: Direction;
  object: ObjectReference;
  field: string;
}

/** `pass` hands the question to the next tier; `unknown` ends it without an answer. */
export type Effect = 'allow' | 'deny' | 'pass' | 'unknown';

/** What must hold above ports and addresses, in words that are compared as they stand, such as `HTTP GET /orders`. */
export type Condition = string;

export interface TierRule {
  effect: Effect;
  peers: ClassSet;
  ports: PortSet;
  /** For `allow`: one of these must hold. */
  conditions?: readonly Condition[];
  /** With conditions: how requests meet them; absent where a request says nothing of them. */
  requests?: readonly RuleTest[];
  /** With conditions: where none of them holds, the rules after this one decide. */
  elseNext?: true;
  /** For `unknown`: why nobody can tell, in a sentence. */
  reason?: string;
  /** Absent where no object decides, but that something could not be seen. */
  decidedBy?: DecidingField;
}

/** Lists of rules of equal rank, such as of policies with the same priority: what they disagree on, nobody can tell. */
export interface RivalRules {
  rivals: readonly (readonly TierRule[])[];
  reason: string;
}

/** What a tier says of one subject in one direction. */
export interface TierAnswer {
  /** The first that matches decides. */
  rules: readonly (TierRule | RivalRules)[];
  /** What holds where none matches: a default deny with the objects that make it, or the next tier's word. */
  otherwise:
    | { effect: 'next' }
    | { effect: 'deny'; decidedBy: readonly DecidingField[] };
}

export interface Tier {
  /**
   * Undefined where the tier has nothing to say of the subject. The same
   * object for all subjects of which it says the same: what is computed from
   * it is computed once.
   */
  answer(subject: PodClass, direction: Direction): TierAnswer | undefined;
  /** Of tiers that may decide about nodes themselves. */
  answerNode?(node: NodeClass, direction: Direction): TierAnswer | undefined;
}

/** All rules of an answer, rivals among them. */
export function rulesOf({ rules }: TierAnswer): TierRule[] {
  return rules.flatMap(rule => ('rivals' in rule ? rule.rivals.flat() : rule));
}

/** Nobody can tell anything of the subject, for the reason given. */
export function unknownAnswer(
  { everyone }: { everyone: ClassSet },
  reason: string,
): TierAnswer {
  return {
    rules: [{ effect: 'unknown', reason, peers: everyone, ports: PortSet.all }],
    otherwise: { effect: 'next' },
  };
}

/** What named ports add to the key of an answer: coming in, a name means what the subject calls so; going out, what each peer does. */
export function keyOfNamedPorts(
  { namedPorts }: PodClass,
  direction: Direction,
): string {
  return direction === 'ingress'
    ? [...namedPorts].map(([name, { key }]) => `${name}=${key}`).join()
    : '';
}
