/**
 * The addresses outside of the cluster, cut into classes that no policy can
 * tell apart. IPv4 and IPv6 lie on one line of numbers, IPv4 first.
 */
import { IPv6, fromByteArray, parse, parseCIDR } from 'ipaddr.js';

/** Both ends belong to the range. */
export interface AddressRange {
  from: bigint;
  to: bigint;
}

const IPV4_SIZE = 1n << 32n;
const IPV6_SIZE = 1n << 128n;

export const ALL_IPV4: AddressRange = { from: 0n, to: IPV4_SIZE - 1n };
export const ALL_IPV6: AddressRange = {
  from: IPV4_SIZE,
  to: IPV4_SIZE + IPV6_SIZE - 1n,
};

function numberOf(bytes: readonly number[]): bigint {
  let value = 0n;
  for (const byte of bytes) {
    value = value * 256n + BigInt(byte);
  }
  return bytes.length === 4 ? value : value + IPV4_SIZE;
}

/** Of an IPv6 block that maps IPv4: Go, and so Kubernetes, takes `::ffff:0:0/96` for all of IPv4. */
const MAPPED_PREFIX = 96;

/** Where an address lies on the line; undefined for text that is no address. */
export function placeOf(address: string): bigint | undefined {
  try {
    const written = parse(address);
    return numberOf(
      (written instanceof IPv6 && written.isIPv4MappedAddress()
        ? written.toIPv4Address()
        : written
      ).toByteArray(),
    );
  } catch {
    return undefined;
  }
}

/** The addresses of a block, host bits masked; undefined for text that is no block. */
export function rangeOf(cidr: string): AddressRange | undefined {
  try {
    const [written, length] = parseCIDR(cidr);
    const isMapped =
      written instanceof IPv6 &&
      written.isIPv4MappedAddress() &&
      length >= MAPPED_PREFIX;
    const address = isMapped ? written.toIPv4Address() : written;
    const prefix = isMapped ? length - MAPPED_PREFIX : length;
    const bytes = address.toByteArray();
    const size = 1n << BigInt(bytes.length * 8 - prefix);
    const offset = bytes.length === 4 ? 0n : IPV4_SIZE;
    const from = ((numberOf(bytes) - offset) / size) * size + offset;
    return { from, to: from + size - 1n };
  } catch {
    return undefined;
  }
}

/** The fewest blocks that make up a range, lowest first. */
export function blocksOf({ from, to }: AddressRange): string[] {
  const blocks: string[] = [];
  for (let start = from; start <= to; ) {
    const isIpv4 = start < IPV4_SIZE;
    const width = isIpv4 ? 32 : 128;
    const offset = isIpv4 ? 0n : IPV4_SIZE;
    const end = isIpv4 && to >= IPV4_SIZE ? IPV4_SIZE - 1n : to;
    let bits = 0;
    while (
      bits < width &&
      (start - offset) % (1n << BigInt(bits + 1)) === 0n &&
      start + (1n << BigInt(bits + 1)) - 1n <= end
    ) {
      bits++;
    }
    const bytes: number[] = [];
    for (let shift = width - 8; shift >= 0; shift -= 8) {
      bytes.push(Number(((start - offset) >> BigInt(shift)) & 255n));
    }
    blocks.push(`${fromByteArray(bytes)}/${width - bits}`);
    start += 1n << BigInt(bits);
  }
  return blocks;
}

/** The external address space, told apart by a list of blocks. */
export interface AddressClasses {
  /** Class → its ranges, sorted; every address is in exactly one class. */
  classes: readonly (readonly AddressRange[])[];
  /** Class → what makes it one: which of the blocks it lies in, in words that only compare. */
  keys: readonly string[];
  /** The classes that a block consists of; none for text that is no block. */
  classesOf(cidr: string): readonly number[];
  /** The class of an address; undefined for text that is no address. */
  classOf(address: string): number | undefined;
}

/** Addresses are remembered up to here; what falls out is looked up again. */
const MOST_REMEMBERED = 200_000;

/** Cost grows with the blocks, and with how deeply they are nested. */
export function addressClasses(cidrs: Iterable<string>): AddressClasses {
  const ranges = new Map<string, AddressRange>();
  for (const cidr of new Set(cidrs)) {
    const range = rangeOf(cidr);
    if (range) {
      ranges.set(cidr, range);
    }
  }
  const distinct = new Map<string, AddressRange>();
  for (const range of ranges.values()) {
    distinct.set(`${range.from}-${range.to}`, range);
  }
  const borders = new Set([ALL_IPV4.from, ALL_IPV6.from, ALL_IPV6.to + 1n]);
  for (const { from, to } of distinct.values()) {
    borders.add(from);
    borders.add(to + 1n);
  }
  const places = [...borders].sort((left, right) => (left < right ? -1 : 1));
  const opening = new Map<bigint, string[]>();
  const closing = new Map<bigint, string[]>();
  for (const [key, { from, to }] of distinct) {
    opening.set(from, [...(opening.get(from) ?? []), key]);
    closing.set(to + 1n, [...(closing.get(to + 1n) ?? []), key]);
  }

  const classes: AddressRange[][] = [];
  const members = new Map<string, number[]>();
  const bySignature = new Map<string, number>();
  const classAt: number[] = [];
  const open = new Set<string>();
  places.slice(0, -1).forEach((from, index) => {
    closing.get(from)?.forEach(key => open.delete(key));
    opening.get(from)?.forEach(key => open.add(key));
    // The families never share a class: what holds for one says nothing of the other.
    const family = from < IPV4_SIZE ? '4' : '6';
    const signature = [family, ...[...open].sort()].join();
    let id = bySignature.get(signature);
    if (id === undefined) {
      id = classes.push([]) - 1;
      bySignature.set(signature, id);
      for (const key of open) {
        members.set(key, [...(members.get(key) ?? []), id]);
      }
    }
    classAt.push(id);
    classes[id].push({ from, to: places[index + 1] - 1n });
  });

  const known = new Map<string, number | undefined>();
  const find = (address: string) => {
    const place = placeOf(address);
    if (place === undefined) {
      return undefined;
    }
    let low = 0;
    let high = classAt.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (places[middle] <= place) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return classAt[low];
  };
  return {
    classes,
    keys: [...bySignature.keys()],
    classesOf(cidr) {
      const range = ranges.get(cidr);
      return range ? members.get(`${range.from}-${range.to}`) ?? [] : [];
    },
    classOf(address) {
      if (!known.has(address)) {
        if (known.size >= MOST_REMEMBERED) {
          known.clear();
        }
        known.set(address, find(address));
      }
      return known.get(address);
    },
  };
}
