/**
 * Keeps the objects of one kind, in all namespaces or in one: lists, then
 * watches from there, and begins again where a watch cannot go on. Unchanged
 * objects keep their identity over any number of lists.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import {
  KINDS,
  KindDefinition,
  KubernetesObject,
} from '@backstage-zero-trust/posture-engine';
import { ClusterRequestError } from '../connection/ClusterRequestError';
import type { KindScope } from '../listing/kindPath';
import { listKind } from '../listing/listKind';
import type { CollectedObject } from '../listing/projectObject';
import { WatchEvent, watchKind } from '../watching/watchKind';
import { Backoff } from './Backoff';
import type { CollectorContext } from './context';
import { pauseUntil } from './Rights';
import { jittered } from './timings';

/** `pending` until the first answer of any sort. */
export type ScopeState =
  | { state: 'pending' }
  | { state: 'listed'; message?: string }
  | { state: 'forbidden'; message: string }
  | { state: 'failed'; message: string };

export class ScopeCollector {
  static create(context: CollectorContext, scope: KindScope): ScopeCollector {
    return new ScopeCollector(context, scope);
  }

  readonly #objects = new Map<string, CollectedObject>();
  readonly #definition: KindDefinition;
  readonly #backoff: Backoff;
  #state: ScopeState = { state: 'pending' };
  #resourceVersion: string | undefined;
  #lastSeen: number | undefined;
  #failingSince: number | undefined;
  #failedWatches = 0;
  #watchProblem: string | undefined;

  private constructor(
    private readonly context: CollectorContext,
    readonly scope: KindScope,
  ) {
    this.#definition = KINDS[scope.kind];
    this.#backoff = Backoff.create(context.timings);
  }

  get state(): ScopeState {
    return this.#state;
  }

  /** Milliseconds since 1970: when the objects were last known to be as they are here. */
  get lastSeen(): number | undefined {
    return this.#lastSeen;
  }

  get size(): number {
    return this.#objects.size;
  }

  *objects(): Generator<KubernetesObject> {
    for (const { object } of this.#objects.values()) {
      yield object;
    }
  }

  /** Goes on until the signal fires (rejecting), or listing is forbidden (resolving). */
  async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      await this.context.reachability.whenReachable();
      const rightsChange = this.context.rights.changeOf(this.scope.kind);
      try {
        if (this.#resourceVersion === undefined) {
          await this.#list(signal);
        }
        await this.#follow(signal, rightsChange);
      } catch (error) {
        signal.throwIfAborted();
        const known = asRequestError(error);
        if (known.problem === 'forbidden') {
          this.#clear();
          this.#become({ state: 'forbidden', message: known.message });
          return;
        }
        await this.#recover(known, signal);
      }
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { connection, limit, timings } = this.context;
    const begun = Date.now();
    const { objects, resourceVersion } = await limit(() =>
      listKind(connection, this.scope, {
        signal,
        timeoutMilliseconds: timings.request,
      }),
    );
    const gone = new Set(this.#objects.keys());
    let changed = false;
    for (const collected of objects) {
      gone.delete(collected.key);
      changed = this.#set(collected) || changed;
    }
    for (const key of gone) {
      changed = this.#objects.delete(key) || changed;
    }
    this.#resourceVersion = resourceVersion;
    this.#failedWatches = 0;
    this.#seen(begun);
    this.#becomeListed();
    if (changed) {
      this.context.onObjectsChanged();
    }
  }

