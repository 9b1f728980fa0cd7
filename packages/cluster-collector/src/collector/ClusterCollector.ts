/**
 * Keeps the view of one live cluster: discovers which kinds are served, keeps
 * each, and makes a snapshot of them when somebody asks and something changed.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ClusterSettings,
  ClusterSnapshot,
  Coverage,
  KINDS,
  KindDefinition,
  KindName,
} from '@backstage-zero-trust/posture-engine';
import pLimit from 'p-limit';
import type { ClusterConnection } from '../connection/ClusterConnection';
import {
  ClusterRequestError,
  describeError,
  explainError,
} from '../connection/ClusterRequestError';
import { discoverKinds } from '../discovery/discoverKinds';
import type {
  ClusterObservation,
  ClusterObserver,
  ObserveClusterOptions,
} from '../observation';
import { Backoff } from './Backoff';
import type { CollectorContext, RunningKind } from './context';
import { KindCollector } from './KindCollector';
import { KindTable } from './KindTable';
import { NamesCollector } from './NamesCollector';
import { namespacesToTry } from './namespaces';
import { Reachability } from './Reachability';
import { Rights } from './Rights';
import { CollectorTimings, DEFAULT_TIMINGS, jittered } from './timings';

export interface ClusterCollectorOptions extends ObserveClusterOptions {
  /** The cluster's name, as people call it. */
  cluster: string;
  /** Tried again, ever more slowly, while it throws. */
  connect: () => ClusterConnection | Promise<ClusterConnection>;
  /** To look into one by one where looking into all is forbidden; the cluster's own if omitted. */
  namespaces?: readonly string[];
  settings?: ClusterSettings;
  /** Tests wait less. */
  timings?: Partial<CollectorTimings>;
}

const MOST_LISTS_AT_A_TIME = 6;

export class ClusterCollector implements ClusterObserver {
  static create(options: ClusterCollectorOptions): ClusterCollector {
    return new ClusterCollector(options);
  }

  readonly #timings: CollectorTimings;
  readonly #abort = new AbortController();
  readonly #runs = new Set<Promise<void>>();
  #kinds: KindTable | undefined;
  #reachability: Reachability | undefined;
  #problem: string | undefined;
  #snapshot: ClusterSnapshot | undefined;
  #dirty = true;
  #notifying = false;
  #waiting: (() => void)[] = [];
  #rediscover: AbortController = new AbortController();

  private constructor(private readonly options: ClusterCollectorOptions) {
    this.#timings = { ...DEFAULT_TIMINGS, ...options.timings };
  }

  start(): void {
    if (this.#runs.size === 0 && !this.#abort.signal.aborted) {
      this.#track(this.#run(this.#abort.signal));
    }
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    this.#kinds?.stop();
    this.#wake();
    await Promise.allSettled(this.#runs);
  }

  current(): ClusterSnapshot | undefined {
    if (this.#dirty && this.#kinds?.isComplete()) {
      this.#snapshot = this.#build(this.#kinds);
      this.#dirty = false;
    }
    return this.#snapshot;
  }

  status(): ClusterObservation {
    const lastSync = this.#kinds?.lastSeen();
    const message = this.#problem ?? this.#reachability?.problem;
    return {
      state: this.#stateOf(message, lastSync),
      ...(lastSync === undefined
        ? {}
        : { lastSync: new Date(lastSync).toISOString() }),
      ...(message === undefined ? {} : { message }),
      kinds: this.#kinds?.observations() ?? [],
    };
  }

  #stateOf(
    problem: string | undefined,
    lastSync: number | undefined,
  ): ClusterObservation['state'] {
    if (problem !== undefined) {
      return 'unreachable';
    }
    if (this.#snapshot === undefined && !this.#kinds?.isComplete()) {
      return 'syncing';
    }
    if (lastSync !== undefined && Date.now() - lastSync > this.#timings.stale) {
      return 'stale';
    }
    return this.#kinds?.isWhole() ? 'ready' : 'degraded';
  }

