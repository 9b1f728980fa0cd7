/** What `cel/comprehensions.ts` rewrites comprehensions with two variables to. */
import {
  CelInput,
  CelMap,
  CelScalar,
  CelValue,
  celMethod,
  isCelList,
  isCelMap,
  listType,
  mapType,
} from '@bufbuild/cel';
import { MAP_OF_PAIRS, MERGED, PAIRS } from '../comprehensions';

const { DYN } = CelScalar;
const LIST = listType(DYN);
const MAP = mapType(DYN, DYN);

type Key = Parameters<CelMap['get']>[0];

function pairOf(key: CelInput, value: CelInput): Map<string, CelInput> {
  return new Map([
    ['key', key],
    ['value', value],
  ]);
}

/** Throws for a key that is there already, as cel-go does. */
function add(map: Map<Key, CelValue>, key: CelValue, value: CelValue): void {
  if (
    typeof key !== 'string' &&
    typeof key !== 'bigint' &&
    typeof key !== 'boolean'
  ) {
    throw new Error('unsupported key type');
  }
  if (map.has(key)) {
    throw new Error(`insert failed: key ${key} already exists`);
  }
  map.set(key, value);
}

export const PAIRS_LIBRARY = [
  celMethod(PAIRS, DYN, [], LIST, function ask() {
    if (isCelMap(this)) {
      return [...this.entries()].map(([key, value]) => pairOf(key, value));
    }
    if (isCelList(this)) {
      return [...this].map((value, index) => pairOf(BigInt(index), value));
    }
    throw new Error('found no matching overload');
  }),
  celMethod(MAP_OF_PAIRS, LIST, [], MAP, function ask() {
    const map = new Map<Key, CelValue>();
    for (const pair of this) {
      const [key, value] = isCelList(pair) ? [...pair] : [];
      add(map, key, value);
    }
    return map as CelInput<typeof MAP>;
  }),
  celMethod(MERGED, LIST, [], MAP, function ask() {
    const map = new Map<Key, CelValue>();
    for (const entry of this) {
      for (const [key, value] of isCelMap(entry) ? entry.entries() : []) {
        add(map, key, value);
      }
    }
    return map as CelInput<typeof MAP>;
  }),
];
