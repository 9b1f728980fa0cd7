/**
 * Keeps what is stored for questions about one cluster up to date, its
 * connections and then its snapshot, beside the judging: findings never wait
 * for it, and where it fails they stay. Of snapshots that
 * come while it computes only the newest counts; what it computes is given up
 * for that, but never twice in a row, so that a cluster that changes all the
 * time gets its turn too.
 */
import {
  ClusterSnapshot,
  ConnectionMap,
  ProfileGraph,
  connectionsOf,
  fingerprints,
  mapConnections,
  namespaceMatrix,
  spreads,
} from '@backstage-zero-trust/posture-engine';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { ConnectionStore } from '../database/ConnectionStore';
import type { PostureChange } from '../database/PostureStore';
import { digestOf } from '../database/rows';
import { describeFailure } from '../describeFailure';
import { connectionCaveats } from '../posture/connectionCaveats';
import type { SnapshotUpkeep } from '../snapshots/SnapshotUpkeep';
import { createTurns, inTurns } from '../turns';

export interface ConnectionUpkeepOptions {
  cluster: string;
  store: Pick<ConnectionStore, 'confirm' | 'save'>;
  snapshots: Pick<SnapshotUpkeep, 'update' | 'stop'>;
  /** The replica that holds the cluster's lease. */
  holder: string;
  onChange: (change: PostureChange) => void;
  logger: LoggerService;
}

/** After a failure, such as a database that is away. */
const RETRY_MILLISECONDS = 5_000;
/** It rests this many times as long as it worked: findings come first. */
const REST = 2;

export class ConnectionUpkeep {
  readonly #options: ConnectionUpkeepOptions;
  #next: ClusterSnapshot | undefined;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #restsUntil = -Infinity;
  #stopped = false;
  /** Whether the last computation was not brought to its end. */
  #gaveUp = false;
  /** The last one; it is logged once, however often it comes back. */
  #failure: string | undefined;

  static create(options: ConnectionUpkeepOptions): ConnectionUpkeep {
    return new ConnectionUpkeep(options);
  }

  private constructor(options: ConnectionUpkeepOptions) {
    this.#options = options;
  }

  /** Returns at once. */
  update(snapshot: ClusterSnapshot): void {
    this.#next = snapshot;
    this.#schedule();
  }

  /** Afterwards nothing is written any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
    this.#options.snapshots.stop();
  }

  #schedule(): void {
    if (this.#stopped || this.#running || this.#timer || !this.#next) {
      return;
    }
    this.#timer = setTimeout(
      () => this.#run(),
      Math.max(0, this.#restsUntil - performance.now()),
    );
  }

  #run(): void {
    const snapshot = this.#next;
    this.#timer = undefined;
    this.#next = undefined;
    if (snapshot) {
      this.#running = this.#work(snapshot).finally(() => {
        this.#running = undefined;
        this.#schedule();
      });
    }
  }

  async #work(snapshot: ClusterSnapshot): Promise<void> {
    const startedAt = performance.now();
    try {
      await this.#store(snapshot);
      this.#failure = undefined;
      const endedAt = performance.now();
      this.#restsUntil = endedAt + REST * (endedAt - startedAt);
    } catch (error) {
      this.#logFailure(error);
      this.#restsUntil = performance.now() + RETRY_MILLISECONDS;
      this.#next ??= snapshot;
    }
  }

  /** Whoever hears of new connections finds the snapshot behind them too. */
  async #store(snapshot: ClusterSnapshot): Promise<void> {
    const { snapshots, onChange } = this.#options;
    const outcome = await this.#storeConnections(snapshot);
    if (outcome === 'given up') {
      return;
    }
    try {
      const seen = this.#stopped ? undefined : await snapshots.update(snapshot);
      if (seen) {
        onChange(seen);
      }
    } finally {
      if (outcome) {
        onChange(outcome);
      }
    }
  }

  /** Undefined where they are as before. */
  async #storeConnections(
    snapshot: ClusterSnapshot,
  ): Promise<PostureChange | 'given up' | undefined> {
    const { cluster, store, holder } = this.#options;
    const evaluatedAt = new Date().toISOString();
    const turn = createTurns();
    const data = await inTurns(
      mapConnections(snapshot.derive(connectionsOf), snapshot.workloads),
    );
    const caveats = connectionCaveats(snapshot);
    const digest = digestOf(JSON.stringify(data), ...caveats);
    await turn();
    const state = { cluster, evaluatedAt, digest, caveats };
    if (this.#stopped || (await store.confirm(state, holder))) {
      return undefined;
    }
    if (this.#next && !this.#gaveUp) {
      this.#gaveUp = true;
      return 'given up';
    }
    this.#gaveUp = false;
    const map = ConnectionMap.read(data);
    await turn();
    const graph = ProfileGraph.create(map);
    const all = {
      ...state,
      map: data,
      spreads: await inTurns(spreads(map, graph)),
      fingerprints: await inTurns(fingerprints(map)),
      matrix: await inTurns(namespaceMatrix(map, graph)),
    };
    return this.#stopped ? undefined : store.save(all, holder);
  }

  #logFailure(error: unknown): void {
    const { logger, cluster } = this.#options;
    const failure = describeFailure(error);
    if (failure !== this.#failure) {
      this.#failure = failure;
      logger.warn(`Connections of cluster ${cluster} could not be updated`, {
        error: failure,
      });
    }
  }
}
