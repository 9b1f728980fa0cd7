/**
 * What a graph of a service's connections shows: its peers, or, where they are
 * many, their namespaces, of which one can be opened. However many there are,
 * it stays readable; the table beside it has them all.
 */
import type {
  EntityConnections,
  Transport,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import {
  ConnectionVerdict,
  Direction,
  Peer,
  namespaceOf,
  peersOf,
  summaryOf,
} from './peers';

/** More peers than this on one side are grouped by namespace. */
const MANY = 16;
/** So many of a namespace's peers, and so many namespaces, are drawn. */
const DRAWN = 10;

interface Node {
  id: string;
  direction: Direction;
}

export interface PeerNode extends Node {
  kind: 'peer';
  peer: Peer;
  verdict: ConnectionVerdict;
  transport?: Transport;
  /** Drawn below the namespace that was opened. */
  isNested: boolean;
}

export interface GroupNode extends Node {
  kind: 'group';
  /** `''` stands for outside. */
  namespace: string;
  /** Of connections. */
  count: number;
  /** Of its most open connection; undefined where none of them is known here. */
  verdict?: ConnectionVerdict;
  /** The weakest; as of peers. */
  transport?: Transport;
  isOpen: boolean;
}

/** Stands for peers or namespaces that are not drawn, or for nobody at all. */
export interface RestNode extends Node {
  kind: 'rest' | 'nobody';
  count: number;
  verdict?: undefined;
  transport?: undefined;
}

export type GraphNode = PeerNode | GroupNode | RestNode;

/** @param open - the namespace to open, where peers are grouped */
export function graphNodes(
  direction: Direction,
  { items, totalCount, namespaces }: EntityConnections,
  open: string | undefined,
): GraphNode[] {
  const peers = peersOf(items);
  const rest = (id: string, count: number): GraphNode[] =>
    count > 0
      ? [{ kind: 'rest', id: `${direction}:rest:${id}`, direction, count }]
      : [];
  const draw = (peer: Peer, isNested: boolean): GraphNode => ({
    kind: 'peer',
    id: peer.key,
    direction,
    peer,
    verdict: peer.verdict,
    ...(peer.transport && { transport: peer.transport }),
    isNested,
  });
  if (totalCount === 0) {
    return [{ kind: 'nobody', id: `${direction}:nobody`, direction, count: 0 }];
  }
  if (peers.length <= MANY && totalCount === items.length) {
    return peers.map(peer => draw(peer, false));
  }
  // The one that was opened is drawn however small it is.
  const drawn = namespaces.filter(
    ({ namespace }, index) => index < DRAWN || namespace === open,
  );
  return [
    ...drawn.flatMap(({ namespace, count }) => {
      const own = peers.filter(({ peer }) => namespaceOf(peer) === namespace);
      const isOpen = namespace === open;
      const summary = summaryOf(own.flatMap(({ connections }) => connections));
      const group: GraphNode = {
        kind: 'group',
        id: `${direction}:namespace:${namespace}`,
        direction,
        namespace,
        count,
        ...summary,
        isOpen,
      };
      return isOpen
        ? [
            group,
            ...own.slice(0, DRAWN).map(peer => draw(peer, true)),
            ...rest(namespace, Math.max(count, own.length) - DRAWN),
          ]
        : [group];
    }),
    ...rest('', namespaces.length - drawn.length),
  ];
}
