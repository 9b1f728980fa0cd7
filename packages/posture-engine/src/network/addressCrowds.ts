/** Classes of addresses outside by how many public addresses they are: somebody in particular, or the internet at large. */
import {
  ALL_IPV4,
  AddressRange,
  ClassSet,
  ExternalClass,
  Universe,
} from '../decisions';
import { LARGEST_OWNED, publicPartOf } from './atLarge';

export class Addresses {
  static of({ externalClasses }: Universe): Addresses {
    let addresses = Addresses.#known.get(externalClasses);
    if (!addresses) {
      addresses = new Addresses(externalClasses);
      Addresses.#known.set(externalClasses, addresses);
    }
    return addresses;
  }

  static readonly #known = new WeakMap<readonly ExternalClass[], Addresses>();
  /** The classes of addresses with the most public ones first. */
  readonly largestFirst: readonly ExternalClass[];
  readonly #public: ReadonlyMap<number, bigint>;
  readonly #families: readonly ClassSet[];
  readonly #all: readonly bigint[];

  private constructor(externalClasses: readonly ExternalClass[]) {
    this.#public = new Map(
      externalClasses.map(({ id, ranges }) => [
        id,
        publicPartOf(ranges).reduce(
          (sum, { from, to }) => sum + to - from + 1n,
          0n,
        ),
      ]),
    );
    // Of equal ones the lowest address, so that no order of objects shows.
    this.largestFirst = [...externalClasses].sort((left, right) => {
      const sizes = this.#sizeOf(right.id) - this.#sizeOf(left.id);
      const starts = left.ranges[0].from - right.ranges[0].from;
      return Number((sizes === 0n ? starts : sizes) > 0n) * 2 - 1;
    });
    this.#families = [isIpv4, (range: AddressRange) => !isIpv4(range)].map(
      inFamily =>
        ClassSet.of(
          externalClasses
            .filter(({ ranges: [range] }) => inFamily(range))
            .map(({ id }) => id),
        ),
    );
    this.#all = this.#sizesOf(ClassSet.union(this.#families));
  }

  /** Whether the sets together have more public addresses than anybody in particular. */
  areManyIn(sets: readonly ClassSet[]): boolean {
    const [ipv4, ipv6] = this.#sizesOf(ClassSet.union(sets));
    return ipv4 > LARGEST_OWNED.ipv4 || ipv6 > LARGEST_OWNED.ipv6;
  }

  /** Whether it has half of the public addresses of a family. */
  areMost(set: ClassSet): boolean {
    return this.#sizesOf(set).some(
      (size, family) => size * 2n >= this.#all[family],
    );
  }

  #sizesOf(set: ClassSet): bigint[] {
    return this.#families.map(family => {
      let sum = 0n;
      for (const id of set.intersect(family)) {
        sum += this.#sizeOf(id);
      }
      return sum;
    });
  }

  hasWholeFamily(set: ClassSet): boolean {
    return this.#families.some(family => family.subtract(set).isEmpty);
  }

  #sizeOf(id: number): bigint {
    return this.#public.get(id) ?? 0n;
  }
}

function isIpv4({ from }: AddressRange): boolean {
  return from <= ALL_IPV4.to;
}
