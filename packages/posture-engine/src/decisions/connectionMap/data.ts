/**
 * All connections of a cluster as one value that can be stored: the relation
 * itself, detached from the snapshot it was read from. Who is the same to all
 * policies is one class, whom a class treats the same is one part, and every
 * set, decision and object is there once; so its size grows with what policies
 * tell apart, not with the pairs.
 */
import type { ObjectReference } from '../../snapshot';
import type { Direction, Effect } from '../tier';

/** Sorted numbers as gaps and lengths in turn: `[2, 3, 1, 1]` are 2, 3, 4 and 6. */
export type Runs = readonly number[];

/** One field of one object; `object` is an index into the objects. */
export type MappedField = readonly [
  layer: string,
  direction: Direction,
  effect: Effect,
  object: number,
  field: string,
];

/** What the policies of one end say, for some ports and peers. */
export interface MappedDecision {
  /** `unknown` with conditions: requests that meet one pass, of others nobody can tell. */
  verdict: 'allow' | 'deny' | 'conditional' | 'unknown';
  conditions?: readonly string[];
  /** For `unknown`. */
  reason?: string;
  /** Indices into the fields. */
  decidedBy: readonly number[];
}

/** Only JSON; equal for equal clusters. Classes, and everything that is there once, are named by their index. */
export interface ConnectionMapData {
  version: 1;
  /** In the order of the snapshot. */
  workloads: readonly (readonly [
    kind: string,
    namespace: string,
    name: string,
    profile: number,
  ])[];
  /** What a workload is to policies: the classes of its pods. A class of a profile is called a slot; slots are numbered through all profiles. */
  profiles: readonly (readonly number[])[];
  /** Classes of pods on their node's network. */
  hosts: readonly number[];
  /** Classes of addresses, each with its blocks. */
  outside: readonly (readonly [classId: number, blocks: readonly string[]])[];
  /** Where policies tell nodes by their place: the classes that a slot on a host's network is, instead of its own, to slots that are not. */
  places: readonly (readonly [
    slot: number,
    classes: readonly number[],
    slots: Runs,
  ])[];
  /** By class: its side in each direction. Side 0 lets everything pass. */
  egress: readonly number[];
  ingress: readonly number[];
  /** Parts of everybody, disjoint; together they are everybody. */
  sides: readonly (readonly (readonly [set: number, outcome: number])[])[];
  /** Sets of classes. */
  sets: readonly Runs[];
  /** Ports, disjoint and together all of them, with what is decided of them. */
  outcomes: readonly (readonly (readonly [
    ports: number,
    decision: number,
  ])[])[];
  /** Sets of ports: protocol, from, to, protocol, from, to, … */
  ports: readonly (readonly (string | number)[])[];
  decisions: readonly MappedDecision[];
  fields: readonly MappedField[];
  objects: readonly ObjectReference[];
}

export function runsOf(numbers: Iterable<number>): Runs {
  const runs: number[] = [];
  let end = 0;
  for (const number of numbers) {
    if (number === end && runs.length > 0) {
      runs[runs.length - 1]++;
    } else {
      runs.push(number - end, 1);
    }
    end = number + 1;
  }
  return runs;
}

/** From the first number of each run up to, not including, the one after its last. */
export function* stretchesOf(
  runs: Runs,
): Generator<readonly [from: number, to: number]> {
  let at = 0;
  for (let index = 0; index < runs.length; index += 2) {
    const from = at + runs[index];
    at = from + runs[index + 1];
    yield [from, at];
  }
}
