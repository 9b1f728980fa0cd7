/** Answers from a {@link ConnectionMapData} what the connections it was made of would answer, without their snapshot. */
import { WorkloadReference, workloadKey } from '../../snapshot';
import { AddressRange, blocksOf, rangeOf } from '../addresses';
import { ClassSet } from '../ClassSet';
import { PortSet, protocolOf } from '../PortSet';
import { joinRanges } from '../groupEdges';
import type { Direction } from '../tier';
import { ConnectionMapData, stretchesOf } from './data';
import { OneEnd, Passage, joinEnds, mergePassages } from './passages';

/** Two ends as one slot's class sees the other's. */
export interface View {
  source: number;
  destination: number;
}

interface Part {
  peers: ClassSet;
  outcome: number;
}

/** Addresses outside of which the same is true. */
export interface OutsidePassages {
  /** The fewest blocks, lowest first. */
  blocks: readonly string[];
  passages: readonly Passage[];
}

/** What was joined is remembered up to here. */
const MOST_REMEMBERED = 50_000;

export class ConnectionMap {
  static read(data: ConnectionMapData): ConnectionMap {
    return new ConnectionMap(data);
  }

  readonly workloads: readonly WorkloadReference[];
  /** By workload. */
  readonly profileOf: readonly number[];
  readonly outcomes: readonly (readonly OneEnd[])[];
  readonly #sides: readonly (readonly Part[])[];
  readonly #byKey: ReadonlyMap<string, number>;
  readonly #firstSlot: number[] = [];
  readonly #slots: readonly number[];
  readonly #hosts: ReadonlySet<number>;
  /** By slot of a host, then by the other slot. */
  readonly #places = new Map<number, Map<number, readonly number[]>>();
  readonly #ranges: readonly { id: number; ranges: AddressRange[] }[];
  /** By side. */
  readonly #sendsOutside = new Map<number, boolean>();
  readonly #joined = new Map<number, readonly Passage[]>();

