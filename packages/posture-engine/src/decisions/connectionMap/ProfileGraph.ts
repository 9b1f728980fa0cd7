/** Which profiles of workloads reach which, on some port: for certain, and if all that nobody can tell of is open. */
import { PortSet } from '../PortSet';
import { emptyBits, setBit } from './bits';
import type { ConnectionMap } from './ConnectionMap';
import type { OneEnd } from './passages';

export interface GraphRow {
  certain: Uint32Array;
  /** The certain ones among them. */
  possible: Uint32Array;
}

const CLOSED = 1;
const POSSIBLE = 2;
const CERTAIN = 3;

/** What an outcome comes to, whoever decided it. */
interface Shape {
  open: PortSet;
  unknown: PortSet;
}

export class ProfileGraph {
  static create(map: ConnectionMap): ProfileGraph {
    return new ProfileGraph(map);
  }

  /** How many workloads have each profile. */
  readonly counts: readonly number[];
  readonly #shapes: Shape[] = [];
  /** By outcome. */
  readonly #shapeOf: number[] = [];
  /** By shape going out, then by shape coming in; 0 where it is not known yet. */
  readonly #meetings: (Uint8Array | undefined)[] = [];
  readonly #profilesOf: readonly (readonly number[])[];
  readonly #placed: readonly number[];
  readonly #rows = new Map<number, GraphRow>();
  /** Of the side that was last read: the shape for each class. */
  #egress: { side: number; shapes: Uint32Array } | undefined;

  private constructor(private readonly map: ConnectionMap) {
    const counts = new Array<number>(map.numberOfProfiles).fill(0);
    for (const profile of map.profileOf) {
      counts[profile]++;
    }
    this.counts = counts;
    const numbers = new Map<string, number>();
    for (const outcome of map.outcomes) {
      const shape = shapeOf(outcome);
      const key = `${shape.open.key}/${shape.unknown.key}`;
      const number = numbers.get(key) ?? this.#shapes.push(shape) - 1;
      numbers.set(key, number);
      this.#shapeOf.push(number);
    }
    const profilesOf = Array.from(
      { length: map.numberOfClasses },
      (): number[] => [],
    );
    counts.forEach((_, profile) => {
      for (const id of map.classesOf(profile)) {
        profilesOf[id].push(profile);
      }
    });
    this.#profilesOf = profilesOf;
    this.#placed = counts.flatMap((_, profile) =>
      map.hasPlaces(profile) ? profile : [],
    );
  }

  /** Whom a workload of the profile reaches; its own profile where others of it are reached. */
  row(profile: number): GraphRow {
    let row = this.#rows.get(profile);
    if (!row) {
      row = this.#compute(profile);
      this.#rows.set(profile, row);
    }
    return row;
  }

  #compute(profile: number): GraphRow {
    const { map } = this;
    const size = map.numberOfProfiles;
    const row: GraphRow = {
      certain: emptyBits(size),
      possible: emptyBits(size),
    };
    const add = (destination: number, meeting: number) => {
      if (meeting !== CLOSED) {
        setBit(row.possible, destination);
      }
      if (meeting === CERTAIN) {
        setBit(row.certain, destination);
      }
    };
    const isPlaced = map.hasPlaces(profile);
    for (const source of map.classesOf(profile)) {
      const out = this.#shapesGoingOut(map.sideOf(source, 'egress'));
      const known = new Uint32Array(map.numberOfSides);
      for (let id = 0; id < out.length; id++) {
        const profiles = this.#profilesOf[id];
        if (profiles.length > 0) {
          const side = map.sideOf(id, 'ingress');
          // Shapes are remembered one higher, so that 0 is none.
          known[side] ||= this.#shapeOf[map.outcomeAt(side, source)] + 1;
          const meeting = this.#meeting(out[id], known[side] - 1);
          for (const destination of profiles) {
            if (!isPlaced && !map.hasPlaces(destination)) {
              add(destination, meeting);
            }
          }
        }
      }
    }
    // What depends on the place of both is asked pair by pair: there are few such workloads.
    const others = isPlaced ? this.counts.keys() : this.#placed;
    for (const destination of others) {
      for (const view of map.viewsOf(profile, destination)) {
        add(
          destination,
          this.#meeting(
            this.#shapeOf[
              map.outcomeAt(map.sideOf(view.source, 'egress'), view.destination)
            ],
            this.#shapeOf[
              map.outcomeAt(
                map.sideOf(view.destination, 'ingress'),
                view.source,
              )
            ],
          ),
        );
      }
    }
    return row;
  }

  #shapesGoingOut(side: number): Uint32Array {
    if (this.#egress?.side !== side) {
      const shapes = new Uint32Array(this.map.numberOfClasses);
      for (const { peers, outcome } of this.map.partsOf(side)) {
        const shape = this.#shapeOf[outcome];
        for (const id of peers) {
          shapes[id] = shape;
        }
      }
      this.#egress = { side, shapes };
    }
    return this.#egress.shapes;
  }

  #meeting(out: number, into: number): number {
    const meetings = (this.#meetings[out] ??= new Uint8Array(
      this.#shapes.length,
    ));
    if (meetings[into] === 0) {
      meetings[into] = meet(this.#shapes[out], this.#shapes[into]);
    }
    return meetings[into];
  }
}

function shapeOf(outcome: readonly OneEnd[]): Shape {
  const ports = (belongs: (end: OneEnd) => boolean) =>
    PortSet.union(outcome.filter(belongs).map(end => end.ports));
  return {
    open: ports(
      ({ verdict, conditions }) => verdict === 'allow' || conditions.length > 0,
    ),
    unknown: ports(({ verdict }) => verdict === 'unknown'),
  };
}

function meet(out: Shape, into: Shape): number {
  const meets = (left: PortSet, right: PortSet) =>
    !left.intersect(right).isEmpty;
  if (meets(out.open, into.open)) {
    return CERTAIN;
  }
  return meets(out.unknown, into.open) ||
    meets(out.unknown, into.unknown) ||
    meets(out.open, into.unknown)
    ? POSSIBLE
    : CLOSED;
}
