/** Removes what lost its last owner, as the garbage collector of a cluster does. */
import type { KindRegistry } from '../kinds/KindRegistry';
import type { ApiObject } from '../store/apiObject';
import type { ObjectService } from '../store/ObjectService';
import type { ObjectStore, StoreChange } from '../store/ObjectStore';

interface Dependent {
  resource: string;
  namespace: string | undefined;
  name: string;
}

export const GARBAGE_COLLECTOR =
  'system:serviceaccount:kube-system:generic-garbage-collector';

export class GarbageCollector {
  readonly #store: ObjectStore;
  readonly #kinds: KindRegistry;
  readonly #objects: ObjectService;
  /** By the uid of an owner. */
  readonly #dependents = new Map<string, Map<string, Dependent>>();
  readonly #gone: string[] = [];

  static create(options: {
    store: ObjectStore;
    kinds: KindRegistry;
    objects: ObjectService;
  }): GarbageCollector {
    const collector = new GarbageCollector(options);
    options.store.subscribe(change => collector.#see(change));
    return collector;
  }

  private constructor(options: {
    store: ObjectStore;
    kinds: KindRegistry;
    objects: ObjectService;
  }) {
    this.#store = options.store;
    this.#kinds = options.kinds;
    this.#objects = options.objects;
  }

  /** The present objects that name an owner by its uid. */
  dependentsOf(uid: string | undefined, resource?: string): ApiObject[] {
    const found: ApiObject[] = [];
    for (const dependent of this.#dependents.get(uid ?? '')?.values() ?? []) {
      if (resource === undefined || dependent.resource === resource) {
        const { namespace, name } = dependent;
        const object = this.#store.get(dependent.resource, namespace, name);
        if (object) {
          found.push(object);
        }
      }
    }
    return found;
  }

  /** Takes an owner off its dependents, so that they stay when it goes. */
  orphanDependents(owner: ApiObject): void {
    for (const dependent of this.dependentsOf(owner.metadata.uid)) {
      const kind = this.#kinds.ofManifest(dependent.apiVersion, dependent.kind);
      if (kind) {
        const ownerReferences = (
          dependent.metadata.ownerReferences ?? []
        ).filter(({ uid }) => uid !== owner.metadata.uid);
        this.#objects.update(
          kind,
          {
            ...dependent,
            metadata: { ...dependent.metadata, ownerReferences },
          },
          { user: GARBAGE_COLLECTOR },
        );
      }
    }
  }

  /** Removes what is due; returns whether anything was. */
  collect(): boolean {
    let removed = false;
    for (
      let uid = this.#gone.pop();
      uid !== undefined;
      uid = this.#gone.pop()
    ) {
      for (const object of this.dependentsOf(uid)) {
        removed = this.#collectOne(object) || removed;
      }
    }
    return removed;
  }

  #collectOne(object: ApiObject): boolean {
    const kind = this.#kinds.ofManifest(object.apiVersion, object.kind);
    const owned = (object.metadata.ownerReferences ?? []).some(owner =>
      this.#ownerExists(owner, object.metadata.namespace),
    );
    if (!kind || owned || object.metadata.deletionTimestamp) {
      return false;
    }
    const { namespace, name } = object.metadata;
    this.#objects.delete(kind, namespace, name, { user: GARBAGE_COLLECTOR });
    return true;
  }

  #ownerExists(
    owner: { apiVersion: string; kind: string; name: string; uid: string },
    namespace: string | undefined,
  ): boolean {
    const kind = this.#kinds.ofManifest(owner.apiVersion, owner.kind);
    if (!kind) {
      return false;
    }
    const resource =
      kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`;
    const found = this.#store.get(
      resource,
      kind.namespaced ? namespace : undefined,
      owner.name,
    );
    return found?.metadata.uid === owner.uid;
  }

  #see({ resource, type, key, object, previous }: StoreChange): void {
    const { namespace, name, uid } = object.metadata;
    const id = `${resource}/${key}`;
    for (const owner of previous?.metadata.ownerReferences ?? []) {
      this.#dependents.get(owner.uid)?.delete(id);
    }
    if (type === 'DELETED') {
      if (uid) {
        this.#gone.push(uid);
      }
      return;
    }
    for (const owner of object.metadata.ownerReferences ?? []) {
      const dependents =
        this.#dependents.get(owner.uid) ?? new Map<string, Dependent>();
      dependents.set(id, { resource, namespace, name });
      this.#dependents.set(owner.uid, dependents);
    }
  }
}
