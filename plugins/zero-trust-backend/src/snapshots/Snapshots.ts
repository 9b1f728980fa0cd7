/**
 * The snapshots that any replica asks the engine about. What is stored decides
 * which one that is: the replica that stored it has it at hand, others put it
 * together from its parts, of which they read those again that have changed.
 */
import {
  ClusterSnapshot,
  KubernetesObject,
  readObject,
} from '@backstage-zero-trust/posture-engine';
import { ServiceUnavailableError } from '@backstage/errors';
import type {
  SnapshotState,
  SnapshotStore,
  StoredPart,
} from '../database/SnapshotStore';
import { createTurns } from '../turns';
import { restoreSnapshot } from './snapshotParts';

export interface KnownSnapshot {
  snapshot: ClusterSnapshot;
  observedAt: string;
}

interface Restored {
  snapshot: ClusterSnapshot;
  parts: ReadonlyMap<string, StoredPart>;
}

interface Kept {
  digest: string;
  restored: Promise<Restored | undefined>;
}

/** Of a large cluster one takes some 100 MB, with what is worked out from it. */
const MOST_KEPT = 4;
/** While it is read it may become another. */
const ATTEMPTS = 3;

export class Snapshots {
  readonly #store: Omit<SnapshotStore, 'save'>;
  readonly #held = new Map<
    string,
    { snapshot: ClusterSnapshot; digest: string }
  >();

  /** The one that was asked for last comes last. */
  readonly #kept = new Map<string, Kept>();

  static create(store: Omit<SnapshotStore, 'save'>): Snapshots {
    return new Snapshots(store);
  }

  private constructor(store: Omit<SnapshotStore, 'save'>) {
    this.#store = store;
  }

  /** What this replica has stored itself. */
  hold(held: { snapshot: ClusterSnapshot; digest: string }): void {
    const { cluster } = held.snapshot;
    this.#held.set(cluster, held);
    this.#kept.delete(cluster);
  }

  release(cluster: string): void {
    this.#held.delete(cluster);
  }

  /** Undefined where none was stored yet. Throws a ServiceUnavailableError where it changes faster than it can be read. */
  async get(cluster: string): Promise<KnownSnapshot | undefined> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const state = await this.#store.readState(cluster);
      if (!state) {
        return undefined;
      }
      const { digest, observedAt } = state;
      const held = this.#held.get(cluster);
      if (held?.digest === digest) {
        return { snapshot: held.snapshot, observedAt };
      }
      const restored = await this.#keep(state);
      if (restored) {
        return { snapshot: restored.snapshot, observedAt };
      }
    }
    throw new ServiceUnavailableError(
      `What is known of cluster ${cluster} is changing right now; try again`,
    );
  }

  async #keep(state: SnapshotState): Promise<Restored | undefined> {
    const { cluster, digest } = state;
    const known = this.#kept.get(cluster);
    const kept =
      known?.digest === digest
        ? known
        : { digest, restored: this.#restore(state, known) };
    this.#kept.delete(cluster);
    this.#kept.set(cluster, kept);
    for (const oldest of [...this.#kept.keys()].slice(0, -MOST_KEPT)) {
      this.#kept.delete(oldest);
    }
    try {
      const restored = await kept.restored;
      if (!restored) {
        this.#forget(cluster, kept);
      }
      return restored;
    } catch (error) {
      this.#forget(cluster, kept);
      throw error;
    }
  }

  #forget(cluster: string, kept: Kept): void {
    if (this.#kept.get(cluster) === kept) {
      this.#kept.delete(cluster);
    }
  }

  /** Undefined where it has become another since the state was read. */
  async #restore(
    { cluster, digest, observedAt }: SnapshotState,
    before: Kept | undefined,
  ): Promise<Restored | undefined> {
    const known = (await before?.restored.catch(() => undefined))?.parts;
    const head = await this.#store.readHead({ cluster, digest });
    if (!head) {
      return undefined;
    }
    const parts = new Map<string, StoredPart>();
    const missing: string[] = [];
    for (const [name, wanted] of Object.entries(head.parts)) {
      const part = known?.get(name);
      if (part?.digest === wanted) {
        parts.set(name, part);
      } else {
        missing.push(name);
      }
    }
    for (const [name, part] of await this.#readParts(cluster, missing)) {
      if (part.digest === head.parts[name]) {
        parts.set(name, part);
      }
    }
    if (parts.size < Object.keys(head.parts).length) {
      return undefined;
    }
    const objects = [...parts.values()].flatMap(part => part.objects);
    return {
      snapshot: restoreSnapshot({ cluster, observedAt, head, objects }),
      parts,
    };
  }

  async #readParts(
    cluster: string,
    names: readonly string[],
  ): Promise<[string, StoredPart][]> {
    const turn = createTurns();
    const parts: [string, StoredPart][] = [];
    for (const [name, { digest, objects }] of await this.#store.readParts(
      cluster,
      names,
    )) {
      const read: KubernetesObject[] = [];
      for (const object of objects) {
        const result = readObject(object);
        // What was read is kept alone; it is not read a second time.
        read.push('resource' in result ? result.resource : object);
        await turn();
      }
      parts.push([name, { digest, objects: read }]);
    }
    return parts;
  }
}
