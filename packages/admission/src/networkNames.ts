/** IP addresses and blocks as Go's netip and net packages read them. */
import ipaddr from 'ipaddr.js';

export type Address = ipaddr.IPv4 | ipaddr.IPv6;

export interface Block {
  address: Address;
  length: number;
}

const FOUR_PARTS = /^(?:(?:0|[1-9]\d{0,2})\.){3}(?:0|[1-9]\d{0,2})$/;

/** netip.ParseAddr: no leading zeros, no short forms; a zone only where it is asked for. */
export function parseAddress(text: string): Address | undefined {
  if (text.includes(':')) {
    const dotted = /[0-9.]*\.[0-9.]*$/.exec(text)?.[0];
    return !text.includes('%') &&
      (dotted === undefined || isDotted(dotted)) &&
      ipaddr.IPv6.isValid(text)
      ? ipaddr.IPv6.parse(text)
      : undefined;
  }
  return isDotted(text) ? ipaddr.IPv4.parse(text) : undefined;
}

function isDotted(text: string): boolean {
  return FOUR_PARTS.test(text) && ipaddr.IPv4.isValidFourPartDecimal(text);
}

/** netip.ParsePrefix: an address, and a length without sign or leading zeros. */
export function parseBlock(text: string): Block | undefined {
  const slash = text.lastIndexOf('/');
  if (slash < 0) {
    return undefined;
  }
  const address = parseAddress(text.slice(0, slash));
  const digits = text.slice(slash + 1);
  const length = /^(?:0|[1-9]\d{0,2})$/.test(digits) ? Number(digits) : NaN;
  const longest = address?.kind() === 'ipv4' ? 32 : 128;
  return address && length <= longest ? { address, length } : undefined;
}

/** An IPv6 address that only wraps an IPv4 one, which Kubernetes takes in no new field. */
export function isMapped(address: Address): boolean {
  return (
    address.kind() === 'ipv6' && (address as ipaddr.IPv6).isIPv4MappedAddress()
  );
}

/** The address without the bits that the block leaves open. */
export function maskedAddress({ address, length }: Block): Address {
  const bytes = address.toByteArray().map((byte, index) => {
    const kept = Math.min(Math.max(length - index * 8, 0), 8);
    return byte & (0xff << (8 - kept)) & 0xff;
  });
  return ipaddr.fromByteArray(bytes);
}

export function blockContains(block: Block, address: Address): boolean {
  return (
    block.address.kind() === address.kind() &&
    maskedAddress(block).toString() ===
      maskedAddress({ address, length: block.length }).toString()
  );
}

/** As Go prints an address: the shortest form, in small letters. */
export function textOfAddress(address: Address): string {
  return address.kind() === 'ipv6'
    ? (address as ipaddr.IPv6).toRFC5952String()
    : address.toString();
}
