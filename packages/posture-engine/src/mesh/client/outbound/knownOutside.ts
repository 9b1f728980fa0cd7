/** The ports on which a sidecar knows hosts of ServiceEntries, and the addresses by which they are called. */
import { ClusterSnapshot, PodView } from '../../../snapshot';
import { EgressScope } from './scope';

/** Blocks are named by their first address. */
export function knownOutside(
  client: PodView,
  snapshot: ClusterSnapshot,
): ReadonlyMap<number, readonly string[]> {
  const scope = EgressScope.of(client, snapshot);
  const found = new Map<number, Set<string>>();
  for (const port of scope.registry.entryPorts) {
    for (const listener of scope.listeners) {
      for (const { host } of scope.known(listener, port)) {
        if ('entry' in host.source) {
          const addresses = found.get(port) ?? new Set();
          found.set(port, addresses);
          for (const address of [host.address, host.allocated]) {
            if (address !== undefined && address !== 'everywhere') {
              addresses.add(address.split('/')[0]);
            }
          }
        }
      }
    }
  }
  return new Map([...found].map(([port, addresses]) => [port, [...addresses]]));
}
