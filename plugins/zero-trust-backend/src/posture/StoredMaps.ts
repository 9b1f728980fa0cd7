/** The maps of connections that were read last, ready to be asked. What is stored decides: a map that has become another is read anew. */
import {
  ConnectionMap,
  ProfileGraph,
} from '@backstage-zero-trust/posture-engine';
import type {
  ConnectionState,
  ConnectionStore,
} from '../database/ConnectionStore';

export interface StoredMap {
  map: ConnectionMap;
  graph: ProfileGraph;
}

/** Of a large cluster one takes some 50 MB. */
const MOST_KEPT = 4;

export class StoredMaps {
  readonly #store: Pick<ConnectionStore, 'readMap'>;
  /** The one that was asked last comes last. */
  readonly #kept = new Map<
    string,
    { digest: string; map: Promise<StoredMap | undefined> }
  >();

  static create(store: Pick<ConnectionStore, 'readMap'>): StoredMaps {
    return new StoredMaps(store);
  }

  private constructor(store: Pick<ConnectionStore, 'readMap'>) {
    this.#store = store;
  }

  /** Undefined where it has become another since the state was read. */
  async get(
    state: Pick<ConnectionState, 'cluster' | 'digest'>,
  ): Promise<StoredMap | undefined> {
    const { cluster, digest } = state;
    const known = this.#kept.get(cluster);
    const kept =
      known?.digest === digest ? known : { digest, map: this.#read(state) };
    this.#kept.delete(cluster);
    this.#kept.set(cluster, kept);
    for (const oldest of [...this.#kept.keys()].slice(0, -MOST_KEPT)) {
      this.#kept.delete(oldest);
    }
    try {
      const map = await kept.map;
      if (!map) {
        this.#forget(cluster, digest);
      }
      return map;
    } catch (error) {
      this.#forget(cluster, digest);
      throw error;
    }
  }

  #forget(cluster: string, digest: string): void {
    if (this.#kept.get(cluster)?.digest === digest) {
      this.#kept.delete(cluster);
    }
  }

  async #read(
    state: Pick<ConnectionState, 'cluster' | 'digest'>,
  ): Promise<StoredMap | undefined> {
    const data = await this.#store.readMap(state);
    if (!data) {
      return undefined;
    }
    const map = ConnectionMap.read(data);
    return { map, graph: ProfileGraph.create(map) };
  }
}
