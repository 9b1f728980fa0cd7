/** What becomes of what a pod without a sidecar sends: nobody changes it, except where ztunnel knows the address. */
import { ClusterSnapshot } from '../../../snapshot';
import { PodDataPlane } from '../../dataPlane';
import { linkerdOutside } from '../../linkerd/linkerdOutside';
import type { Member } from '../transport';
import { OutboundAnswer, direct, unknownOutbound } from './outboundAnswer';
import type { OutboundCall } from './outboundCall';
import { RegistryHost, registryOf } from './registry';

export function withoutSidecar(
  client: Member,
  { dataPlane, reason }: PodDataPlane,
  { address, port }: OutboundCall,
  snapshot: ClusterSnapshot,
): OutboundAnswer {
  switch (dataPlane) {
    case 'linkerd':
      return linkerdOutside(client, { address, port }, snapshot);
    case 'ambient': {
      const gap = snapshot.coverage.gap('ServiceEntry');
      const host = calledBy(address, port, snapshot);
      if (gap || host) {
        return unknownOutbound(
          gap?.reason ??
            `ztunnel takes ${address} for ${host?.host}, and where that leads, perhaps through a waypoint, is not decided here`,
        );
      }
      return {
        ...direct(address, port),
        outcome: 'passed-on',
        reason: 'ztunnel passes on what goes to addresses outside as it is',
      };
    }
    default:
      return {
        ...direct(address, port),
        outcome: 'uncaptured',
        reason: `it is in no mesh (${reason})`,
      };
  }
}

/** A host of a ServiceEntry that has an address of its own. */
function calledBy(
  called: string,
  port: number,
  snapshot: ClusterSnapshot,
): RegistryHost | undefined {
  return snapshot
    .derive(registryOf)
    .byPort.get(port)
    ?.find(
      ({ source, address, allocated }) =>
        'entry' in source && [address, allocated].includes(called),
    );
}
