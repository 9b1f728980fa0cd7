/** Sets of small numbers that are filled in place. */

export function emptyBits(size: number): Uint32Array {
  return new Uint32Array((size + 31) >>> 5);
}

export function setBit(bits: Uint32Array, index: number): void {
  bits[index >>> 5] |= 1 << (index & 31);
}

export function hasBit(bits: Uint32Array, index: number): boolean {
  return (bits[index >>> 5] & (1 << (index & 31))) !== 0;
}

export function addBits(bits: Uint32Array, others: Uint32Array): void {
  for (let word = 0; word < bits.length; word++) {
    bits[word] |= others[word];
  }
}

/** Calls for each that is not among `others`, in rising order; a callback, since it runs for every pair. */
export function forEachBit(
  bits: Uint32Array,
  call: (index: number) => void,
  others?: Uint32Array,
): void {
  for (let word = 0; word < bits.length; word++) {
    const left = others ? bits[word] & ~others[word] : bits[word];
    for (let rest = left; rest !== 0; rest &= rest - 1) {
      call(word * 32 + 31 - Math.clz32(rest & -rest));
    }
  }
}

/** The least member that is not less than `from`; -1 if there is none. */
export function nextBit(bits: Uint32Array, from: number): number {
  let word = from >>> 5;
  if (word >= bits.length) {
    return -1;
  }
  let rest = bits[word] & (~0 << (from & 31));
  while (rest === 0) {
    word++;
    if (word >= bits.length) {
      return -1;
    }
    rest = bits[word];
  }
  return word * 32 + 31 - Math.clz32(rest & -rest);
}
