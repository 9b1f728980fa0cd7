/** Ranges of addresses cut where something changes, and joined again where nothing did. */
import { AddressRange, blocksOf } from '../../decisions/addresses';
import { joinRanges } from '../../decisions/groupEdges';

/** Something that holds for some addresses; ranges of several do not overlap. */
export interface Piece<T> {
  ranges: readonly AddressRange[];
  value: T;
}

/** Cuts what holds for some addresses at the borders of some blocks, within which `valueAt` says the same. */
export function cutPieces<T, U>(
  pieces: readonly Piece<T>[],
  blocks: readonly AddressRange[],
  valueAt: (address: string, value: T) => U,
): Piece<U>[] {
  const borders = bordersOf(blocks);
  return pieces.flatMap(({ ranges, value }) =>
    ranges
      .flatMap(range => cut(range, borders))
      .map(range => ({
        ranges: [range],
        value: valueAt(addressAt(range.from), value),
      })),
  );
}

/** What several lists of pieces come to together, address by address; undefined where no list says anything. */
export function overlay<T>(
  lists: readonly (readonly Piece<T>[])[],
  together: (values: readonly T[]) => T,
): Piece<T>[] {
  if (lists.length === 1) {
    return [...lists[0]];
  }
  const borders = bordersOf(lists.flat().flatMap(({ ranges }) => [...ranges]));
  return borders.slice(0, -1).flatMap((from, index) => {
    const values = lists.flatMap(
      list =>
        list.find(({ ranges }) =>
          ranges.some(range => range.from <= from && from <= range.to),
        ) ?? [],
    );
    return values.length === 0
      ? []
      : [
          {
            ranges: [{ from, to: borders[index + 1] - 1n }],
            value: together(values.map(({ value }) => value)),
          },
        ];
  });
}

/** Pieces of which the same is true, as `keyOf` tells, are one; in the order of their first addresses. */
export function joinPieces<T>(
  pieces: readonly Piece<T>[],
  keyOf: (value: T) => string,
): Piece<T>[] {
  const joined = new Map<string, { ranges: AddressRange[]; value: T }>();
  for (const { ranges, value } of pieces) {
    const key = keyOf(value);
    const same = joined.get(key) ?? { ranges: [], value };
    same.ranges.push(...ranges);
    joined.set(key, same);
  }
  return [...joined.values()]
    .map(({ ranges, value }) => ({ ranges: joinRanges(ranges), value }))
    .sort((left, right) =>
      left.ranges[0].from < right.ranges[0].from ? -1 : 1,
    );
}

function bordersOf(ranges: readonly AddressRange[]): bigint[] {
  return [...new Set(ranges.flatMap(({ from, to }) => [from, to + 1n]))].sort(
    (left, right) => (left < right ? -1 : 1),
  );
}

function cut(
  { from, to }: AddressRange,
  borders: readonly bigint[],
): AddressRange[] {
  const starts = [
    from,
    ...borders.filter(border => from < border && border <= to),
  ];
  return starts.map((start, index) => ({
    from: start,
    to: index + 1 < starts.length ? starts[index + 1] - 1n : to,
  }));
}

function addressAt(place: bigint): string {
  const [block] = blocksOf({ from: place, to: place });
  return block.slice(0, block.indexOf('/'));
}
