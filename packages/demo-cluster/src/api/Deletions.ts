/** Deletes one object, or a collection of them. */
import type { GarbageCollector } from '../controllers/GarbageCollector';
import { resourceName } from '../kinds/servedKind';
import type { ObjectService } from '../store/ObjectService';
import type { ObjectStore } from '../store/ObjectStore';
import type { Answer } from './answer';
import { parseListOptions } from './listOptions';
import { predicateOf } from './reads';
import { representList, representObject } from './representation';
import { namespaceOf, representationOf, ResourceCall } from './resourceCall';
import { readDeleteOptions } from './writeBodies';

export class Deletions {
  readonly #store: ObjectStore;
  readonly #objects: ObjectService;
  readonly #garbage: GarbageCollector;

  static create(options: {
    store: ObjectStore;
    objects: ObjectService;
    garbage: GarbageCollector;
  }): Deletions {
    return new Deletions(options.store, options.objects, options.garbage);
  }

  private constructor(
    store: ObjectStore,
    objects: ObjectService,
    garbage: GarbageCollector,
  ) {
    this.#store = store;
    this.#objects = objects;
    this.#garbage = garbage;
  }

  /** Deletes an object; answers with it, or with what was deleted. */
  one(call: ResourceCall): Answer {
    const { kind, info, user } = call;
    const { dryRun, propagation, preconditions } = readDeleteOptions(
      call.request,
    );
    const object = this.#objects.get(
      kind,
      namespaceOf(call),
      String(info.name),
    );
    if (propagation === 'Orphan' && !dryRun) {
      this.#garbage.orphanDependents(object);
    }
    const removed = this.#objects.delete(
      kind,
      namespaceOf(call),
      String(info.name),
      {
        user,
        dryRun,
        ...preconditions,
      },
    );
    const pending = this.#store.get(
      resourceName(kind),
      object.metadata.namespace,
      object.metadata.name,
    );
    if (kind.returnsDeleted || (pending && !dryRun)) {
      return {
        code: 200,
        body: representObject(removed, representationOf(call)),
      };
    }
    return {
      code: 200,
      body: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Success',
        details: {
          name: info.name,
          ...(kind.group === '' ? {} : { group: kind.group }),
          kind: kind.plural,
          uid: removed.metadata.uid,
        },
      },
    };
  }

  /** Deletes what a list of the same query would show, and answers with it. */
  collection(call: ResourceCall): Answer {
    const { kind, info, request, user } = call;
    const { dryRun } = readDeleteOptions(call.request);
    const options = parseListOptions(request.query);
    const target = {
      kind,
      version: info.version,
      namespace: namespaceOf(call),
    };
    const matches = predicateOf(target, options);
    const objects = this.#store.list(resourceName(kind)).filter(matches);
    for (const { metadata } of objects) {
      this.#objects.delete(kind, metadata.namespace, metadata.name, {
        user,
        dryRun,
      });
    }
    const metadata = { resourceVersion: String(this.#store.revision) };
    const how = representationOf(call);
    return { code: 200, body: representList(objects, metadata, how) };
  }
}