  async #run(signal: AbortSignal): Promise<void> {
    const backoff = Backoff.create(this.#timings);
    const connection = await this.#connect(backoff, signal);
    const reachability = Reachability.create(connection, {
      timings: this.#timings,
      signal,
      onChange: () => this.#stateChanged(),
    });
    this.#reachability = reachability;
    this.#track(reachability.watchOver());
    const rights = Rights.create({
      connection,
      reachability,
      timings: this.#timings,
      signal,
      namespace: this.options.namespaces?.[0] ?? 'default',
      others: () => this.#kinds?.namespacesApart() ?? [],
    });
    this.#track(rights.watchOver());
    const context = this.#context(connection, reachability, rights);
    const kinds = KindTable.create({
      start: (kind, version) => this.#start(context, kind, version),
      onChange: () => this.#stateChanged(),
    });
    this.#kinds = kinds;
    for (;;) {
      await reachability.whenReachable();
      try {
        const discovered = await discoverKinds(connection, signal);
        this.#setProblem(undefined);
        const again = kinds.reconcile(discovered);
        backoff.reset();
        await this.#untilNextDiscovery(again, signal);
      } catch (error) {
        signal.throwIfAborted();
        const fatal = error instanceof ClusterRequestError;
        if (fatal && error.concernsCluster && (await reachability.suspect())) {
          continue;
        }
        if (kinds.isEmpty) {
          this.#setProblem(explainError(error));
        }
        await backoff.wait(signal);
      }
    }
  }

  async #connect(
    backoff: Backoff,
    signal: AbortSignal,
  ): Promise<ClusterConnection> {
    for (;;) {
      try {
        const connection = await this.options.connect();
        signal.throwIfAborted();
        this.#setProblem(undefined);
        backoff.reset();
        return connection;
      } catch (error) {
        signal.throwIfAborted();
        this.#setProblem(explainError(error));
        await backoff.wait(signal);
      }
    }
  }

  #context(
    connection: ClusterConnection,
    reachability: Reachability,
    rights: Rights,
  ): CollectorContext {
    return {
      connection,
      reachability,
      rights,
      timings: this.#timings,
      limit: pLimit(MOST_LISTS_AT_A_TIME),
      onObjectsChanged: () => this.#stateChanged(),
      onStateChanged: () => this.#stateChanged(),
      onNotServed: () => this.#rediscover.abort(),
      namespaces: () => this.#namespaces(),
    };
  }

  #start(
    context: CollectorContext,
    kind: KindName,
    version: string,
  ): RunningKind {
    const { names }: KindDefinition = KINDS[kind];
    const collector = names
      ? NamesCollector.create(context, kind, version, names)
      : KindCollector.create(context, kind, version);
    this.#track(collector.run());
    return collector;
  }

  async #untilNextDiscovery(
    again: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const { discovery, missed } = this.#timings;
    this.#rediscover = new AbortController();
    const early = AbortSignal.any([signal, this.#rediscover.signal]);
    if (!again) {
      await sleep(jittered(discovery), undefined, { signal: early }).catch(
        () => undefined,
      );
    }
    if (again || this.#rediscover.signal.aborted) {
      // Not at once: what comes or goes takes the server a moment.
      await sleep(jittered(missed), undefined, { signal });
    }
  }

  async #namespaces(): Promise<readonly string[]> {
    const { namespaces } = this.options;
    while (
      namespaces === undefined &&
      !this.#abort.signal.aborted &&
      this.#kinds?.coverageOf('Namespace') === undefined
    ) {
      await new Promise<void>(resolve => this.#waiting.push(resolve));
    }
    const existing = Array.from(
      this.#kinds?.objectsOf('Namespace') ?? [],
      ({ metadata }) => metadata.name,
    );
    return namespacesToTry(namespaces, existing);
  }

  #build(kinds: KindTable): ClusterSnapshot {
    const coverage = kinds.coverage();
    return ClusterSnapshot.create({
      cluster: this.options.cluster,
      objects: kinds.objects(),
      observedAt: new Date().toISOString(),
      coverage: problems => Coverage.create(coverage, problems),
      settings: this.options.settings,
    });
  }

  #setProblem(problem: string | undefined): void {
    if (problem !== this.#problem) {
      this.#problem = problem;
      this.#stateChanged();
    }
  }

  #stateChanged(): void {
    this.#dirty = true;
    this.#wake();
    if (this.#notifying || this.#abort.signal.aborted) {
      return;
    }
    this.#notifying = true;
    setImmediate(() => {
      this.#notifying = false;
      if (!this.#abort.signal.aborted) {
        this.options.onChange();
      }
    });
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) {
      resolve();
    }
  }

  #track(run: Promise<void>): void {
    const tracked = run
      .catch(error => {
        if (!this.#abort.signal.aborted) {
          this.options.logger.warn(
            `collecting cluster ${this.options.cluster} ended: ${describeError(
              error,
            )}`,
          );
        }
      })
      .finally(() => this.#runs.delete(tracked));
    this.#runs.add(tracked);
  }
}
