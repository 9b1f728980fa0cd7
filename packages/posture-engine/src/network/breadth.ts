/** How much one block of addresses takes in, for rules that no engine follows. */
import { IPv6, parseCIDR } from 'ipaddr.js';

/**
 * No private network is larger than 10.0.0.0/8 or fc00::/7, so a larger block
 * names nobody in particular. Public ones of IPv6 are smaller by far:
 * registries of whole continents have a /12.
 */
const LARGEST_PREFIX = { ipv4: 8, uniqueLocal: 7, ipv6: 16 } as const;

/** `::ffff:0:0/96` is all of IPv4. */
const MAPPED_PREFIX = 96;

/**
 * A block that cannot be read counts as large, unless the caller knows that it
 * does nothing: an older API server may have taken it, and so may the network.
 */
export function isLargerThanPrivate(
  cidr: string,
  whenUnreadable = true,
): boolean {
  try {
    const [address, prefix] = parseCIDR(cidr);
    return address instanceof IPv6 &&
      address.isIPv4MappedAddress() &&
      prefix >= MAPPED_PREFIX
      ? prefix - MAPPED_PREFIX < LARGEST_PREFIX.ipv4
      : prefix <
          LARGEST_PREFIX[
            address.range() === 'uniqueLocal' ? 'uniqueLocal' : address.kind()
          ];
  } catch {
    return whenUnreadable;
  }
}
