/** What lists can be asked beyond CEL itself, per apiserver's `cel/library/lists.go` and cel-go's `ext/lists.go` and `ext/sets.go`. */
import {
  CelScalar,
  CelList,
  CelValue,
  celFunc,
  celMethod,
  isCelList,
  listType,
} from '@bufbuild/cel';
import { add, holds, isEqual, isLess } from './operators';

const { BOOL, DYN, INT } = CelScalar;
const LIST = listType(DYN);

/** A range that anybody means is shorter. */
const LONGEST_RANGE = 100_000n;

function extreme(name: string, isBetter: typeof isLess) {
  return celMethod(name, LIST, [], DYN, function ask() {
    const [first, ...rest] = this;
    if (first === undefined) {
      throw new Error(`${name} called on empty list`);
    }
    return rest.reduce(
      (best, value) => (isBetter(value, best) ? value : best),
      first,
    );
  });
}

function sorted(list: CelList): CelValue[] {
  return [...list].sort((left, right) =>
    isLess(left, right) ? -1 : Number(isLess(right, left)),
  );
}

function flattened(list: CelList, depth: bigint): CelValue[] {
  return [...list].flatMap(value =>
    isCelList(value) && depth > 0n ? flattened(value, depth - 1n) : [value],
  );
}

function sliceOf(list: CelList, from: bigint, to: bigint): CelValue[] {
  if (from < 0n || to > BigInt(list.size) || from > to) {
    throw new Error(`cannot slice(${from}, ${to}) of ${list.size} items`);
  }
  return [...list].slice(Number(from), Number(to));
}

function isWithin(inner: CelList, outer: CelList): boolean {
  return [...inner].every(value => holds(outer, value));
}

export const LISTS = [
  celMethod('isSorted', LIST, [], BOOL, function ask() {
    const values = [...this];
    return values.every(
      (value, index) => index === 0 || !isLess(value, values[index - 1]),
    );
  }),
  celMethod('sum', LIST, [], DYN, function ask() {
    const [first, ...rest] = this;
    return first === undefined ? 0n : rest.reduce(add, first);
  }),
  extreme('min', isLess),
  extreme('max', (left, right) => isLess(right, left)),
  celMethod('indexOf', LIST, [DYN], INT, function ask(value) {
    return BigInt([...this].findIndex(inner => isEqual(inner, value)));
  }),
  celMethod('lastIndexOf', LIST, [DYN], INT, function ask(value) {
    return BigInt([...this].findLastIndex(inner => isEqual(inner, value)));
  }),
  celMethod('includes', LIST, [DYN], BOOL, function ask(value) {
    return holds(this, value);
  }),
  celMethod('distinct', LIST, [], LIST, function ask() {
    const values: CelValue[] = [];
    for (const value of this) {
      if (!holds(values, value)) {
        values.push(value);
      }
    }
    return values;
  }),
  celMethod('flatten', LIST, [], LIST, function ask() {
    return flattened(this, 1n);
  }),
  celMethod('flatten', LIST, [INT], LIST, function ask(depth) {
    return flattened(this, depth);
  }),
  celMethod('reverse', LIST, [], LIST, function ask() {
    return [...this].reverse();
  }),
  celMethod('slice', LIST, [INT, INT], LIST, function ask(from, to) {
    return sliceOf(this, from, to);
  }),
  celMethod('sort', LIST, [], LIST, function ask() {
    return sorted(this);
  }),
  celFunc('lists.range', [INT], LIST, length => {
    if (length > LONGEST_RANGE) {
      throw new Error(`a list of ${length} items is too long`);
    }
    return Array.from({ length: Number(length) }, (_, index) => BigInt(index));
  }),
  celFunc('sets.contains', [LIST, LIST], BOOL, (outer, inner) =>
    isWithin(inner, outer),
  ),
  celFunc(
    'sets.equivalent',
    [LIST, LIST],
    BOOL,
    (left, right) => isWithin(left, right) && isWithin(right, left),
  ),
  celFunc('sets.intersects', [LIST, LIST], BOOL, (left, right) =>
    [...left].some(value => holds(right, value)),
  ),
];
