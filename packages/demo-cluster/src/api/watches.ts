/** The open watches of a cluster: what each has to be told, bookmarks, their end. */
import type { ServerResponse } from 'node:http';
import { apiVersionOf, resourceName } from '../kinds/servedKind';
import type { ApiObject } from '../store/apiObject';
import { CompactedError, ObjectStore, StoreChange } from '../store/ObjectStore';
import type { ObjectPredicate } from '../store/fieldSelector';
import { ListOptions, parseResourceVersion } from './listOptions';
import { ListTarget, predicateOf } from './reads';
import { representObject, Representation } from './representation';
import { ApiError, expired, unforeseen } from './status';

type EventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';

const BOOKMARK_EVERY = 60_000;
/** A last bookmark comes this long before the end that the client asked for. */
const BOOKMARK_BEFORE_END = 2_000;
/** Without a timeout the server ends a watch after 30 to 60 minutes. */
const SHORTEST_WATCH = 1_800_000;

export interface WatchRequest {
  target: ListTarget;
  options: ListOptions;
  representation: Representation;
  response: ServerResponse;
  /** Ends the watch after this many milliseconds as if the line were cut. */
  cutAfter?: number;
}

function watchedRevision(text: string): number {
  try {
    return parseResourceVersion(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw unforeseen(message.replace('invalid resource version: ', ''));
  }
}

/** The events of one watch, in its client's form. */
class WatchStream {
  readonly #request: WatchRequest;
  readonly #store: ObjectStore;
  #headerSent = false;
  #bookmarked: number | undefined;

  constructor(request: WatchRequest, store: ObjectStore) {
    this.#request = request;
    this.#store = store;
  }

  /** Sends what the client must know first. */
  begin(requested: number, matches: ObjectPredicate): void {
    const { options, target } = this.#request;
    const explicit = options.sendInitialEvents || requested === 0;
    const declined =
      options.resourceVersionMatch === 'NotOlderThan' &&
      !options.sendInitialEvents;
    if (explicit && !declined) {
      for (const object of this.#store.list(resourceName(target.kind))) {
        if (matches(object)) {
          this.#send('ADDED', object);
        }
      }
      if (options.allowWatchBookmarks) {
        this.#bookmark({ 'k8s.io/initial-events-end': 'true' });
      }
      return;
    }
    if (requested > 0) {
      for (const change of this.#store.since(requested)) {
        this.tell(change, matches);
      }
    }
  }

  /** Sends a change if the client has to know of it. */
  tell(change: StoreChange, matches: ObjectPredicate): void {
    const { target, options } = this.#request;
    if (
      change.resource !== resourceName(target.kind) ||
      change.revision <= Number(options.resourceVersion || 0)
    ) {
      return;
    }
    const isIn = change.type !== 'DELETED' && matches(change.object);
    const wasIn = change.previous !== undefined && matches(change.previous);
    if (isIn) {
      this.#send(wasIn ? 'MODIFIED' : 'ADDED', change.object);
    } else if (wasIn && change.previous) {
      const { resourceVersion } = change.object.metadata;
      const { previous } = change;
      this.#send('DELETED', {
        ...previous,
        metadata: { ...previous.metadata, resourceVersion },
      });
    }
  }

  fail(error: ApiError): void {
    const { response } = this.#request;
    response.end(
      `${JSON.stringify({ type: 'ERROR', object: error.toStatus() })}\n`,
    );
  }

  /** Bookmarks and the end, as timers. */
  schedule(): NodeJS.Timeout[] {
    const { options, response, cutAfter } = this.#request;
    const length =
      options.timeoutSeconds && options.timeoutSeconds > 0
        ? options.timeoutSeconds * 1000
        : SHORTEST_WATCH * (1 + Math.random());
    const timers = [setTimeout(() => response.end(), length)];
    if (cutAfter !== undefined) {
      timers.push(setTimeout(() => response.destroy(), cutAfter));
    }
    if (options.allowWatchBookmarks) {
      timers.push(setInterval(() => this.#bookmark(), BOOKMARK_EVERY));
      if (length > BOOKMARK_BEFORE_END) {
        timers.push(
          setTimeout(() => this.#bookmark(), length - BOOKMARK_BEFORE_END),
        );
      }
    }
    return timers;
  }

  #bookmark(annotations?: Record<string, string>): void {
    const { kind, version } = this.#request.target;
    const { revision } = this.#store;
    if (revision === this.#bookmarked) {
      return; // it would say what the client knows
    }
    this.#bookmarked = revision;
    this.#send('BOOKMARK', {
      kind: kind.kind,
      apiVersion: apiVersionOf(kind.group, version),
      // A bookmark is of no object, so it is the one that has no name.
      metadata: {
        resourceVersion: String(revision),
        ...(annotations ? { annotations } : {}),
      } as ApiObject['metadata'],
    });
  }

  #send(type: EventType, object: ApiObject): void {
    const { representation, response } = this.#request;
    if (response.destroyed || response.writableEnded) {
      return; // it was cut or has ended, and its close is still to come
    }
    const body = representObject(object, {
      ...representation,
      now: Date.now(),
    });
    const first = !this.#headerSent;
    this.#headerSent = true;
    const shown =
      representation.form === 'table' && !first
        ? { ...(body as object), columnDefinitions: null }
        : body;
    response.write(`${JSON.stringify({ type, object: shown })}\n`);
  }
}

/** What a watch is of, for whoever wants to end some of them. */
export interface OpenWatch {
  group: string;
  resource: string;
  namespace?: string;
  cut(): void;
}

export class Watches {
  readonly #store: ObjectStore;
  readonly #open = new Set<OpenWatch>();

  static create(store: ObjectStore): Watches {
    return new Watches(store);
  }

  private constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** How many are open. */
  get count(): number {
    return this.#open.size;
  }

  /** Ends open watches without a last word, as a lost connection does. */
  cut(which: (watch: OpenWatch) => boolean = () => true): void {
    for (const watch of [...this.#open].filter(which)) {
      watch.cut();
    }
  }

  /** Throws before anything is sent; afterwards errors are events. */
  open(request: WatchRequest): void {
    const { target, options, response } = request;
    const matches = predicateOf(target, options);
    const requested = watchedRevision(options.resourceVersion);
    const { kind, namespace } = target;
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'Cache-Control': 'no-cache, private',
    });
    response.flushHeaders();
    if (request.representation.form === 'metadataList') {
      // No event is a list; the real server begins, and ends without a word.
      response.end();
      return;
    }
    const stream = new WatchStream(request, this.#store);
    const watch: OpenWatch = {
      group: kind.group,
      resource: kind.plural,
      ...(namespace === undefined ? {} : { namespace }),
      cut: () => response.destroy(),
    };
    try {
      stream.begin(requested, matches);
    } catch (error) {
      if (!(error instanceof CompactedError)) {
        throw error;
      }
      const status = expired(
        `too old resource version: ${error.requested} (${error.oldest})`,
      );
      stream.fail(status);
      return;
    }
    this.#open.add(watch);
    const unsubscribe = this.#store.subscribe(change =>
      stream.tell(change, matches),
    );
    const timers = stream.schedule();
    response.on('close', () => {
      this.#open.delete(watch);
      unsubscribe();
      timers.forEach(clearTimeout);
    });
  }
}
