/** The other ends of a service's connections: one peer may be connected several times, and each way counts. */
import {
  ConnectionPeer,
  EntityConnection,
  TRANSPORTS,
  Transport,
  WorkloadRef,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import type { Messages } from '../hooks/useMessages';

export type Direction = EntityConnection['direction'];
export type ConnectionVerdict = EntityConnection['verdict'];

export const DIRECTIONS: readonly Direction[] = ['in', 'out'];

/** The most open first. */
const VERDICTS: readonly ConnectionVerdict[] = [
  'allow',
  'conditional',
  'unknown',
  'deny',
];

export interface Peer {
  /** The same for all its connections of one direction. */
  key: string;
  direction: Direction;
  peer: ConnectionPeer;
  connections: EntityConnection[];
  /** Of all its connections together. */
  verdict: ConnectionVerdict;
  /** Undefined where there is no mesh, and where nothing passes. */
  transport?: Transport;
}

export function workloadKey({ kind, namespace, name }: WorkloadRef): string {
  return `${kind}/${namespace}/${name}`;
}

export function peerKey({
  direction,
  cluster,
  peer,
}: EntityConnection): string {
  const end =
    peer.kind === 'workload'
      ? workloadKey(peer.workload)
      : peer.cidrs.join(' ');
  return [direction, cluster, end].join(':');
}

export function namespaceOf(peer: ConnectionPeer): string {
  return peer.kind === 'workload' ? peer.workload.namespace : '';
}

function strongest(
  verdicts: readonly ConnectionVerdict[],
): ConnectionVerdict | undefined {
  return VERDICTS.find(verdict => verdicts.includes(verdict));
}

/** In the order in which they come first. */
export function peersOf(connections: readonly EntityConnection[]): Peer[] {
  const peers = new Map<string, EntityConnection[]>();
  for (const connection of connections) {
    const key = peerKey(connection);
    peers.set(key, [...(peers.get(key) ?? []), connection]);
  }
  return [...peers].map(([key, own]) => {
    const { verdict = 'unknown', transport } = summaryOf(own);
    return {
      key,
      direction: own[0].direction,
      peer: own[0].peer,
      connections: own,
      verdict,
      ...(transport && { transport }),
    };
  });
}

/**
 * What several connections come to: those to ports on which something is known
 * to be served; where there are none, all. The most open verdict, and on what
 * passes the weakest transport.
 */
export function summaryOf(connections: readonly EntityConnection[]): {
  verdict?: ConnectionVerdict;
  transport?: Transport;
} {
  const served = connections.filter(({ mesh }) => mesh?.served !== false);
  const counted = served.length > 0 ? served : connections;
  const verdict = strongest(counted.map(each => each.verdict));
  const passing = counted.filter(each => each.verdict !== 'deny');
  const transport = TRANSPORTS.find(known =>
    passing.some(({ mesh }) => mesh?.transport === known),
  );
  return { ...(verdict && { verdict }), ...(transport && { transport }) };
}

/** The peers that are workloads, and where they run. */
export function workloadsAmong(
  connections: readonly EntityConnection[],
): { cluster: string; workload: WorkloadRef }[] {
  return connections.flatMap(({ cluster, peer }) =>
    peer.kind === 'workload' ? { cluster, workload: peer.workload } : [],
  );
}

/** How much of the world outside. */
export type Breadth = 'all' | 'most' | 'some';

const EVERY_ADDRESS = 2 ** 32;
/** All of IPv4 but a private range or two is the internet. */
const MOST = 0.9;

/** @param cidrs - blocks that do not overlap; of IPv4 they say enough */
export function breadthOf(cidrs: readonly string[]): Breadth {
  const addresses = [...new Set(cidrs)]
    .filter(cidr => !cidr.includes(':'))
    .reduce((sum, cidr) => sum + 2 ** (32 - Number(cidr.split('/')[1])), 0);
  if (addresses >= EVERY_ADDRESS) {
    return 'all';
  }
  return addresses >= MOST * EVERY_ADDRESS ? 'most' : 'some';
}

export function peerName(peer: ConnectionPeer, t: Messages): string {
  if (peer.kind === 'workload') {
    return peer.title ?? peer.workload.name;
  }
  return t(`connections.outsideOf.${breadthOf(peer.cidrs)}`);
}
