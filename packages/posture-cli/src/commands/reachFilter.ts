/** What `--from` and `--to` of `reach` name: rows by their namespace, workload or pod, and addresses outside. */
import {
  AddressRange,
  EVERY_ADDRESS,
  ReachSide,
  joinRanges,
  placeOf,
  rangeOf,
} from '@backstage-zero-trust/posture-engine';
import { InputError } from '../errors';
import { Group } from './reachEnds';

const EXTERNAL = 'external';

/** Whether a text looks like an address or a block; `10` does not. */
export function isAddress(text: string): boolean {
  const [address] = text.split('/');
  return (
    (address.includes(':') || /^\d+(\.\d+){3}$/.test(address)) &&
    (text.includes('/') ? rangeOf(text) : placeOf(text)) !== undefined
  );
}

/** Without texts everything, the outside too. Throws an {@link InputError} for a text that names nothing. */
export function sideOf(
  texts: readonly string[] | undefined,
  groups: readonly Group[],
): ReachSide<Group> {
  if (!texts) {
    return { groups, external: EVERY_ADDRESS };
  }
  const external: AddressRange[] = [];
  const selected = new Set<Group>();
  for (const text of texts) {
    if (text === EXTERNAL) {
      external.push(...EVERY_ADDRESS);
    } else if (isAddress(text)) {
      external.push(rangeOfText(text));
    } else {
      for (const group of named(text, groups)) {
        selected.add(group);
      }
    }
  }
  return {
    groups: groups.filter(group => selected.has(group)),
    external: joinRanges(external),
  };
}

function rangeOfText(text: string): AddressRange {
  const bits = text.includes(':') ? 128 : 32;
  const range = rangeOf(text.includes('/') ? text : `${text}/${bits}`);
  if (!range) {
    throw new InputError(`${text} is no address and no block of addresses`);
  }
  return range;
}

function named(text: string, groups: readonly Group[]): Group[] {
  const [namespace, ...rest] = text.split('/');
  const name = rest.join('/');
  const found = groups.filter(
    group =>
      group.namespace === namespace &&
      (rest.length === 0 || group.names.has(name)),
  );
  if (found.length === 0) {
    throw new InputError(
      `"${text}" names nothing here: give a namespace, namespace/name, namespace/Kind/name, an address, a block of addresses, or ${EXTERNAL}`,
    );
  }
  return found;
}
