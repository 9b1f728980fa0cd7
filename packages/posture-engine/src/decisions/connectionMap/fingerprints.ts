/**
 * What is said of each workload's connections as a short text: another one
 * where a peer, addresses outside, ports or deciding fields are others. It
 * holds no numbers of classes, and nothing of who cannot reach the workload,
 * so that changes elsewhere leave it.
 */
import { workloadKey } from '../../snapshot';
import { DIRECTIONS } from '../tier';
import type { ConnectionMap } from './ConnectionMap';
import { Passage, joinEnds } from './passages';

/** 64 bits in two halves, for sums that do not depend on an order. */
class Sum {
  #low = 0;
  #high = 0;

  static of(text: string): Sum {
    const sum = new Sum();
    sum.#low = 0x811c9dc5;
    sum.#high = 0x9747b28c;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      sum.#low = Math.imul(sum.#low ^ code, 0x01000193);
      sum.#high = Math.imul(sum.#high ^ code, 0x5bd1e995);
    }
    return sum;
  }

  get isZero(): boolean {
    return this.#low === 0 && this.#high === 0;
  }

  get text(): string {
    return [this.#low, this.#high]
      .map(half => (half >>> 0).toString(16).padStart(8, '0'))
      .join('');
  }

  add(other: Sum): void {
    this.#low = (this.#low + other.#low) | 0;
    this.#high = (this.#high + other.#high) | 0;
  }

  /** Adds a peer with what passes: the sum of its members, each with that. */
  addPair(members: Sum, what: Sum): void {
    this.#low = (this.#low + Math.imul(members.#low, what.#low | 1)) | 0;
    this.#high = (this.#high + Math.imul(members.#high, what.#high | 1)) | 0;
  }
}

function sums(size: number): Sum[] {
  return Array.from({ length: size }, () => new Sum());
}

/** Undefined where nothing passes. */
function sumOf(passages: readonly Passage[]): Sum | undefined {
  return passages.length === 0 ? undefined : Sum.of(inWords(passages));
}

function inWords(passages: readonly Passage[]): string {
  return JSON.stringify(
    passages.map(({ ports, ...rest }) => ({ ...rest, ports: ports.key })),
  );
}

/** By workload. Yields in between. */
export function* fingerprints(
  map: ConnectionMap,
): Generator<undefined, string[]> {
  const profiles = Array.from({ length: map.numberOfProfiles }, (_, id) => id);
  const members = sums(profiles.length);
  map.workloads.forEach((reference, index) =>
    members[map.profileOf[index]].add(Sum.of(workloadKey(reference))),
  );
  const sent = sums(profiles.length);
  const received = sums(profiles.length);
  yield* addByClass(
    map,
    profiles.filter(profile => !map.hasPlaces(profile)),
    { members, sent, received },
  );
  for (const placed of profiles.filter(profile => map.hasPlaces(profile))) {
    for (const other of profiles) {
      const pairs = map.hasPlaces(other)
        ? [[placed, other]]
        : [
            [placed, other],
            [other, placed],
          ];
      for (const [from, to] of pairs) {
        const passing = sumOf(map.betweenProfiles(from, to));
        if (passing) {
          sent[from].addPair(members[to], passing);
          received[to].addPair(members[from], passing);
        }
      }
    }
    yield;
  }
  const outside = new Map<string, string>();
  const texts: string[] = [];
  for (let index = 0; index < map.workloads.length; index++) {
    const profile = map.profileOf[index];
    texts[profile] ??= [
      sent[profile].text,
      received[profile].text,
      outsideOf(map, index, outside),
    ].join('');
    yield;
  }
  return map.profileOf.map(profile => texts[profile]);
}

/** Between profiles that are the same to all others, class by class. */
function* addByClass(
  map: ConnectionMap,
  profiles: readonly number[],
  { members, sent, received }: Record<'members' | 'sent' | 'received', Sum[]>,
): Generator<undefined, void> {
  const joined = new Map<number, Sum | undefined>();
  const passing = (out: number, into: number): Sum | undefined => {
    const key = out * map.outcomes.length + into;
    if (!joined.has(key)) {
      const both = joinEnds(map.outcomes[out], map.outcomes[into]);
      joined.set(key, sumOf(both));
    }
    return joined.get(key);
  };
  const size = map.numberOfClasses;
  const present = sums(size);
  for (const profile of profiles) {
    map.classesOf(profile).forEach(id => present[id].add(members[profile]));
  }
  const out = sums(size);
  const into = sums(size);
  for (let source = 0; source < size; source++) {
    if (present[source].isZero) {
      continue;
    }
    const outcomeOfSide = new Map<number, number>();
    for (const part of map.partsOf(map.sideOf(source, 'egress'))) {
      for (const destination of part.peers) {
        if (!present[destination].isZero) {
          const side = map.sideOf(destination, 'ingress');
          const outcome =
            outcomeOfSide.get(side) ?? map.outcomeAt(side, source);
          outcomeOfSide.set(side, outcome);
          const both = passing(part.outcome, outcome);
          if (both) {
            out[source].addPair(present[destination], both);
            into[destination].addPair(present[source], both);
          }
        }
      }
    }
    yield;
  }
  for (const profile of profiles) {
    for (const id of map.classesOf(profile)) {
      sent[profile].add(out[id]);
      received[profile].add(into[id]);
    }
  }
}

function outsideOf(
  map: ConnectionMap,
  workload: number,
  known: Map<string, string>,
): string {
  const sides = map
    .classesOf(map.profileOf[workload])
    .flatMap(id => DIRECTIONS.map(direction => map.sideOf(id, direction)))
    .join();
  const text =
    known.get(sides) ??
    Sum.of(
      JSON.stringify(
        DIRECTIONS.map(direction =>
          map
            .outside(workload, direction)
            .map(({ blocks, passages }) => [blocks, inWords(passages)]),
        ),
      ),
    ).text;
  known.set(sides, text);
  return text;
}
