/** Gateways between clusters: doors that lead to whatever Service of the mesh a client of another cluster names. */
import { automaticDoorsOf, ServerDoor } from '../../network/istioServers';
import { hostsOverlap } from '../../network/hosts';
import { ClusterSnapshot, Service } from '../../snapshot';
import { serviceHost } from '../client/hosts';

/** Use as `snapshot.derive(allAutomaticDoors)`. */
function allAutomaticDoors(snapshot: ClusterSnapshot): readonly ServerDoor[] {
  return snapshot.all('Gateway.networking.istio.io').flatMap(automaticDoorsOf);
}

/** Those that lead to a Service; of each the host that means it. */
export function automaticDoorsTo(
  { metadata: { name, namespace = 'default' } }: Service,
  snapshot: ClusterSnapshot,
): readonly ServerDoor[] {
  const host = serviceHost(name, namespace);
  return snapshot
    .derive(allAutomaticDoors)
    .filter(door => hostsOverlap(door.host, host));
}
