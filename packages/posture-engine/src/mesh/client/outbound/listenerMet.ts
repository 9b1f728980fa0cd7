/** Which listener of its sidecar a connection meets, and what may be sent there that the listener tells apart. */
import { ClusterSnapshot } from '../../../snapshot';
import { dataPlaneOf } from '../../dataPlane';
import { OutboundBypass, outboundBypass } from '../../outboundBypass';
import { Member } from '../transport';
import { Sent } from './chainMatch';
import { capturesDns } from './dnsCapture';
import { EVERYWHERE, PortListener, listenersOf } from './listeners';
import type { OutboundCall } from './outboundCall';
import { EgressScope } from './scope';
import { VirtualHosts, routingListener } from './virtualHosts';

/** The listener that a connection meets in a sidecar, if any, or what keeps it from the proxy. */
export function listenerMet(
  client: Member,
  { address, port }: Pick<OutboundCall, 'address' | 'port'>,
  snapshot: ClusterSnapshot,
): { listener?: PortListener; bypass?: OutboundBypass } {
  const bypass = outboundBypass(client, port, address, snapshot);
  const listeners = listenersOf(
    {
      scope: EgressScope.of(client.pod, snapshot),
      capturesDns: capturesDns(client.pod, snapshot),
      uncaptured: bypass?.kind === 'interception-mode',
    },
    port,
    snapshot,
  );
  // What a pod sends to itself meets no listener of a Service's pods.
  const exact =
    address === client.pod.ips[0] ? undefined : listeners.get(address);
  if (bypass && !exact?.bound) {
    return { bypass };
  }
  const listener = exact ?? listeners.get(EVERYWHERE);
  return listener ? { listener } : {};
}

/** What an application may send to a port, as far as its proxy tells it apart: something that names nobody, and everybody whom the proxy knows there by name. */
export function waysOut(
  client: Member,
  to: Pick<OutboundCall, 'address' | 'port'>,
  snapshot: ClusterSnapshot,
): Sent[] {
  const { dataPlane } = dataPlaneOf(client.workload, client.pod, snapshot);
  const { listener } =
    dataPlane === 'sidecar'
      ? listenerMet(client, to, snapshot)
      : { listener: undefined };
  const chains = listener?.chains ?? [];
  const scope = EgressScope.of(client.pod, snapshot);
  const routing = chains.some(chain => chain.to === 'by host')
    ? routingListener(scope, to.port)
    : undefined;
  const hosts = routing ? VirtualHosts.of(scope, routing, to.port).all() : [];
  const serverNames = chains.flatMap(chain => chain.serverNames ?? []);
  return [
    { kind: 'tcp' },
    ...[...new Set(hosts.map(({ host }) => host.host))].map(host => ({
      kind: 'http' as const,
      host,
    })),
    ...[...new Set(serverNames)].map(serverName => ({
      kind: 'tls' as const,
      serverName,
    })),
  ];
}
