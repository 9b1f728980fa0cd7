/**
 * The objects of one cluster under one revision counter, and the log of
 * changes that watches follow and that older states are told from. What
 * `compact` drops is gone: whoever asks for it gets 410, as from etcd.
 */
import { ApiObject, keyOf } from './apiObject';

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

export interface StoreChange {
  revision: number;
  /** Resource name, such as `deployments.apps`. */
  resource: string;
  type: ChangeType;
  key: string;
  /** After the change; of a deleted object its last state, at the revision of the deletion. */
  object: ApiObject;
  previous?: ApiObject;
}

/** A request for a state that is no longer known. */
export class CompactedError extends Error {
  constructor(readonly requested: number, readonly oldest: number) {
    super(`revision ${requested} was compacted, the oldest is ${oldest}`);
  }
}

const LONGEST_LOG = 20_000;

function byKey(left: [string, unknown], right: [string, unknown]): number {
  if (left[0] === right[0]) {
    return 0;
  }
  return left[0] < right[0] ? -1 : 1;
}

export class ObjectStore {
  readonly #resources = new Map<string, Map<string, ApiObject>>();
  readonly #listeners = new Set<(change: StoreChange) => void>();
  #log: StoreChange[] = [];
  #revision = 1;
  #compacted = 0;

  /** The revision of the latest change. */
  get revision(): number {
    return this.#revision;
  }

  /** States up to and including this revision are gone. */
  get compactedRevision(): number {
    return this.#compacted;
  }

  get(resource: string, namespace: string | undefined, name: string) {
    return this.#resources.get(resource)?.get(keyOf(namespace, name));
  }

  /** All objects of a resource in the order of their keys. */
  list(resource: string): ApiObject[] {
    return this.#sorted(this.#resources.get(resource) ?? new Map());
  }

  /** The objects of a resource as they were at a revision. */
  listAt(resource: string, revision: number): ApiObject[] {
    if (revision >= this.#revision) {
      return this.list(resource);
    }
    const state = new Map(this.#resources.get(resource) ?? []);
    for (const change of this.since(revision).reverse()) {
      if (change.resource !== resource) {
        continue;
      }
      if (change.previous) {
        state.set(change.key, change.previous);
      } else {
        state.delete(change.key);
      }
    }
    return this.#sorted(state);
  }

  /** The changes after a revision, oldest first. */
  since(revision: number): StoreChange[] {
    if (revision < this.#compacted) {
      throw new CompactedError(revision, this.#compacted);
    }
    let first = this.#log.length;
    while (first > 0 && this.#log[first - 1].revision > revision) {
      first--;
    }
    return this.#log.slice(first);
  }

  /** Stores an object, new or changed, and returns it with its resourceVersion. */
  put(resource: string, object: ApiObject): ApiObject {
    const { namespace, name } = object.metadata;
    const key = keyOf(namespace, name);
    const objects = this.#resources.get(resource) ?? new Map();
    this.#resources.set(resource, objects);
    const previous = objects.get(key);
    const stored = this.#stamp(object);
    objects.set(key, stored);
    this.#record({
      resource,
      type: previous ? 'MODIFIED' : 'ADDED',
      key,
      object: stored,
      previous,
    });
    return stored;
  }

  /** Removes an object and returns its last state. */
  remove(resource: string, object: ApiObject): ApiObject {
    const { namespace, name } = object.metadata;
    const key = keyOf(namespace, name);
    const objects = this.#resources.get(resource);
    const previous = objects?.get(key);
    if (!objects || !previous) {
      return object;
    }
    objects.delete(key);
    const last = this.#stamp(object);
    this.#record({ resource, type: 'DELETED', key, object: last, previous });
    return last;
  }

  /** Forgets every older state, and moves on by one so that every revision given out so far is one of them. */
  compact(): void {
    this.#revision++;
    this.#compacted = this.#revision;
    this.#log = [];
  }

  /** Hears every change after it happened, in order. */
  subscribe(listener: (change: StoreChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #sorted(objects: ReadonlyMap<string, ApiObject>): ApiObject[] {
    return [...objects].sort(byKey).map(([, object]) => object);
  }

  #stamp(object: ApiObject): ApiObject {
    this.#revision++;
    const resourceVersion = String(this.#revision);
    return { ...object, metadata: { ...object.metadata, resourceVersion } };
  }

  #record(change: Omit<StoreChange, 'revision'>): void {
    const entry = { revision: this.#revision, ...change };
    this.#log.push(entry);
    if (this.#log.length > LONGEST_LOG) {
      const dropped = this.#log.splice(0, LONGEST_LOG / 2);
      this.#compacted = dropped[dropped.length - 1].revision;
    }
    for (const listener of [...this.#listeners]) {
      listener(entry);
    }
  }
}
