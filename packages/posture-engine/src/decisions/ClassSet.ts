/**
 * Sets of endpoint classes, as bits. A set holds only the stretch of words in
 * which it has any: classes are numbered by namespace, so what a namespace's
 * own policy names is a few words, however large the cluster.
 */

const EMPTY = new Uint32Array(0);

export class ClassSet {
  static readonly none = new ClassSet(0, EMPTY);

  static of(ids: Iterable<number>): ClassSet {
    const list = [...ids];
    if (list.length === 0) {
      return ClassSet.none;
    }
    let least = Infinity;
    let greatest = 0;
    for (const id of list) {
      least = Math.min(least, id);
      greatest = Math.max(greatest, id);
    }
    const start = least >>> 5;
    const words = new Uint32Array((greatest >>> 5) - start + 1);
    for (const id of list) {
      words[(id >>> 5) - start] |= 1 << (id & 31);
    }
    return new ClassSet(start, words);
  }

  /** All ids from `from` up to, not including, `to`. */
  static range(from: number, to: number): ClassSet {
    if (from >= to) {
      return ClassSet.none;
    }
    const start = from >>> 5;
    const words = new Uint32Array(((to - 1) >>> 5) - start + 1).fill(~0);
    words[0] &= ~0 << (from & 31);
    if ((to & 31) !== 0) {
      words[words.length - 1] &= ~(~0 << (to & 31));
    }
    return new ClassSet(start, words);
  }

  static union(sets: readonly ClassSet[]): ClassSet {
    const full = sets.filter(set => !set.isEmpty);
    if (full.length < 2) {
      return full[0] ?? ClassSet.none;
    }
    let start = Infinity;
    let end = 0;
    for (const set of full) {
      start = Math.min(start, set.start);
      end = Math.max(end, set.start + set.words.length);
    }
    const words = new Uint32Array(end - start);
    for (const set of full) {
      const shift = set.start - start;
      for (let index = 0; index < set.words.length; index++) {
        words[index + shift] |= set.words[index];
      }
    }
    return new ClassSet(start, words);
  }

  #key: string | undefined;
  #hash: number | undefined;

  private constructor(
    private readonly start: number,
    private readonly words: Uint32Array,
  ) {}

  /** Equal sets have equal hashes; others mostly have not. */
  get hash(): number {
    if (this.#hash === undefined) {
      let hash = this.start;
      for (const word of this.words) {
        hash = Math.imul(hash ^ word, 0x9e3779b1);
        hash ^= hash >>> 15;
      }
      this.#hash = hash;
    }
    return this.#hash;
  }

  equals(other: ClassSet): boolean {
    if (other === this) {
      return true;
    }
    const { words, start } = this;
    if (
      start !== other.start ||
      words.length !== other.words.length ||
      this.hash !== other.hash
    ) {
      return false;
    }
    for (let index = 0; index < words.length; index++) {
      if (words[index] !== other.words[index]) {
        return false;
      }
    }
    return true;
  }

  /** Equal sets have equal keys. */
  get key(): string {
    this.#key ??= `${this.start}:${this.words.join()}`;
    return this.#key;
  }

  get isEmpty(): boolean {
    return this.words.length === 0;
  }

  has(id: number): boolean {
    const word = (id >>> 5) - this.start;
    return (
      word >= 0 &&
      word < this.words.length &&
      (this.words[word] & (1 << (id & 31))) !== 0
    );
  }

  intersect(other: ClassSet): ClassSet {
    if (other === this) {
      return this;
    }
    const start = Math.max(this.start, other.start);
    const end = Math.min(
      this.start + this.words.length,
      other.start + other.words.length,
    );
    if (start >= end) {
      return ClassSet.none;
    }
    const words = new Uint32Array(end - start);
    let isAll = words.length === this.words.length;
    for (let index = 0; index < words.length; index++) {
      const own = this.words[start - this.start + index];
      words[index] = own & other.words[start - other.start + index];
      isAll &&= words[index] === own;
    }
    // Sets that are one object are compared at once.
    return isAll ? this : ClassSet.#trimmed(start, words);
  }

  intersects(other: ClassSet): boolean {
    const start = Math.max(this.start, other.start);
    const end = Math.min(
      this.start + this.words.length,
      other.start + other.words.length,
    );
    for (let word = start; word < end; word++) {
      if (
        (this.words[word - this.start] & other.words[word - other.start]) !==
        0
      ) {
        return true;
      }
    }
    return false;
  }

  subtract(other: ClassSet): ClassSet {
    if (other === this) {
      return ClassSet.none;
    }
    if (this.isEmpty || other.isEmpty || !this.intersects(other)) {
      return this;
    }
    const words = this.words.slice();
    const shift = this.start - other.start;
    for (let index = 0; index < words.length; index++) {
      const there = index + shift;
      if (there >= 0 && there < other.words.length) {
        words[index] &= ~other.words[there];
      }
    }
    return ClassSet.#trimmed(this.start, words);
  }

  /** In rising order. */
  *[Symbol.iterator](): Generator<number> {
    for (let index = 0; index < this.words.length; index++) {
      for (let word = this.words[index]; word !== 0; word &= word - 1) {
        yield (this.start + index) * 32 + 31 - Math.clz32(word & -word);
      }
    }
  }

  static #trimmed(start: number, words: Uint32Array): ClassSet {
    let first = 0;
    let last = words.length;
    while (first < last && words[first] === 0) {
      first++;
    }
    while (last > first && words[last - 1] === 0) {
      last--;
    }
    if (first === last) {
      return ClassSet.none;
    }
    return new ClassSet(
      start + first,
      first === 0 && last === words.length ? words : words.slice(first, last),
    );
  }
}