  private constructor(private readonly data: ConnectionMapData) {
    this.workloads = data.workloads.map(([kind, namespace, name]) => ({
      kind,
      namespace,
      name,
    }));
    this.profileOf = data.workloads.map(([, , , profile]) => profile);
    this.#byKey = new Map(
      this.workloads.map((reference, index) => [workloadKey(reference), index]),
    );
    this.outcomes = readOutcomes(data);
    const sets = data.sets.map(runs =>
      ClassSet.union(
        [...stretchesOf(runs)].map(([from, to]) => ClassSet.range(from, to)),
      ),
    );
    this.#sides = data.sides.map(parts =>
      parts.map(([set, outcome]) => ({ peers: sets[set], outcome })),
    );
    this.#slots = data.profiles.flat();
    let first = 0;
    for (const classes of data.profiles) {
      this.#firstSlot.push(first);
      first += classes.length;
    }
    this.#hosts = new Set(data.hosts);
    for (const [host, classes, slots] of data.places) {
      const places = this.#places.get(host) ?? new Map();
      this.#places.set(host, places);
      for (const [from, to] of stretchesOf(slots)) {
        for (let slot = from; slot < to; slot++) {
          places.set(slot, classes);
        }
      }
    }
    this.#ranges = data.outside.map(([id, blocks]) => ({
      id,
      ranges: blocks.flatMap(block => rangeOf(block) ?? []),
    }));
  }

  /** Its place among the workloads. */
  find(workload: WorkloadReference): number | undefined {
    return this.#byKey.get(workloadKey(workload));
  }

  get numberOfProfiles(): number {
    return this.data.profiles.length;
  }

  get numberOfClasses(): number {
    return this.data.egress.length;
  }

  classesOf(profile: number): readonly number[] {
    return this.data.profiles[profile];
  }

  /** Whether what it is to others depends on who they are. */
  hasPlaces(profile: number): boolean {
    return (
      this.#places.size > 0 &&
      this.classesOf(profile).some(id => this.#hosts.has(id))
    );
  }

  sideOf(id: number, direction: Direction): number {
    return this.data[direction][id];
  }

  get numberOfSides(): number {
    return this.#sides.length;
  }

  partsOf(side: number): readonly Part[] {
    return this.#sides[side];
  }

  /** The outcome of a side for one class. */
  outcomeAt(side: number, peer: number): number {
    for (const { peers, outcome } of this.#sides[side]) {
      if (peers.has(peer)) {
        return outcome;
      }
    }
    throw new RangeError(`No part of side ${side} has class ${peer}`);
  }

  /** What a workload may send to another, by their places; the two are not the same one. */
  between(source: number, destination: number): readonly Passage[] {
    return this.betweenProfiles(
      this.profileOf[source],
      this.profileOf[destination],
    );
  }

  betweenProfiles(source: number, destination: number): readonly Passage[] {
    const views = this.viewsOf(source, destination);
    const [only] = views;
    return views.length === 1
      ? this.#join(only)
      : mergePassages(views.flatMap(view => this.#join(view)));
  }

  /** What the classes of two profiles are to each other. */
  viewsOf(source: number, destination: number): readonly View[] {
    const views: View[] = [];
    this.classesOf(source).forEach((_, fromIndex) => {
      this.classesOf(destination).forEach((__, toIndex) => {
        const one = this.#firstSlot[source] + fromIndex;
        const other = this.#firstSlot[destination] + toIndex;
        for (const id of this.#seenAs(one, other)) {
          for (const peer of this.#seenAs(other, one)) {
            views.push({ source: id, destination: peer });
          }
        }
      });
    });
    return views;
  }

  #seenAs(slot: number, other: number): readonly number[] {
    return this.#places.get(slot)?.get(other) ?? [this.#slots[slot]];
  }

  /** What a workload may send to, or be sent by, addresses outside; what is not listed is refused. */
  outside(workload: number, direction: Direction): OutsidePassages[] {
    const classes = this.classesOf(this.profileOf[workload]);
    const groups = new Map<
      string,
      { ranges: AddressRange[]; passages: Passage[] }
    >();
    for (const { id, ranges } of this.#ranges) {
      const outcomes = classes.map(inside =>
        this.outcomeAt(this.sideOf(inside, direction), id),
      );
      const key = outcomes.join();
      const group = groups.get(key) ?? {
        ranges: [],
        passages: mergePassages(
          classes.flatMap(inside =>
            this.#join(
              direction === 'egress'
                ? { source: inside, destination: id }
                : { source: id, destination: inside },
            ),
          ),
        ),
      };
      group.ranges.push(...ranges);
      groups.set(key, group);
    }
    return [...groups.values()].flatMap(({ ranges, passages }) =>
      passages.length === 0
        ? []
        : [{ blocks: joinRanges(ranges).flatMap(blocksOf), passages }],
    );
  }

  /** Whether a class sends to some address outside, for certain. */
  sendsOutside(id: number): boolean {
    const side = this.sideOf(id, 'egress');
    let sends = this.#sendsOutside.get(side);
    if (sends === undefined) {
      const open = this.#sides[side].filter(({ outcome }) =>
        this.outcomes[outcome].some(
          ({ verdict, conditions }) =>
            verdict === 'allow' || conditions.length > 0,
        ),
      );
      sends = this.#ranges.some(range =>
        open.some(({ peers }) => peers.has(range.id)),
      );
      this.#sendsOutside.set(side, sends);
    }
    return sends;
  }

  #join({ source, destination }: View): readonly Passage[] {
    const out = this.outcomeAt(this.data.egress[source], destination);
    const into = this.outcomeAt(this.data.ingress[destination], source);
    const key = out * this.outcomes.length + into;
    let passages = this.#joined.get(key);
    if (!passages) {
      if (this.#joined.size >= MOST_REMEMBERED) {
        this.#joined.clear();
      }
      passages = joinEnds(this.outcomes[out], this.outcomes[into]);
      this.#joined.set(key, passages);
    }
    return passages;
  }
}

function readOutcomes(data: ConnectionMapData): OneEnd[][] {
  const fields = data.fields.map(
    ([layer, direction, effect, object, field]) => ({
      layer,
      direction,
      effect,
      object: data.objects[object],
      field,
    }),
  );
  const ports = data.ports.map(portSetOf);
  const decisions = data.decisions.map(
    ({ conditions = [], decidedBy, ...decision }) => ({
      ...decision,
      conditions,
      decidedBy: decidedBy.map(field => fields[field]),
    }),
  );
  return data.outcomes.map(entries =>
    entries.map(([set, decision]) => ({
      ...decisions[decision],
      ports: ports[set],
    })),
  );
}

function portSetOf(ranges: readonly (string | number)[]): PortSet {
  const sets: PortSet[] = [];
  for (let index = 0; index < ranges.length; index += 3) {
    sets.push(
      PortSet.range(
        protocolOf(String(ranges[index])) ?? 'TCP',
        Number(ranges[index + 1]),
        Number(ranges[index + 2]),
      ),
    );
  }
  return PortSet.union(sets);
}
