/** Requests for stored objects, everything but watches: from a request to a read or a write, and to the answer. */
import { decodeObject } from '../admission/decode';
import type { GarbageCollector } from '../controllers/GarbageCollector';
import { resourceName } from '../kinds/servedKind';
import type { ApiObject } from '../store/apiObject';
import { fieldsOf } from '../store/managedFields';
import type { ObjectService } from '../store/ObjectService';
import type { ObjectStore } from '../store/ObjectStore';
import { applyOnto } from '../store/serverSideApply';
import type { Answer } from './answer';
import { Deletions } from './Deletions';
import { parseListOptions } from './listOptions';
import { readBody } from './mediaTypes';
import { APPLY_PATCH, patched, patchType } from './patches';
import { listObjects } from './reads';
import { representList, representObject, versioned } from './representation';
import {
  checkSubresource,
  namespaceOf,
  representationOf,
  ResourceCall,
  versionOf,
} from './resourceCall';
import { fromScale, toScale } from './scale';
import { badRequest, methodNotAllowed } from './status';
import { decodePatched, readApplied } from './writeBodies';
import {
  optionsError,
  parseWriteOptions,
  RequestWriteOptions,
} from './writeOptions';

export class ResourceApi {
  readonly #store: ObjectStore;
  readonly #objects: ObjectService;
  readonly #deletions: Deletions;

  static create(options: {
    store: ObjectStore;
    objects: ObjectService;
    garbage: GarbageCollector;
  }): ResourceApi {
    return new ResourceApi(options);
  }

  private constructor(options: {
    store: ObjectStore;
    objects: ObjectService;
    garbage: GarbageCollector;
  }) {
    this.#store = options.store;
    this.#objects = options.objects;
    this.#deletions = Deletions.create(options);
  }

  handle(call: ResourceCall): Answer {
    const { kind, info, request } = call;
    checkSubresource(kind, info);
    const named = info.name !== undefined;
    if (
      kind.namespaced &&
      info.namespace === undefined &&
      request.method !== 'GET'
    ) {
      throw methodNotAllowed();
    }
    switch (request.method) {
      case 'GET':
        return named ? this.#get(call) : this.#list(call);
      case 'POST':
        if (named) {
          throw methodNotAllowed();
        }
        return this.#create(call);
      case 'PUT':
        if (!named) {
          throw methodNotAllowed();
        }
        return this.#update(call);
      case 'PATCH':
        if (!named) {
          throw methodNotAllowed();
        }
        return this.#patch(call);
      case 'DELETE':
        if (info.subresource) {
          throw methodNotAllowed();
        }
        return named
          ? this.#deletions.one(call)
          : this.#deletions.collection(call);
      default:
        throw methodNotAllowed();
    }
  }

