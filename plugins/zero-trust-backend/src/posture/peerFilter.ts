/** Which connections a query asks for, and how many there are of each kind. */
import type {
  EntityConnectionQuery,
  EntityConnections,
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

export class PeerFilter {
  static create(query: EntityConnectionQuery): PeerFilter {
    return new PeerFilter(query);
  }

  readonly counts = { in: 0, out: 0 };
  totalCount = 0;
  readonly #query: EntityConnectionQuery;
  readonly #search: string;
  readonly #namespaces = new Map<string, number>();

  private constructor(query: EntityConnectionQuery) {
    this.#query = query;
    this.#search = (query.search ?? '').toLocaleLowerCase('en-US');
  }

  /** Counts connections of which all is the same but the ports; true where the query asks for them. */
  takes(
    connection: { cluster: string; direction: 'in' | 'out'; peer: Peer },
    times: number,
  ): boolean {
    const { cluster, direction, peer } = connection;
    this.counts[direction] += times;
    if (
      (this.#query.direction ?? direction) !== direction ||
      (this.#query.cluster ?? cluster) !== cluster ||
      !this.#isFound(peer)
    ) {
      return false;
    }
    const namespace = 'workload' in peer ? peer.workload.namespace : OUTSIDE;
    this.#namespaces.set(
      namespace,
      (this.#namespaces.get(namespace) ?? 0) + times,
    );
    if ((this.#query.namespace ?? namespace) !== namespace) {
      return false;
    }
    this.totalCount += times;
    return true;
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
