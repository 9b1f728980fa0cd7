/** Which connections a query asks for, and how many there are of each kind. */
import {
  EntityConnection,
  EntityConnectionQuery,
  EntityConnections,
  TRANSPORTS,
  Transport,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import {
  WorkloadReference,
  compare,
} from '@backstage-zero-trust/posture-engine';

/** The other end, before it has the catalog's names. */
export type Peer =
  | { workload: WorkloadReference }
  | { blocks: readonly string[] };

/** Stands for addresses outside among namespaces. */
const OUTSIDE = '';

/** What a query looks at. */
export interface FilteredConnection {
  cluster: string;
  direction: 'in' | 'out';
  peer: Peer;
  verdict: EntityConnection['verdict'];
  /** Undefined in a cluster without a mesh. */
  transport: Transport | undefined;
}

export class PeerFilter {
  static create(query: EntityConnectionQuery): PeerFilter {
    return new PeerFilter(query);
  }

  readonly counts = { in: 0, out: 0 };
  readonly stopped = { in: 0, out: 0 };
  readonly #query: EntityConnectionQuery;
  readonly #search: string;
  readonly #namespaces = new Map<string, number>();
  readonly #transports = new Map<Transport, number>();

  private constructor(query: EntityConnectionQuery) {
    this.#query = query;
    this.#search = (query.search ?? '').toLocaleLowerCase('en-US');
  }

  /** Counts a connection; true where the query asks for it. */
  takes(connection: FilteredConnection): boolean {
    const { cluster, direction, peer, verdict, transport } = connection;
    (verdict === 'deny' ? this.stopped : this.counts)[direction]++;
    if (
      (this.#query.direction ?? direction) !== direction ||
      (this.#query.cluster ?? cluster) !== cluster ||
      !this.#isFound(peer)
    ) {
      return false;
    }
    const namespace = 'workload' in peer ? peer.workload.namespace : OUTSIDE;
    const isOfNamespace = (this.#query.namespace ?? namespace) === namespace;
    const isOfTransport = (this.#query.transport ?? transport) === transport;
    if (isOfTransport) {
      increment(this.#namespaces, namespace);
    }
    if (isOfNamespace && transport !== undefined) {
      increment(this.#transports, transport);
    }
    return isOfNamespace && isOfTransport;
  }

  /** In the order in which the API names them. */
  transports(): EntityConnections['transports'] {
    return TRANSPORTS.flatMap(transport => {
      const count = this.#transports.get(transport);
      return count === undefined ? [] : { transport, count };
    });
  }

  /** The fullest first; what is outside comes last. */
  namespaces(): EntityConnections['namespaces'] {
    return [...this.#namespaces]
      .map(([namespace, count]) => ({ namespace, count }))
      .sort(
        (left, right) =>
          Number(left.namespace === OUTSIDE) -
            Number(right.namespace === OUTSIDE) ||
          right.count - left.count ||
          compare(left.namespace, right.namespace),
      );
  }

  #isFound(peer: Peer): boolean {
    if (this.#search === '') {
      return true;
    }
    const text =
      'workload' in peer
        ? `${peer.workload.namespace}/${peer.workload.name}`
        : peer.blocks.join(' ');
    return text.toLocaleLowerCase('en-US').includes(this.#search);
  }
}

function increment<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
