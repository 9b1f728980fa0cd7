/** Ports in words. */
import type { PortRange } from '@backstage-zero-trust/plugin-zero-trust-common';
import type { Messages } from '../hooks/useMessages';

const PROTOCOLS = ['TCP', 'UDP', 'SCTP'] as const;
const LAST = 65_535;

/** Nobody listens on port 0. */
function isEvery({ from, to }: PortRange): boolean {
  return from <= 1 && to === LAST;
}

/** Each part such as `TCP 8080` or `UDP 8000–8999`; one part where every port of every protocol is meant. */
export function describePorts(
  ports: readonly PortRange[],
  t: Messages,
): string[] {
  const whole = new Set(ports.filter(isEvery).map(({ protocol }) => protocol));
  if (PROTOCOLS.every(protocol => whole.has(protocol))) {
    return [t('ports.every')];
  }
  return ports.map(range => {
    const { protocol, from, to } = range;
    if (isEvery(range)) {
      return t('ports.everyOf', { protocol });
    }
    return from === to ? `${protocol} ${from}` : `${protocol} ${from}–${to}`;
  });
}
