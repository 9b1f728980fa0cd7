/**
 * The kinds of one cluster: which are served, each with its collector, and what
 * they amount to as objects, coverage and status.
 */
import { isDeepStrictEqual } from 'node:util';
import {
  KINDS,
  KIND_NAMES,
  KindCoverage,
  KindName,
  KubernetesObject,
} from '@backstage-zero-trust/posture-engine';
import type { KindDiscovery } from '../discovery/discoverKinds';
import type { KindObservation } from '../observation';
import type { RunningKind } from './context';

type KindEntry =
  | { state: 'served'; collector: RunningKind }
  | Exclude<KindDiscovery, { state: 'served' }>;

export interface KindTableOptions {
  /** Makes a collector and lets it run. */
  start: (kind: KindName, version: string) => RunningKind;
  onChange: () => void;
}

export class KindTable {
  static create(options: KindTableOptions): KindTable {
    return new KindTable(options);
  }

  readonly #entries = new Map<KindName, KindEntry>();
  /** Kinds that were served and were not in the latest discovery. */
  readonly #missed = new Set<KindName>();

  private constructor(private readonly options: KindTableOptions) {}

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /**
   * Takes over what discovery says; answers whether to ask again soon. A kind
   * whose group cannot be looked into just now goes on as it was known, and one
   * that is gone must be gone twice: a server that has just begun does not
   * name everything that it will serve.
   */
  reconcile(discovered: ReadonlyMap<KindName, KindDiscovery>): boolean {
    for (const [kind, discovery] of discovered) {
      const known = this.#entries.get(kind);
      const collector = known?.state === 'served' ? known.collector : undefined;
      if (discovery.state !== 'not-installed') {
        this.#missed.delete(kind);
      }
      if (discovery.state === 'served') {
        if (collector?.version !== discovery.version) {
          collector?.stop();
          this.#set(kind, {
            state: 'served',
            collector: this.options.start(kind, discovery.version),
          });
        }
      } else if (!collector) {
        this.#set(kind, discovery);
      } else if (discovery.state === 'not-installed') {
        if (this.#missed.delete(kind)) {
          collector.stop();
          this.#set(kind, discovery);
        } else {
          this.#missed.add(kind);
        }
      }
    }
    return this.#missed.size > 0;
  }

  #set(kind: KindName, entry: KindEntry): void {
    const known = this.#entries.get(kind);
    this.#entries.set(kind, entry);
    if (
      entry.state === 'served' ||
      known?.state === 'served' ||
      !isDeepStrictEqual(entry, known)
    ) {
      this.options.onChange();
    }
  }

  stop(): void {
    for (const entry of this.#entries.values()) {
      if (entry.state === 'served') {
        entry.collector.stop();
      }
    }
  }

  /** Undefined as long as nothing is known of the kind. */
  coverageOf(kind: KindName): KindCoverage | undefined {
    const entry = this.#entries.get(kind);
    return entry?.state === 'served' ? entry.collector.coverage() : entry;
  }

  /** Whether something is known of every kind, if only that it cannot be seen. */
  isComplete(): boolean {
    return KIND_NAMES.every(kind => this.coverageOf(kind) !== undefined);
  }

  /** Whether every kind that there is can be seen everywhere. */
  isWhole(): boolean {
    return KIND_NAMES.every(kind => {
      const coverage = this.coverageOf(kind);
      return (
        coverage?.state === 'not-installed' ||
        (coverage?.state === 'listed' && coverage.namespaces === undefined)
      );
    });
  }

  coverage(): Partial<Record<KindName, KindCoverage>> {
    const coverage: Partial<Record<KindName, KindCoverage>> = {};
    for (const kind of KIND_NAMES) {
      coverage[kind] = this.coverageOf(kind);
    }
    return coverage;
  }

  *objects(): Generator<KubernetesObject> {
    for (const kind of this.#entries.keys()) {
      yield* this.objectsOf(kind);
    }
  }

  *objectsOf(kind: KindName): Generator<KubernetesObject> {
    const entry = this.#entries.get(kind);
    if (entry?.state === 'served') {
      yield* entry.collector.objects();
    }
  }

  /** Those into which some kind is looked one by one. */
  namespacesApart(): string[] {
    const namespaces = new Set<string>();
    for (const entry of this.#entries.values()) {
      if (entry.state === 'served') {
        for (const namespace of entry.collector.namespaces()) {
          namespaces.add(namespace);
        }
      }
    }
    return [...namespaces];
  }

  observations(): KindObservation[] {
    const observations: KindObservation[] = [];
    for (const kind of KIND_NAMES) {
      const entry = this.#entries.get(kind);
      const observation =
        entry?.state === 'served'
          ? entry.collector.observation()
          : entry && {
              kind: KINDS[kind].kind,
              group: KINDS[kind].group,
              resource: KINDS[kind].plural,
              state: entry.state,
              objects: 0,
              ...('reason' in entry ? { message: entry.reason } : {}),
            };
      if (observation) {
        observations.push(observation);
      }
    }
    return observations;
  }

  /** Milliseconds since 1970: when the oldest of what is seen was last known to be so; undefined before the first complete look. */
  lastSeen(): number | undefined {
    const times: number[] = [];
    for (const entry of this.#entries.values()) {
      const lastSeen =
        entry.state === 'served' ? entry.collector.lastSeen() : undefined;
      if (lastSeen !== undefined) {
        times.push(lastSeen);
      }
    }
    return times.length === 0 || !this.isComplete()
      ? undefined
      : Math.min(...times);
  }
}
