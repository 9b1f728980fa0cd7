/** Optional values as lists of at most one item; `cel/optionals.ts` rewrites their syntax to these calls. */
import {
  CelList,
  CelScalar,
  CelValue,
  celFunc,
  celMethod,
  isCelList,
  isCelMap,
  listType,
} from '@bufbuild/cel';
import { FLATTEN, INDEX, SELECT } from '../optionals';
import { isEqual } from './operators';

const { BOOL, DYN, STRING } = CelScalar;
const OPTIONAL = listType(DYN);

function entryOf(value: CelValue | undefined, key: CelValue): CelValue[] {
  let found: CelValue | undefined;
  if (isCelMap(value)) {
    found =
      typeof key === 'string' ||
      typeof key === 'bigint' ||
      typeof key === 'boolean'
        ? value.get(key)
        : undefined;
  } else if (isCelList(value) && typeof key === 'bigint') {
    found = value.get(Number(key));
  }
  return found === undefined ? [] : [found];
}

const ZEROS: readonly CelValue[] = [false, 0n, 0, ''];

function isZero(value: CelValue): boolean {
  return (
    value === null ||
    ZEROS.some(zero => typeof zero === typeof value && isEqual(zero, value)) ||
    (isCelList(value) && value.size === 0) ||
    (isCelMap(value) && value.size === 0)
  );
}

function valueIn(optional: CelList): CelValue {
  const value = optional.get(0);
  if (value === undefined) {
    throw new Error('optional.none() dereference');
  }
  return value;
}

export const OPTIONALS = [
  celFunc('optional.of', [DYN], OPTIONAL, value => [value]),
  celFunc('optional.none', [], OPTIONAL, () => []),
  celFunc('optional.ofNonZeroValue', [DYN], OPTIONAL, value =>
    isZero(value) ? [] : [value],
  ),
  celMethod('hasValue', OPTIONAL, [], BOOL, function ask() {
    return this.size > 0;
  }),
  celMethod('value', OPTIONAL, [], DYN, function ask() {
    return valueIn(this);
  }),
  celMethod('or', OPTIONAL, [OPTIONAL], OPTIONAL, function ask(other) {
    return this.size > 0 ? this : other;
  }),
  celMethod('orValue', OPTIONAL, [DYN], DYN, function ask(other) {
    return this.size > 0 ? valueIn(this) : other;
  }),
  celMethod(FLATTEN, OPTIONAL, [], OPTIONAL, function ask() {
    const inner = this.get(0);
    return isCelList(inner) ? inner : [];
  }),
  // Only maps have fields, so a list is an optional one looks into.
  celMethod(SELECT, DYN, [STRING], OPTIONAL, function ask(name) {
    return entryOf(isCelList(this) ? this.get(0) : this, name);
  }),
  celMethod(INDEX, DYN, [DYN], OPTIONAL, function ask(key) {
    return entryOf(this, key);
  }),
];
