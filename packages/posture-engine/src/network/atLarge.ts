/**
 * How much of the world a set of addresses is: somebody in particular, or the
 * internet at large. What the engine says is reached is measured here, never
 * the text of a rule.
 */
import {
  ALL_IPV4,
  AddressRange,
  ClassSet,
  Universe,
  blocksOf,
  joinRanges,
  rangeOf,
} from '../decisions';

/** Blocks that are not routed in the internet, per the registries of special-purpose addresses (RFC 6890 and others). */
const NOT_PUBLIC: readonly AddressRange[] = joinRanges(
  [
    '0.0.0.0/8',
    '10.0.0.0/8',
    '100.64.0.0/10',
    '127.0.0.0/8',
    '169.254.0.0/16',
    '172.16.0.0/12',
    '192.168.0.0/16',
    '198.18.0.0/15',
    '224.0.0.0/3',
    '::/3',
    '4000::/2',
    '8000::/1',
  ].flatMap(block => rangeOf(block) ?? []),
);

/** No public network of one owner is larger than a /8 of IPv4, or than a /16 of IPv6: registries of whole continents have a /12. */
export const LARGEST_OWNED = { ipv4: 1n << 24n, ipv6: 1n << 112n } as const;

/** The public addresses among these. Ranges are sorted and do not touch. */
export function publicPartOf(ranges: readonly AddressRange[]): AddressRange[] {
  return ranges.flatMap(range => {
    const parts: AddressRange[] = [];
    let { from } = range;
    for (const hole of NOT_PUBLIC) {
      if (hole.to < from || hole.from > range.to) {
        continue;
      }
      if (hole.from > from) {
        parts.push({ from, to: hole.from - 1n });
      }
      from = hole.to + 1n;
    }
    return from <= range.to ? [...parts, { from, to: range.to }] : parts;
  });
}

/** Whether so many public addresses are among these that they are nobody in particular. */
export function isAtLarge(ranges: readonly AddressRange[]): boolean {
  let ipv4 = 0n;
  let ipv6 = 0n;
  for (const { from, to } of publicPartOf(ranges)) {
    if (to <= ALL_IPV4.to) {
      ipv4 += to - from + 1n;
    } else {
      ipv6 += to - from + 1n;
    }
  }
  return ipv4 > LARGEST_OWNED.ipv4 || ipv6 > LARGEST_OWNED.ipv6;
}

/** The addresses outside among some classes, sorted and apart. */
export function rangesIn(
  universe: Universe,
  classes: ClassSet,
): AddressRange[] {
  return joinRanges(
    [...classes.intersect(universe.external)].flatMap(id => {
      const endpoint = universe.get(id);
      return endpoint.kind === 'external' ? endpoint.ranges : [];
    }),
  );
}

/** `192.0.2.0/24`; a single address without its `/32`. */
export function wordsForRanges(ranges: readonly AddressRange[]): string[] {
  return ranges.flatMap(range =>
    blocksOf(range).map(block => block.replace(/\/(32|128)$/, '')),
  );
}