  #get(call: ResourceCall): Answer {
    return this.#answer(200, this.#current(call), call);
  }

  #list(call: ResourceCall): Answer {
    const { kind, info, request } = call;
    const how = representationOf(call);
    const { items, metadata } = listObjects(
      this.#store,
      { kind, version: info.version, namespace: namespaceOf(call) },
      parseListOptions(request.query),
    );
    return { code: 200, body: representList(items, metadata, how) };
  }

  #create(call: ResourceCall): Answer {
    const { kind, request } = call;
    const how = representationOf(call);
    const options = optionsOf(call, 'CreateOptions');
    const body = readBody(request.body, request.contentType, kind.kind);
    const input = decodeObject(body, {
      ...this.#expected(call),
      strict: options.strict,
    });
    const object = this.#objects.create(kind, input, {
      user: call.user,
      ...options,
    });
    return { code: 201, body: representObject(object, how) };
  }

  #update(call: ResourceCall): Answer {
    const options = optionsOf(call, 'UpdateOptions');
    const body = readBody(
      call.request.body,
      call.request.contentType,
      call.kind.kind,
    );
    return this.#replace(call, body, options, 'update');
  }

  #patch(call: ResourceCall): Answer {
    const { kind, info, request } = call;
    const type = patchType(request.contentType, kind);
    const options = optionsOf(call, 'PatchOptions');
    if (type === APPLY_PATCH) {
      return this.#apply(call, options);
    }
    if (options.force) {
      throw optionsError('PatchOptions', [
        {
          reason: 'FieldValueForbidden',
          field: 'force',
          message: 'Forbidden: may not be specified for non-apply patch',
        },
      ]);
    }
    const current = this.#current(call);
    const shown =
      info.subresource === 'scale'
        ? toScale(current)
        : versioned(current, versionOf(call));
    const result = patched(shown, type, request.body);
    return this.#replace(call, result, options, 'patch');
  }

  /** Stores a whole object that a client sent or a patch made. */
  #replace(
    call: ResourceCall,
    body: unknown,
    options: RequestWriteOptions,
    verb: 'update' | 'patch',
  ): Answer {
    const { kind, info, user } = call;
    const write = { user, verb, ...options } as const;
    if (info.subresource === 'scale') {
      const scaled = fromScale(this.#current(call), body);
      const object = this.#objects.update(kind, scaled, {
        ...write,
        subresource: 'scale',
      });
      return { code: 200, body: toScale(object) };
    }
    const expected = { ...this.#expected(call), strict: options.strict };
    const input =
      verb === 'patch'
        ? decodePatched(body, expected)
        : decodeObject(body, expected);
    const object = this.#objects.update(kind, input, {
      ...write,
      ...(info.subresource === 'status'
        ? { subresource: 'status' as const }
        : {}),
    });
    return this.#answer(200, object, call);
  }

  #apply(call: ResourceCall, options: RequestWriteOptions): Answer {
    const { kind, info, request, user } = call;
    const manager = request.query.get('fieldManager') ?? '';
    if (manager === '') {
      throw optionsError('PatchOptions', [
        {
          reason: 'FieldValueRequired',
          field: 'fieldManager',
          message: 'Required value: is required for apply patch',
        },
      ]);
    }
    const applied = decodeObject(
      readApplied(request.body),
      this.#expected(call),
    );
    if ((applied.metadata.managedFields ?? []).length > 0) {
      throw badRequest('metadata.managedFields must be nil');
    }
    const { name, namespace } = applied.metadata;
    const live = this.#store.get(resourceName(kind), namespace, name);
    if (!live) {
      if (info.subresource) {
        this.#current(call);
      }
      delete applied.metadata.resourceVersion;
      const object = this.#objects.create(kind, applied, {
        user,
        manager,
        dryRun: options.dryRun,
        verb: 'create',
        apply: fieldsOf(applied),
      });
      return this.#answer(201, object, call);
    }
    const result = applyOnto({ live, applied, manager, force: options.force });
    const object = this.#objects.update(
      kind,
      {
        ...result.object,
        metadata: {
          ...result.object.metadata,
          ...(applied.metadata.resourceVersion
            ? { resourceVersion: applied.metadata.resourceVersion }
            : {}),
        },
      },
      {
        user,
        manager,
        dryRun: options.dryRun,
        verb: 'patch',
        apply: result.named,
        ...(info.subresource === 'status'
          ? { subresource: 'status' as const }
          : {}),
      },
    );
    return this.#answer(200, object, call);
  }

  #current(call: ResourceCall): ApiObject {
    return this.#objects.get(
      call.kind,
      namespaceOf(call),
      String(call.info.name),
    );
  }

  #expected({ kind, info }: ResourceCall) {
    return {
      kind,
      version: info.version,
      ...(kind.namespaced ? { namespace: info.namespace } : {}),
      name: info.name,
    };
  }

  #answer(code: number, object: ApiObject, call: ResourceCall): Answer {
    if (call.info.subresource === 'scale') {
      return { code, body: toScale(object) };
    }
    return { code, body: representObject(object, representationOf(call)) };
  }
}

function optionsOf(
  { request }: ResourceCall,
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
): RequestWriteOptions {
  return parseWriteOptions(request.query, request.userAgent, kind);
}
