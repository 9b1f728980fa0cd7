/** The other ends of a service's connections: one peer may be connected several times, and each way counts. */
import type {
  ConnectionPeer,
  EntityConnection,
  WorkloadRef,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import type { Messages } from '../hooks/useMessages';

export type Direction = EntityConnection['direction'];
export type ConnectionVerdict = EntityConnection['verdict'];

export const DIRECTIONS: readonly Direction[] = ['in', 'out'];

/** The most certain first. */
const VERDICTS: readonly ConnectionVerdict[] = [
  'allow',
  'conditional',
  'unknown',
];

export interface Peer {
  /** The same for all its connections of one direction. */
  key: string;
  direction: Direction;
  peer: ConnectionPeer;
  connections: EntityConnection[];
  /** Of its most certain connection. */
  verdict: ConnectionVerdict;
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

export function strongest(
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
  return [...peers].map(([key, own]) => ({
    key,
    direction: own[0].direction,
    peer: own[0].peer,
    connections: own,
    verdict: strongest(own.map(({ verdict }) => verdict)) ?? 'unknown',
  }));
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
