/**
 * Keeps one kind, or its objects of one name: in all namespaces at once or, where that is forbidden, in
 * those namespaces in which it is not. The wider right is tried again and again.
 */
import {
  KINDS,
  KindName,
  KubernetesObject,
  NameCoverage,
} from '@backstage-zero-trust/posture-engine';
import type { KindObservation } from '../observation';
import type { CollectorContext, RunningKind } from './context';
import { pauseUntil } from './Rights';
import { ScopeCollector } from './ScopeCollector';
import { jittered } from './timings';

interface RunningScope {
  collector: ScopeCollector;
  abort: AbortController;
  running: boolean;
}

export class KindCollector implements RunningKind {
  static create(
    context: CollectorContext,
    kind: KindName,
    version: string,
    name?: string,
  ): KindCollector {
    return new KindCollector(context, kind, version, name);
  }

  readonly #everywhere: ScopeCollector;
  readonly #byNamespace = new Map<string, RunningScope>();
  readonly #abort = new AbortController();
  #namespacesTried = false;

  private constructor(
    private readonly context: CollectorContext,
    readonly kind: KindName,
    readonly version: string,
    readonly name: string | undefined,
  ) {
    this.#everywhere = ScopeCollector.create(
      { ...context, onStateChanged: () => this.#stateChanged() },
      { kind, version, name },
    );
  }

  /** Goes on until `stop`. */
  async run(): Promise<void> {
    const { signal } = this.#abort;
    const { rights, timings } = this.context;
    try {
      for (;;) {
        // From before the first request on: what changes meanwhile is tried again at once.
        const change = rights.changeOf(this.kind);
        await this.#everywhere.run(signal);
        await this.#tryNamespaces(signal);
        await pauseUntil(change, jittered(timings.forbidden), signal);
      }
    } catch (error) {
      if (!signal.aborted) {
        throw error;
      }
    }
  }

  stop(): void {
    this.#abort.abort();
    this.#stopNamespaces();
  }

  /** Undefined as long as nothing is known. */
  coverage(): NameCoverage | undefined {
    const namespaces = this.#listedNamespaces();
    const { state } = this.#everywhere;
    if (state.state === 'listed') {
      return { state: 'listed' };
    }
    if (this.#isPending()) {
      return undefined;
    }
    if (namespaces.length > 0) {
      return { state: 'listed', namespaces };
    }
    return state.state === 'failed'
      ? { state: 'failed', reason: state.message }
      : { state: 'forbidden', verb: 'list' };
  }

  observation(): KindObservation | undefined {
    const coverage = this.coverage();
    if (!coverage) {
      return undefined;
    }
    const message = this.#message(coverage);
    return {
      kind: KINDS[this.kind].kind,
      group: KINDS[this.kind].group,
      resource: KINDS[this.kind].plural,
      state: coverage.state,
      objects: this.#shown().reduce((sum, { size }) => sum + size, 0),
      ...(message === undefined ? {} : { message }),
    };
  }

  *objects(): Generator<KubernetesObject> {
    for (const scope of this.#shown()) {
      yield* scope.objects();
    }
  }

  /** When the oldest of what is shown was last known to be so; undefined where nothing is. */
  lastSeen(): number | undefined {
    const times = this.#shown()
      .filter(({ state }) => state.state === 'listed')
      .map(({ lastSeen }) => lastSeen)
      .filter(time => time !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Those that are looked into one by one. */
  namespaces(): Iterable<string> {
    return this.#byNamespace.keys();
  }

  #shown(): ScopeCollector[] {
    return this.#everywhere.state.state === 'listed' ||
      this.#byNamespace.size === 0
      ? [this.#everywhere]
      : [...this.#byNamespace.values()].map(({ collector }) => collector);
  }

  #listedNamespaces(): string[] {
    return [...this.#byNamespace]
      .filter(([, { collector }]) => collector.state.state === 'listed')
      .map(([namespace]) => namespace)
      .sort();
  }

  #isPending(): boolean {
    switch (this.#everywhere.state.state) {
      case 'pending':
        return true;
      case 'forbidden':
        return (
          !this.#namespacesTried ||
          [...this.#byNamespace.values()].some(
            ({ collector }) => collector.state.state === 'pending',
          )
        );
      default:
        return false;
    }
  }

  #message(coverage: NameCoverage): string | undefined {
    const { state } = this.#everywhere;
    if (coverage.state === 'listed' && coverage.namespaces) {
      return `seen in ${coverage.namespaces.join(
        ', ',
      )} only: grant the verb "list" in all namespaces`;
    }
    return 'message' in state ? state.message : undefined;
  }

  async #tryNamespaces(signal: AbortSignal): Promise<void> {
    const namespaces = KINDS[this.kind].namespaced
      ? await this.context.namespaces()
      : [];
    signal.throwIfAborted();
    for (const [namespace, { abort }] of this.#byNamespace) {
      if (!namespaces.includes(namespace)) {
        abort.abort();
        this.#byNamespace.delete(namespace);
        this.context.onObjectsChanged();
      }
    }
    for (const namespace of namespaces) {
      this.#runIn(namespace);
    }
    this.#namespacesTried = true;
    this.context.onStateChanged();
  }

  #runIn(namespace: string): void {
    const scope = this.#byNamespace.get(namespace) ?? {
      collector: ScopeCollector.create(this.context, {
        kind: this.kind,
        version: this.version,
        namespace,
        name: this.name,
      }),
      abort: new AbortController(),
      running: false,
    };
    this.#byNamespace.set(namespace, scope);
    if (scope.running) {
      return;
    }
    scope.running = true;
    scope.collector
      .run(scope.abort.signal)
      .catch(() => undefined) // it rejects when it is stopped, and only then
      .finally(() => {
        scope.running = false;
      });
  }

  #stateChanged(): void {
    if (this.#everywhere.state.state === 'listed') {
      this.#stopNamespaces();
    }
    this.context.onStateChanged();
  }

  #stopNamespaces(): void {
    for (const { abort } of this.#byNamespace.values()) {
      abort.abort();
    }
    if (this.#byNamespace.size > 0) {
      this.#byNamespace.clear();
      this.context.onObjectsChanged();
    }
  }
}
