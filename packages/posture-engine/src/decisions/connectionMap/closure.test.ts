import fc from 'fast-check';
import { emptyBits, hasBit, nextBit, setBit } from './bits';
import { reachableFrom } from './closure';

type Edge = readonly [from: number, to: number];

function rowsOf(size: number, edges: readonly Edge[]): Uint32Array[] {
  const rows = Array.from({ length: size }, () => emptyBits(size));
  for (const [from, to] of edges) {
    setBit(rows[from], to);
  }
  return rows;
}

function closureOf(size: number, edges: readonly Edge[]): string[] {
  const steps = reachableFrom(rowsOf(size, edges));
  for (;;) {
    const { done, value } = steps.next();
    if (done) {
      return value.map(reached =>
        Array.from({ length: size }, (_, index) => index)
          .filter(index => hasBit(reached, index))
          .join(' '),
      );
    }
  }
}

/** One step more, until there are no more. */
function slowly(size: number, edges: readonly Edge[]): string[] {
  return Array.from({ length: size }, (_, start) => {
    const reached = new Set<number>();
    for (let before = -1; before < reached.size; ) {
      before = reached.size;
      for (const [from, to] of edges) {
        if (from === start || reached.has(from)) {
          reached.add(to);
        }
      }
    }
    return [...reached].sort((left, right) => left - right).join(' ');
  });
}

describe('who is reached in any number of steps', () => {
  it('is found along chains, and in circles back to the start', () => {
    expect(
      closureOf(3, [
        [0, 1],
        [1, 2],
      ]),
    ).toEqual(['1 2', '2', '']);
    expect(
      closureOf(3, [
        [0, 1],
        [1, 0],
        [1, 2],
      ]),
    ).toEqual(['0 1 2', '0 1 2', '']);
    expect(closureOf(2, [[0, 0]])).toEqual(['0', '']);
  });

  it('is the same as by taking one step after the other', () => {
    const graph = fc.integer({ min: 1, max: 70 }).chain(size => {
      const node = fc.nat(size - 1);
      return fc.tuple(
        fc.constant(size),
        fc.array(fc.tuple(node, node), { maxLength: 2 * size }),
      );
    });
    fc.assert(
      fc.property(graph, ([size, edges]) => {
        expect(closureOf(size, edges)).toEqual(slowly(size, edges));
      }),
      { numRuns: 300 },
    );
  });
});

describe('sets of numbers', () => {
  it('give their members one after the other', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(200)), members => {
        const bits = emptyBits(201);
        members.forEach(member => setBit(bits, member));
        const found: number[] = [];
        for (let at = nextBit(bits, 0); at >= 0; at = nextBit(bits, at + 1)) {
          found.push(at);
        }
        expect(found).toEqual([...members].sort((a, b) => a - b));
      }),
    );
  });
});
