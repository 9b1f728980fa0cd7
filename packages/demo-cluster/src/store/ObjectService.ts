/**
 * Every change of an object goes through here, whoever makes it: a client, a
 * controller, or the seed. Checks, defaults, conflicts and metadata are those
 * of a real API server.
 */
import { createHash } from 'node:crypto';
import { applyDefaults } from '../admission/defaults';
import { mountServiceAccountToken, shortHash } from '../admission/serviceAccountToken';
import { validateObject } from '../admission/validate';
import {
  alreadyExists,
  ApiError,
  badRequest,
  conflict,
  invalid,
  notFound,
} from '../api/status';
import { KindRegistry } from '../kinds/KindRegistry';
import { apiVersionOf, resourceName, ServedKind } from '../kinds/servedKind';
import { ApiObject, recordAt } from './apiObject';
import { FieldOwner, trackOwnership } from './managedFields';
import { ObjectStore } from './ObjectStore';

export type WriteVerb = 'create' | 'update' | 'patch' | 'delete' | 'restore';

/** Who did what to which object, for whoever watches the terminal. */
export interface Change {
  user: string;
  verb: WriteVerb;
  kind: string;
  namespace?: string;
  name: string;
}

export interface WriteOptions {
  user: string;
  manager?: string;
  subresource?: 'status' | 'scale';
  dryRun?: boolean;
  /** The verb to report; a patch is stored as an update. */
  verb?: WriteVerb;
  /** For an apply: what it names. */
  apply?: Map<string, readonly string[]>;
}

export interface DeleteOptions extends WriteOptions {
  uid?: string;
  resourceVersion?: string;
}

const NAMESPACES = { group: '', plural: 'namespaces' };

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** What `generation` counts: everything but metadata and status. */
function content(object: ApiObject): unknown {
  const { metadata, status, ...rest } = object;
  return rest;
}

export class ObjectService {
  readonly #store: ObjectStore;
  readonly #kinds: KindRegistry;
  readonly #onChange: (change: Change) => void;
  readonly #seed: string;
  #services = 0;

  static create(options: {
    store: ObjectStore;
    kinds: KindRegistry;
    /** Makes uids of two clusters differ, and those of two runs the same. */
    seed: string;
    onChange?: (change: Change) => void;
  }): ObjectService {
    return new ObjectService(options);
  }

  private constructor(options: {
    store: ObjectStore;
    kinds: KindRegistry;
    seed: string;
    onChange?: (change: Change) => void;
  }) {
    this.#store = options.store;
    this.#kinds = options.kinds;
    this.#seed = options.seed;
    this.#onChange = options.onChange ?? (() => {});
  }