  /** Until the objects here have to be listed or watched anew (resolving), or something is wrong (rejecting). */
  async #follow(signal: AbortSignal, rightsChange: AbortSignal): Promise<void> {
    const { timings } = this.context;
    if (!this.#definition.metadataOnly) {
      try {
        await this.#watch(signal, rightsChange);
        return;
      } catch (error) {
        if (
          !(error instanceof ClusterRequestError) ||
          error.problem !== 'forbidden'
        ) {
          throw error;
        }
      }
      const listAgain = this.#watchProblem === undefined;
      this.#watchProblem = `watching is forbidden: changes are seen within ${
        timings.poll / 1000
      } s; grant the verb "watch"`;
      if (listAgain) {
        // Who loses the one right has mostly lost the other.
        this.#resourceVersion = undefined;
        return;
      }
    }
    // Secrets too: without a watch, the audit log can prove what was read.
    await pauseUntil(rightsChange, jittered(timings.poll), signal);
    this.#resourceVersion = undefined;
  }

  async #watch(signal: AbortSignal, rightsChange: AbortSignal): Promise<void> {
    const { connection, reachability, timings } = this.context;
    const begun = Date.now();
    const lost = AbortSignal.any([signal, reachability.contact]);
    const events = watchKind(connection, this.scope, {
      resourceVersion: this.#resourceVersion ?? '',
      signal: AbortSignal.any([lost, rightsChange]),
      durationSeconds: jittered(timings.watch) / 1000,
      idleMilliseconds: timings.idle,
      timeoutMilliseconds: timings.request,
      onOpen: () => {
        this.#watchProblem = undefined;
        this.#seen(Date.now());
        this.#becomeListed();
      },
    });
    try {
      for await (const event of events) {
        if (this.#apply(event)) {
          this.context.onObjectsChanged();
        }
        this.#failedWatches = 0;
        this.#seen(Date.now());
      }
    } catch (error) {
      if (rightsChange.aborted && !lost.aborted) {
        return; // a new watch goes on from here, if it still may
      }
      throw error;
    }
    if (Date.now() - begun < timings.firstRetry) {
      // A server that ends every watch at once must not be asked without a pause.
      await this.#backoff.wait(signal);
    } else {
      this.#backoff.reset();
    }
  }

  #apply(event: WatchEvent): boolean {
    if (event.type === 'bookmark') {
      this.#resourceVersion = event.resourceVersion || this.#resourceVersion;
      return false;
    }
    const { collected } = event;
    this.#resourceVersion = collected.resourceVersion;
    return event.type === 'set'
      ? this.#set(collected)
      : this.#objects.delete(collected.key);
  }

  /** Whether what the engine reads of it is new. */
  #set(collected: CollectedObject): boolean {
    const known = this.#objects.get(collected.key);
    if (
      known &&
      (known.resourceVersion === collected.resourceVersion ||
        isDeepStrictEqual(known.object, collected.object))
    ) {
      known.resourceVersion = collected.resourceVersion;
      return false;
    }
    this.#objects.set(collected.key, collected);
    return true;
  }

  async #recover(
    error: ClusterRequestError,
    signal: AbortSignal,
  ): Promise<void> {
    const { reachability, timings, onNotServed } = this.context;
    if (error.concernsCluster && (await reachability.suspect())) {
      return; // nothing is known about this kind but that the cluster is away
    }
    signal.throwIfAborted();
    if (error.problem === 'expired' || ++this.#failedWatches > 1) {
      this.#resourceVersion = undefined;
    }
    if (error.problem === 'not-found') {
      onNotServed();
    }
    this.#failingSince ??= Date.now();
    const late = Date.now() - this.#failingSince >= timings.grace;
    if (
      late ||
      this.#state.state !== 'listed' ||
      error.problem === 'withheld'
    ) {
      this.#become({ state: 'failed', message: error.message });
    }
    if (error.problem === 'withheld') {
      await sleep(jittered(timings.withheld), undefined, { signal });
    } else {
      await this.#backoff.wait(signal);
    }
  }

  #seen(when: number): void {
    this.#lastSeen = when;
    this.#failingSince = undefined;
  }

  #clear(): void {
    this.#resourceVersion = undefined;
    this.#lastSeen = undefined;
    if (this.#objects.size > 0) {
      this.#objects.clear();
      this.context.onObjectsChanged();
    }
  }

  #becomeListed(): void {
    this.#become({
      state: 'listed',
      ...(this.#watchProblem === undefined
        ? {}
        : { message: this.#watchProblem }),
    });
  }

  #become(state: ScopeState): void {
    if (!isDeepStrictEqual(state, this.#state)) {
      this.#state = state;
      this.context.onStateChanged();
    }
  }
}

/** A fault of our own costs this kind, and is visible in its status. */
function asRequestError(error: unknown): ClusterRequestError {
  return error instanceof ClusterRequestError
    ? error
    : new ClusterRequestError('failed', `unexpected: ${String(error)}`);
}
