/** Every question that a random cluster allows, as properties ask them of the engine and of a reference. */
import {
  Connections,
  EndpointClass,
  PROTOCOLS,
  Protocol,
} from '../../decisions';
import { ClusterSnapshot } from '../../snapshot';
import { ADDRESSES } from './randomCluster';
import type { Peer, ReferenceQuestion } from './referenceNetwork';

/** Pods and addresses with each other, on these ports of all protocols. A pod's connection with itself is not evaluated. */
export function* questionsOf(
  snapshot: ClusterSnapshot,
  ports: readonly number[],
): Generator<ReferenceQuestion & { protocol: Protocol }> {
  const peers: Peer[] = [
    ...snapshot.workloads.flatMap(({ pods }) => pods),
    ...ADDRESSES,
  ];
  for (const source of peers) {
    for (const destination of peers) {
      const outside =
        typeof source === 'string' && typeof destination === 'string';
      if (source !== destination && !outside) {
        for (const protocol of PROTOCOLS) {
          for (const port of ports) {
            yield { source, destination, protocol, port };
          }
        }
      }
    }
  }
}

export function classOf(connections: Connections, peer: Peer): EndpointClass {
  const endpoint =
    typeof peer === 'string'
      ? connections.universe.classOfAddress(peer)
      : connections.universe.classOfPod(peer);
  if (!endpoint) {
    throw new Error('every peer has a class');
  }
  return endpoint;
}
