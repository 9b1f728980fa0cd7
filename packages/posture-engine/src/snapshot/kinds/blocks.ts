/** Blocks of addresses as an API server takes them. */
import { IPv4, IPv6, parseCIDR } from 'ipaddr.js';

export const NO_BLOCK =
  'must be a block of addresses such as 192.0.2.0/24 or 2001:db8::/32';

/** Leading zeros are taken in fields that are as old as these, and mean nothing (IsValidCIDRForLegacyField). */
function parse(text: string): [IPv4 | IPv6, number] | undefined {
  try {
    return parseCIDR(text.replace(/(^|[./])0+(?=\d)/g, '$1'));
  } catch {
    return undefined;
  }
}

export function isBlock(text: string): boolean {
  return parse(text) !== undefined;
}

/** Whether a block is a part of another and not all of it; true of what is no block. */
export function isWithin(part: string, whole: string): boolean {
  const [inner, outer] = [parse(part), parse(whole)];
  if (!inner || !outer) {
    return true;
  }
  const [address, prefix] = inner;
  const [network, shorter] = outer;
  return (
    address.kind() === network.kind() &&
    prefix > shorter &&
    address.match(network, shorter)
  );
}
