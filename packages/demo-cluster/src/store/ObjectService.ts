/**
 * Every change of an object goes through here, whoever makes it: a client, a
 * controller, or the seed. Checks, defaults, conflicts and metadata are those
 * of a real API server.
 */
import { initialStatus } from '../admission/initialStatus';
import { shortHash } from '../admission/serviceAccountToken';
import { validateObject } from '../admission/validate';
import { alreadyExists, notFound, unforeseen } from '../api/status';
import { apiVersionOf, resourceName, ServedKind } from '../kinds/servedKind';
import { Admission, keepAddresses } from './Admission';
import type { ApiObject } from './apiObject';
import { sameContent, unchanged } from './compare';
import { FieldOwner, trackOwnership } from './managedFields';
import { ObjectStore } from './ObjectStore';
import { checkDeletion, checkReplacement } from './preconditions';
import { terminating } from './terminating';
import { uidOf } from './uid';
import type { Change, DeleteOptions, WriteOptions } from './writes';

export interface ObjectServiceOptions {
  store: ObjectStore;
  /** Makes uids of two clusters differ, and those of two runs the same. */
  seed: string;
  /** What webhooks do to a pod that is created; it may change its argument. */
  mutatePod: (pod: ApiObject) => void;
  onChange: (change: Change) => void;
}

export class ObjectService {
  readonly #store: ObjectStore;
  readonly #onChange: (change: Change) => void;
  readonly #admission: Admission;
  readonly #seed: string;

  static create(options: ObjectServiceOptions): ObjectService {
    return new ObjectService(options);
  }

  private constructor(options: ObjectServiceOptions) {
    this.#store = options.store;
    this.#seed = options.seed;
    this.#admission = Admission.create(options.store, options.mutatePod);
    this.#onChange = options.onChange;
  }

  get(
    kind: ServedKind,
    namespace: string | undefined,
    name: string,
  ): ApiObject {
    const object = this.#store.get(resourceName(kind), namespace, name);
    if (!object) {
      throw notFound(kind, name);
    }
    return object;
  }

