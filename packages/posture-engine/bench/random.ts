/** Numbers that look random and are the same on every run. */
export class Random {
  static create(seed: number): Random {
    return new Random(seed);
  }

  private constructor(private state: number) {}

  /** From 0 up to, not including, `end`: Marsaglia's xorshift on 32 bits. */
  below(end: number): number {
    let next = this.state || 1;
    next ^= next << 13;
    next ^= next >>> 17;
    next ^= next << 5;
    this.state = next;
    return (next >>> 0) % end;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)];
  }

  /** True `percent` times of a hundred. */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
}

/**
 * Shares a total out by Zipf's law, as sizes of namespaces are: a few are very
 * large, most are small, and each has one at least.
 */
export function shares(total: number, parts: number): number[] {
  const weights = Array.from({ length: parts }, (_, rank) => 1 / (rank + 5));
  const sum = weights.reduce((one, other) => one + other, 0);
  const sizes = weights.map(
    weight => 1 + Math.floor((weight / sum) * (total - parts)),
  );
  const missing = total - sizes.reduce((one, other) => one + other, 0);
  return sizes.map((size, index) => size + (index < missing ? 1 : 0));
}