  get(kind: ServedKind, namespace: string | undefined, name: string): ApiObject {
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
      throw badRequest('resourceVersion should not be set on objects to be created');
    }
    if (metadata.name === '' && metadata.generateName) {
      metadata.name = `${metadata.generateName}${shortHash(
        `${metadata.generateName}/${this.#store.revision}`,
      )}`;
    }
    for (const field of ['uid', 'deletionTimestamp', 'managedFields'] as const) {
      delete metadata[field];
    }
    if (kind.status) {
      delete object.status;
    }
    this.#checkNamespace(kind, object);
    validateObject(kind, object);
    if (this.#store.get(resourceName(kind), metadata.namespace, metadata.name)) {
      throw alreadyExists(kind, metadata.name);
    }
    this.#admit(kind, object);
    metadata.creationTimestamp = this.now();
    this.#stampNew(kind, object);
    return this.#write(kind, undefined, object, { verb: 'create', ...options });
  }

  /** Puts back an object as it was kept or written down: its uid, age and status stay, and what it lacks is made up. */
  restore(kind: ServedKind, input: ApiObject, options: WriteOptions): ApiObject {
    const object = this.#prepare(kind, input);
    const { metadata } = object;
    delete metadata.resourceVersion;
    this.#checkNamespace(kind, object);
    validateObject(kind, object);
    this.#admit(kind, object);
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
      metadata.generation = same(content(previous), content(object))
        ? generation
        : generation + 1;
    }
    this.#stampNew(kind, object);
    if (kind.status && object.status === undefined && previous?.status !== undefined) {
      object.status = previous.status;
    }
    return this.#write(kind, previous, object, { verb: 'restore', ...options });
  }

  update(kind: ServedKind, input: ApiObject, options: WriteOptions): ApiObject {
    const { namespace, name } = input.metadata;
    const previous = this.get(kind, namespace, name);
    const given = input.metadata.resourceVersion;
    if (given && given !== previous.metadata.resourceVersion) {
      throw conflict(kind, name);
    }
    if (!given && kind.custom) {
      throw invalid({
        group: kind.group,
        kind: kind.kind,
        name,
        causes: [
          {
            reason: 'FieldValueInvalid',
            field: 'metadata.resourceVersion',
            message: 'Invalid value: 0: must be specified for an update',
          },
        ],
      });
    }
    if (input.metadata.uid && input.metadata.uid !== previous.metadata.uid) {
      throw conflict(
        kind,
        name,
        `Precondition failed: UID in precondition: ${input.metadata.uid}, UID in object meta: ${previous.metadata.uid}`,
      );
    }
    return this.#replace(kind, previous, input, { verb: 'update', ...options });
  }

  delete(
    kind: ServedKind,
    namespace: string | undefined,
    name: string,
    options: DeleteOptions,
  ): ApiObject {
    const object = this.get(kind, namespace, name);
    const { uid, resourceVersion } = object.metadata;
    if (options.uid && options.uid !== uid) {
      throw conflict(
        kind,
        name,
        `Precondition failed: UID in precondition: ${options.uid}, UID in object meta: ${uid}`,
      );
    }
    if (options.resourceVersion && options.resourceVersion !== resourceVersion) {
      throw conflict(
        kind,
        name,
        `Precondition failed: ResourceVersion in precondition: ${options.resourceVersion}, ResourceVersion in object meta: ${resourceVersion}`,
      );
    }
    if (options.dryRun) {
      return object;
    }
    if ((object.metadata.finalizers ?? []).length > 0) {
      return object.metadata.deletionTimestamp
        ? object
        : this.#write(kind, object, this.#terminating(object), {
            ...options,
            verb: 'delete',
          });
    }
    const removed = this.#store.remove(resourceName(kind), object);
    this.#report(kind, removed, { ...options, verb: 'delete' });
    return removed;
  }

  /** The time as objects carry it. */
  now(): string {
    return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  }

  #terminating(object: ApiObject): ApiObject {
    return {
      ...object,
      metadata: {
        ...object.metadata,
        deletionTimestamp: this.now(),
        deletionGracePeriodSeconds: 0,
      },
    };
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

  #checkNamespace(kind: ServedKind, object: ApiObject): void {
    const { namespace } = object.metadata;
    if (!namespace) {
      return;
    }
    const found = this.#store.get('namespaces', undefined, namespace);
    if (!found) {
      throw notFound(NAMESPACES, namespace);
    }
    if (found.metadata.deletionTimestamp) {
      throw new ApiError(
        403,
        'Forbidden',
        `${resourceName(kind)} "${object.metadata.name}" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`,
        { name: object.metadata.name, kind: kind.plural },
      );
    }
  }

  #admit(kind: ServedKind, object: ApiObject): void {
    applyDefaults(kind, object, {
      clusterIP: () => {
        this.#services++;
        return `10.96.${Math.floor(this.#services / 250) + 1}.${
          (this.#services % 250) + 1
        }`;
      },
      nodePort: () => {
        this.#services++;
        return 30000 + (this.#services % 2768);
      },
    });
    if (kind.group === '' && kind.kind === 'Pod') {
      const { namespace } = object.metadata;
      const name = String(recordAt(object, 'spec')?.serviceAccountName);
      mountServiceAccountToken(
        object,
        this.#store.get('serviceaccounts', namespace, name),
      );
      object.status ??= { phase: 'Pending', qosClass: 'BestEffort' };
    }
  }

  #stampNew(kind: ServedKind, object: ApiObject): void {
    const { metadata } = object;
    metadata.uid ??= this.#uid(kind, object);
    if (kind.generation) {
      metadata.generation ??= 1;
    } else {
      delete metadata.generation;
    }
  }

  #uid(kind: ServedKind, { metadata }: ApiObject): string {
    const text = [
      this.#seed,
      resourceName(kind),
      metadata.namespace,
      metadata.name,
      this.#store.revision,
    ].join('/');
    const hex = createHash('sha256').update(text).digest('hex');
    return [
      hex.slice(0, 8),
      hex.slice(8, 12),
      `4${hex.slice(13, 16)}`,
      `a${hex.slice(17, 20)}`,
      hex.slice(20, 32),
    ].join('-');
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
      validateObject(kind, object);
      this.#admit(kind, object);
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
      object.metadata.generation = same(content(previous), content(object))
        ? kept.generation
        : kept.generation + 1;
    }
    if (object.metadata.deletionTimestamp && (object.metadata.finalizers ?? []).length === 0) {
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
      object.metadata.managedFields = trackOwnership({
        owner,
        apiVersion: object.apiVersion,
        time: this.now(),
        before: previous,
        after: object,
        named: options.apply,
      });
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

  #report(kind: ServedKind, { metadata }: ApiObject, options: WriteOptions): void {
    this.#onChange({
      user: options.user,
      verb: options.verb ?? 'update',
      kind: kind.kind,
      ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
      name: metadata.name,
    });
  }
}

/** A write that changes nothing makes no new version and no event. */
function unchanged(previous: ApiObject, object: ApiObject): boolean {
  const bare = (value: ApiObject) => {
    const { managedFields, resourceVersion, ...metadata } = value.metadata;
    const owners = (managedFields ?? []).map(({ time, ...entry }) => entry);
    return sorted({ ...value, metadata: { ...metadata, owners } });
  };
  return same(bare(previous), bare(object));
}

/** Keys in one order at every depth, so that the texts of equal objects are equal. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sorted);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