  create(kind: ServedKind, input: ApiObject, options: WriteOptions): ApiObject {
    const object = this.#prepare(kind, input);
    const { metadata } = object;
    if (metadata.resourceVersion) {
      throw unforeseen(
        'resourceVersion should not be set on objects to be created',
      );
    }
    if (metadata.name === '' && metadata.generateName) {
      metadata.name = `${metadata.generateName}${shortHash(
        `${metadata.generateName}/${this.#store.revision}`,
      )}`;
    }
    for (const field of [
      'uid',
      'deletionTimestamp',
      'managedFields',
    ] as const) {
      delete metadata[field];
    }
    if (kind.status) {
      delete object.status;
      Object.assign(object, initialStatus(kind));
    }
    this.#admission.checkNamespace(kind, object);
    validateObject(kind, object);
    if (
      this.#store.get(resourceName(kind), metadata.namespace, metadata.name)
    ) {
      throw alreadyExists(kind, metadata.name);
    }
    this.#admission.mutate(kind, object);
    this.#admission.complete(kind, object);
    metadata.creationTimestamp = this.now();
    this.#stampNew(kind, object);
    return this.#write(kind, undefined, object, { verb: 'create', ...options });
  }

  /** Puts back an object as it was kept or written down: its uid, age and status stay, and what it lacks is made up. */
  restore(
    kind: ServedKind,
    input: ApiObject,
    options: WriteOptions,
  ): ApiObject {
    const object = this.#prepare(kind, input);
    const { metadata } = object;
    delete metadata.resourceVersion;
    this.#admission.checkNamespace(kind, object);
    validateObject(kind, object);
    this.#admission.complete(kind, object);
    const previous = this.#store.get(
      resourceName(kind),
      metadata.namespace,
      metadata.name,
    );
    metadata.uid ??= previous?.metadata.uid;
    metadata.creationTimestamp ??=
      previous?.metadata.creationTimestamp ?? this.now();
    if (previous && kind.generation) {
      const generation = previous.metadata.generation ?? 1;
      metadata.generation = sameContent(previous, object)
        ? generation
        : generation + 1;
    }
    this.#stampNew(kind, object);
    if (
      kind.status &&
      object.status === undefined &&
      previous?.status !== undefined
    ) {
      object.status = previous.status;
    }
    return this.#write(kind, previous, object, { verb: 'restore', ...options });
  }

  update(kind: ServedKind, input: ApiObject, options: WriteOptions): ApiObject {
    const { namespace, name } = input.metadata;
    const previous = this.get(kind, namespace, name);
    checkReplacement(kind, previous, input);
    return this.#replace(kind, previous, input, { verb: 'update', ...options });
  }

  delete(
    kind: ServedKind,
    namespace: string | undefined,
    name: string,
    options: DeleteOptions,
  ): ApiObject {
    const object = this.get(kind, namespace, name);
    checkDeletion(kind, object, options);
    if (options.dryRun) {
      return object;
    }
    const pending =
      isNamespace(kind) || (object.metadata.finalizers ?? []).length > 0;
    if (pending) {
      return object.metadata.deletionTimestamp
        ? object
        : this.#write(kind, object, terminating(object, this.now()), {
            ...options,
            verb: 'delete',
          });
    }
    const removed = this.#store.remove(resourceName(kind), object);
    this.#report(kind, removed, { ...options, verb: 'delete' });
    return removed;
  }

  /** Removes a Namespace that is being deleted and has nothing in it any more. */
  finalizeNamespace(
    kind: ServedKind,
    name: string,
    options: WriteOptions,
  ): void {
    const removed = this.#store.remove(
      resourceName(kind),
      this.get(kind, undefined, name),
    );
    this.#report(kind, removed, { ...options, verb: 'delete' });
  }

  /** The time as objects carry it. */
  now(): string {
    return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  }

  /** A copy of the input under the stored version. */
  #prepare(kind: ServedKind, input: ApiObject): ApiObject {
    const object = structuredClone(input);
    object.apiVersion = apiVersionOf(kind.group, kind.versions[0]);
    object.kind = kind.kind;
    if (kind.namespaced) {
      object.metadata.namespace ||= 'default';
    } else {
      delete object.metadata.namespace;
    }
    return object;
  }

  #stampNew(kind: ServedKind, object: ApiObject): void {
    const { metadata } = object;
    metadata.uid ??= uidOf(
      this.#seed,
      resourceName(kind),
      metadata.namespace,
      metadata.name,
      this.#store.revision,
    );
    if (kind.generation) {
      metadata.generation ??= 1;
    } else {
      delete metadata.generation;
    }
  }

  #replace(
    kind: ServedKind,
    previous: ApiObject,
    input: ApiObject,
    options: WriteOptions,
  ): ApiObject {
    const object = this.#prepare(kind, input);
    if (options.subresource === 'status') {
      const { status } = object;
      Object.assign(object, structuredClone(previous));
      object.status = status;
    } else {
      if (kind.status) {
        if (previous.status === undefined) {
          delete object.status;
        } else {
          object.status = structuredClone(previous.status);
        }
      }
      keepAddresses(kind, previous, object);
      validateObject(kind, object);
      this.#admission.complete(kind, object);
    }
    const kept = previous.metadata;
    object.metadata = {
      ...object.metadata,
      uid: kept.uid,
      creationTimestamp: kept.creationTimestamp,
      ...(kept.deletionTimestamp
        ? { deletionTimestamp: kept.deletionTimestamp }
        : {}),
      ...(kept.managedFields ? { managedFields: kept.managedFields } : {}),
      resourceVersion: kept.resourceVersion,
    };
    if (kept.generation !== undefined) {
      object.metadata.generation = sameContent(previous, object)
        ? kept.generation
        : kept.generation + 1;
    }
    if (
      object.metadata.deletionTimestamp &&
      (object.metadata.finalizers ?? []).length === 0 &&
      !isNamespace(kind)
    ) {
      if (options.dryRun) {
        return object;
      }
      const removed = this.#store.remove(resourceName(kind), object);
      this.#report(kind, removed, { ...options, verb: 'delete' });
      return removed;
    }
    return this.#write(kind, previous, object, options);
  }

  #write(
    kind: ServedKind,
    previous: ApiObject | undefined,
    object: ApiObject,
    options: WriteOptions,
  ): ApiObject {
    if (options.manager) {
      const owner: FieldOwner = {
        manager: options.manager,
        operation: options.apply ? 'Apply' : 'Update',
        ...(options.subresource ? { subresource: options.subresource } : {}),
      };
      const managedFields = trackOwnership({
        owner,
        apiVersion: object.apiVersion,
        time: this.now(),
        before: previous,
        after: object,
        named: options.apply,
      });
      if (managedFields.length > 0) {
        object.metadata.managedFields = managedFields;
      } else {
        delete object.metadata.managedFields;
      }
    }
    if (previous && unchanged(previous, object)) {
      return previous;
    }
    if (options.dryRun) {
      return object;
    }
    const stored = this.#store.put(resourceName(kind), object);
    this.#report(kind, stored, options);
    return stored;
  }

  #report(
    kind: ServedKind,
    { metadata }: ApiObject,
    options: WriteOptions,
  ): void {
    this.#onChange({
      user: options.user,
      verb: options.verb ?? 'update',
      kind: kind.kind,
      ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
      name: metadata.name,
    });
  }
}

function isNamespace(kind: ServedKind): boolean {
  return kind.group === '' && kind.kind === 'Namespace';
}
