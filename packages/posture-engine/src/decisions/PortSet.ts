/**
 * Sets of ports over TCP, UDP and SCTP: immutable, as sorted ranges on one
 * line of numbers on which each protocol has a stretch of 65,536.
 */

export const PROTOCOLS = ['TCP', 'UDP', 'SCTP'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** Both ends belong to the range; ports are 1 to 65535. */
export interface PortRange {
  protocol: Protocol;
  from: number;
  to: number;
}

const STRETCH = 65_536;
const LAST_PORT = 65_535;

/** `TCP`, `UDP` or `SCTP`, however it is written; undefined for anything else. */
export function protocolOf(text: string): Protocol | undefined {
  const upper = text.toUpperCase();
  return PROTOCOLS.find(protocol => protocol === upper);
}

export class PortSet {
  static readonly none = new PortSet([]);

  static readonly all = new PortSet(
    PROTOCOLS.flatMap((_, index) => [
      index * STRETCH + 1,
      index * STRETCH + LAST_PORT,
    ]),
  );

  static allOf(protocol: Protocol): PortSet {
    return PortSet.range(protocol, 1, LAST_PORT);
  }

  /** Ports outside 1 to 65535 are left out; a range that ends before it begins is empty. */
  static range(protocol: Protocol, from: number, to: number = from): PortSet {
    const first = Math.max(1, from);
    const last = Math.min(LAST_PORT, to);
    const base = PROTOCOLS.indexOf(protocol) * STRETCH;
    return first > last
      ? PortSet.none
      : new PortSet([base + first, base + last]);
  }

  static union(sets: readonly PortSet[]): PortSet {
    if (sets.length === 1) {
      return sets[0];
    }
    const ranges = sets
      .flatMap(({ bounds }) => {
        const pairs: [number, number][] = [];
        for (let index = 0; index < bounds.length; index += 2) {
          pairs.push([bounds[index], bounds[index + 1]]);
        }
        return pairs;
      })
      .sort(([left], [right]) => left - right);
    const merged: number[] = [];
    for (const [from, to] of ranges) {
      const end = merged.length - 1;
      if (end > 0 && from <= merged[end] + 1) {
        merged[end] = Math.max(merged[end], to);
      } else {
        merged.push(from, to);
      }
    }
    return merged.length === 0 ? PortSet.none : new PortSet(merged);
  }

  /** The coarsest disjoint sets of which each given set is a union; their own union is all ports. */
  static atoms(sets: readonly PortSet[]): PortSet[] {
    const distinct = [
      ...new Map(sets.map(set => [set.key, set])).values(),
    ].filter(set => !set.isAll && !set.isEmpty);
    if (distinct.length === 0) {
      return [PortSet.all];
    }
    // Between two borders nothing changes.
    const borders = new Set<number>();
    for (const { bounds } of [PortSet.all, ...distinct]) {
      for (let index = 0; index < bounds.length; index += 2) {
        borders.add(bounds[index]);
        borders.add(bounds[index + 1] + 1);
      }
    }
    const places = [...borders].sort((left, right) => left - right);
    const cursors = new Uint32Array(distinct.length);
    const atoms = new Map<string, number[]>();
    places.slice(0, -1).forEach((from, index) => {
      let signature = '';
      distinct.forEach(({ bounds }, set) => {
        while (bounds[cursors[set] + 1] < from) {
          cursors[set] += 2;
        }
        signature += bounds[cursors[set]] <= from ? '1' : '0';
      });
      // The place between two protocols is no port.
      if (from % STRETCH !== 0) {
        const bounds = atoms.get(signature) ?? [];
        const to = places[index + 1] - 1;
        if (bounds[bounds.length - 1] === from - 1) {
          bounds[bounds.length - 1] = to;
        } else {
          bounds.push(from, to);
        }
        atoms.set(signature, bounds);
      }
    });
    return [...atoms.values()].map(bounds => new PortSet(bounds));
  }

  #key: string | undefined;

  /** `bounds` is from, to, from, to, … on the line, sorted, with a gap before each next range. */
  private constructor(private readonly bounds: readonly number[]) {}

  /** Equal sets have equal keys. */
  get key(): string {
    this.#key ??= this.bounds.join();
    return this.#key;
  }

  get isEmpty(): boolean {
    return this.bounds.length === 0;
  }

  get isAll(): boolean {
    return this.key === PortSet.all.key;
  }

  has(protocol: Protocol, port: number): boolean {
    const place = PROTOCOLS.indexOf(protocol) * STRETCH + port;
    for (let index = 0; index < this.bounds.length; index += 2) {
      if (place <= this.bounds[index + 1]) {
        return place >= this.bounds[index];
      }
    }
    return false;
  }

  intersects({ bounds }: PortSet): boolean {
    const own = this.bounds;
    for (let one = 0, two = 0; one < own.length && two < bounds.length; ) {
      if (own[one + 1] < bounds[two]) {
        one += 2;
      } else if (bounds[two + 1] < own[one]) {
        two += 2;
      } else {
        return true;
      }
    }
    return false;
  }

  /** Whether all ports of `other` are in this set. */
  contains(other: PortSet): boolean {
    return other === this || other.subtract(this).isEmpty;
  }

  intersect(other: PortSet): PortSet {
    if (other === this || other === PortSet.all) {
      return this;
    }
    if (this === PortSet.all) {
      return other;
    }
    const left = this.bounds;
    const right = other.bounds;
    const bounds: number[] = [];
    for (let one = 0, two = 0; one < left.length && two < right.length; ) {
      const from = Math.max(left[one], right[two]);
      const to = Math.min(left[one + 1], right[two + 1]);
      if (from <= to) {
        bounds.push(from, to);
      }
      if (left[one + 1] < right[two + 1]) {
        one += 2;
      } else {
        two += 2;
      }
    }
    return bounds.length === 0 ? PortSet.none : new PortSet(bounds);
  }

  subtract(other: PortSet): PortSet {
    if (other === this || this.isEmpty) {
      return PortSet.none;
    }
    const bounds: number[] = [];
    let next = 0;
    for (let index = 0; index < this.bounds.length; index += 2) {
      let from = this.bounds[index];
      const to = this.bounds[index + 1];
      while (next < other.bounds.length && other.bounds[next + 1] < from) {
        next += 2;
      }
      for (
        let hole = next;
        hole < other.bounds.length && other.bounds[hole] <= to && from <= to;
        hole += 2
      ) {
        if (other.bounds[hole] > from) {
          bounds.push(from, other.bounds[hole] - 1);
        }
        from = other.bounds[hole + 1] + 1;
      }
      if (from <= to) {
        bounds.push(from, to);
      }
    }
    return bounds.length === 0 ? PortSet.none : new PortSet(bounds);
  }

  /** By protocol, then number. */
  ranges(): PortRange[] {
    const ranges: PortRange[] = [];
    for (let index = 0; index < this.bounds.length; index += 2) {
      const stretch = Math.floor(this.bounds[index] / STRETCH);
      ranges.push({
        protocol: PROTOCOLS[stretch],
        from: this.bounds[index] - stretch * STRETCH,
        to: this.bounds[index + 1] - stretch * STRETCH,
      });
    }
    return ranges;
  }
}
