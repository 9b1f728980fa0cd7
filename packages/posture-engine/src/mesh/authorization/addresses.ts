/** Addresses as the proxies read them in policies: one address, or a block. */
import { AddressRange, placeOf, rangeOf } from '../../decisions/addresses';

const IPV4 = /^(?:(?:0|[1-9][0-9]{0,2})\.){3}(?:0|[1-9][0-9]{0,2})$/;

/** The addresses that a value of `ipBlocks` means; undefined where the proxies cannot read it. */
export function blockOf(written: string): AddressRange | undefined {
  const [address, prefix] = written.split('/');
  if (!IPV4.test(address) && !/^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$/.test(address)) {
    return undefined;
  }
  if (prefix !== undefined) {
    return /^(?:0|[1-9][0-9]{0,2})$/.test(prefix)
      ? rangeOf(written)
      : undefined;
  }
  const place = placeOf(address);
  return place === undefined ? undefined : { from: place, to: place };
}

export function isWithin(place: bigint, { from, to }: AddressRange): boolean {
  return from <= place && place <= to;
}
