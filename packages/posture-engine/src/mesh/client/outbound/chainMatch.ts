/** Which way through a listener Envoy takes: by the address first, then by the server's name, then by what the first bytes are; what leads nowhere is not tried again. */
import { placeOf } from '../../../decisions/addresses';
import { blockOf, isWithin } from '../../authorization/addresses';
import { matchesHost } from '../hosts';
import { Chain } from './listeners';

/** What an application sends. */
export type Sent =
  | { kind: 'http'; host: string }
  | { kind: 'tls'; serverName?: string }
  | { kind: 'tcp' };

/** Undefined where no chain takes it, so that it is as unknown to the proxy as what has no listener. */
export function chainFor(
  chains: readonly Chain[],
  address: string,
  sent: Sent,
): Chain | undefined {
  const named = byServerName(byAddress(chains, address), sent);
  const http = named.find(({ plaintextHttp }) => plaintextHttp);
  const other = named.find(({ plaintextHttp }) => !plaintextHttp);
  const found = sent.kind === 'http' ? http ?? other : other;
  // One that asks for nothing also takes what got stuck elsewhere.
  return found ?? chains.find(asksForNothing);
}

function asksForNothing({ serverNames, blocks, plaintextHttp }: Chain) {
  return (
    !plaintextHttp &&
    blocks === undefined &&
    (serverNames === undefined || serverNames.includes('*'))
  );
}

/** Those of the narrowest block around the address, else those of none. */
function byAddress(
  chains: readonly Chain[],
  address: string,
): readonly Chain[] {
  const place = placeOf(address);
  const sizes = chains.flatMap(chain =>
    (chain.blocks ?? []).flatMap(written => {
      const block = blockOf(written);
      return block && place !== undefined && isWithin(place, block)
        ? [{ chain, size: block.to - block.from }]
        : [];
    }),
  );
  if (sizes.length === 0) {
    return chains.filter(({ blocks }) => blocks === undefined);
  }
  const narrowest = sizes.reduce((least, { size }) =>
    size < least.size ? { ...least, size } : least,
  ).size;
  return sizes
    .filter(({ size }) => size === narrowest)
    .map(({ chain }) => chain);
}

/** Those that name the server, the longest name first; else those that name none. */
function byServerName(chains: readonly Chain[], sent: Sent): readonly Chain[] {
  const asked =
    sent.kind === 'tls' ? sent.serverName?.toLowerCase() : undefined;
  if (asked !== undefined) {
    const names = chains
      .flatMap(({ serverNames = [] }) => serverNames)
      .filter(name => name !== '*' && matchesHost(name, asked));
    const [best] = names.sort(
      (left, right) =>
        Number(left.startsWith('*')) - Number(right.startsWith('*')) ||
        right.length - left.length,
    );
    if (best !== undefined) {
      return chains.filter(({ serverNames }) => serverNames?.includes(best));
    }
  }
  return chains.filter(
    ({ serverNames }) => serverNames === undefined || serverNames.includes('*'),
  );
}
