/** Classes of addresses outside by how many public addresses they are: somebody in particular, or the internet at large. */
import {
  ALL_IPV4,
  AddressRange,
  ClassSet,
  ExternalClass,
  Universe,
} from '../decisions';
import { LARGEST_OWNED, publicPartOf } from './atLarge';

/** More than any address is as a number. */
const BEYOND_ALL = 2n ** 130n;

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
  /**
   * By their lowest public address, those without one last: who stands for a
   * set of addresses is then the same however other policies cut them.
   */
  readonly lowestFirst: readonly ExternalClass[];
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
    const rank = new Map(
      externalClasses.map(({ id, ranges }) => {
        const [lowest] = publicPartOf(ranges);
        return [id, lowest ? lowest.from : BEYOND_ALL + ranges[0].from];
      }),
    );
    const rankOf = ({ id }: ExternalClass) => rank.get(id) ?? BEYOND_ALL;
    this.lowestFirst = [...externalClasses].sort((left, right) =>
      rankOf(left) < rankOf(right) ? -1 : 1,
    );
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
