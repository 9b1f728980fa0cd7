/** What of the whole cluster bears on what every pod's own policies come to. */
import type { ClusterSnapshot } from '../snapshot';
import { apiServersOf } from './cilium';
import { ClusterNetwork, Cni, cniOf, networkOf } from './cni';
import { connectionsOf } from './connections';

export interface NetworkFacts {
  network: ClusterNetwork;
  cni: Cni;
  apiServers?: readonly string[];
  /** Where the pods are that nobody thought of. */
  strangersPlace: string;
}

/** For `Control.facts`, of controls that ask only what is said of the subject's own side. */
export function networkFactsOf(snapshot: ClusterSnapshot): NetworkFacts {
  const apiServers = apiServersOf(snapshot);
  return {
    network: snapshot.derive(networkOf),
    cni: snapshot.derive(cniOf),
    ...(apiServers ? { apiServers } : {}),
    strangersPlace: snapshot.derive(connectionsOf).universe.strangersPlace,
  };
}
