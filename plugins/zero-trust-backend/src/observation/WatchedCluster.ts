/**
 * One cluster that this replica watches: whenever its view, its state or the
 * catalog changed, it is judged anew from the newest snapshot, and what differs
 * is stored and signalled. Changes that come while it is being judged are
 * judged together afterwards.
 */
import type { ClusterStatus } from '@backstage-zero-trust/plugin-zero-trust-common';
import type {
  ClusterObserver,
  ClusterTarget,
} from '@backstage-zero-trust/plugin-zero-trust-node';
import type {
  ClusterSnapshot,
  Control,
} from '@backstage-zero-trust/posture-engine';
import { LoggerService } from '@backstage/backend-plugin-api';
import type {
  CatalogEntities,
  CatalogEntity,
} from '../catalog/CatalogEntities';
import type { ConnectionStore } from '../database/ConnectionStore';
import type { PostureChange, PostureStore } from '../database/PostureStore';
import type { SnapshotStore } from '../database/SnapshotStore';
import { ClusterJudge } from '../posture/ClusterJudge';
import type { PostureSignals } from '../posture/PostureSignals';
import { describeFailure } from '../describeFailure';
import { SnapshotUpkeep } from '../snapshots/SnapshotUpkeep';
import type { Snapshots } from '../snapshots/Snapshots';
import { ConnectionUpkeep } from './ConnectionUpkeep';

/** What all watched clusters share. */
export interface WatchContext {
  store: Pick<
    PostureStore,
    'saveCluster' | 'saveEvaluation' | 'retainEntities'
  >;
  connections: Pick<ConnectionStore, 'confirm' | 'save'>;
  snapshotStore: Pick<SnapshotStore, 'save'>;
  snapshots: Pick<Snapshots, 'hold' | 'release'>;
  entities: CatalogEntities;
  controls: readonly Control[];
  signals: PostureSignals;
  /** The replica that holds the leases. */
  holder: string;
  logger: LoggerService;
}

export interface WatchClusterOptions extends WatchContext {
  /** The id of the cluster's source. */
  source: string;
  target: ClusterTarget;
}

/** Changes of a cluster come in swarms; waiting longer would be seen. */
const GATHER_MILLISECONDS = 200;

/** A judge that has remembered this long begins anew: whatever another replica wrote while this one could not is put right. */
const REMEMBER_MILLISECONDS = 600_000;

/** After a failure, such as a database that is away. */
const RETRY_MILLISECONDS = 5_000;

/** Stands in for a cluster that is known and cannot be looked at: it says why. */
class UnobservableClusterObserver implements ClusterObserver {
  constructor(private readonly message: string) {}

  start() {}

  stop() {}

  current() {
    return undefined;
  }

  status() {
    return {
      state: 'unreachable' as const,
      message: this.message,
      kinds: [],
    };
  }
}

export class WatchedCluster {
  readonly #options: WatchClusterOptions;
  readonly #observer: ClusterObserver;
  readonly #connections: ConnectionUpkeep;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #changed = false;
  #stopped = false;
  /** The last one; it is logged once, however often it comes back. */
  #failure: string | undefined;
  /** Not to be judged before this moment: a cluster rests as long as judging it took, so that it never takes a server for itself. */
  #restsUntil = -Infinity;
  #judged: { snapshot?: ClusterSnapshot; entities?: readonly CatalogEntity[] } =
    {};
  /** Undefined where nobody knows what is stored. */
  #judge: ClusterJudge | undefined;
  #judgeSince = 0;

  static start(options: WatchClusterOptions): WatchedCluster {
    const cluster = new WatchedCluster(options);
    cluster.#start();
    return cluster;
  }

  private constructor(options: WatchClusterOptions) {
    this.#options = options;
    this.#connections = ConnectionUpkeep.create({
      cluster: options.target.name,
      store: options.connections,
      snapshots: SnapshotUpkeep.create({
        cluster: options.target.name,
        store: options.snapshotStore,
        snapshots: options.snapshots,
        holder: options.holder,
      }),
      holder: options.holder,
      onChange: change => this.#tell(change),
      logger: options.logger,
    });
    this.#observer = this.#observe(options.target);
  }

  get target(): ClusterTarget {
    return this.#options.target;
  }

  /** To be called when anything that counts has changed, and now and then to say that the cluster is still being watched. */
  changed(): void {
    if (this.#stopped) {
      return;
    }
    if (this.#running) {
      this.#changed = true;
    } else {
      this.#timer ??= setTimeout(
        () => this.#run(),
        Math.max(GATHER_MILLISECONDS, this.#restsUntil - performance.now()),
      );
    }
  }

  /** Afterwards nothing is written any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
    await this.#connections.stop();
    await this.#observer.stop();
  }

  #observe(target: ClusterTarget): ClusterObserver {
    if ('unobservable' in target) {
      return new UnobservableClusterObserver(target.unobservable);
    }
    try {
      return target.observe({
        onChange: () => this.changed(),
        logger: this.#options.logger.child({ cluster: target.name }),
      });
    } catch (error) {
      this.#logFailure('could not be watched', error);
      return new UnobservableClusterObserver(
        'It could not be watched; the log of the backend says why.',
      );
    }
  }

  async #start(): Promise<void> {
    this.changed();
    try {
      await this.#observer.start();
    } catch (error) {
      this.#logFailure('could not be watched', error);
    }
  }

  #run(): void {
    this.#timer = undefined;
    this.#changed = false;
    this.#running = this.#update().finally(() => {
      this.#running = undefined;
      if (this.#changed) {
        this.changed();
      }
    });
  }

  async #update(): Promise<void> {
    const startedAt = performance.now();
    try {
      await this.#saveStatus();
      await this.#evaluate();
      this.#failure = undefined;
      const endedAt = performance.now();
      this.#restsUntil = endedAt + (endedAt - startedAt);
    } catch (error) {
      this.#judge = undefined;
      this.#logFailure('could not be judged', error);
      this.#restsUntil = performance.now() + RETRY_MILLISECONDS;
      this.#changed = true;
    }
  }

  async #saveStatus(): Promise<void> {
    const { store, source, target, holder } = this.#options;
    const status: ClusterStatus = {
      name: target.name,
      ...(target.title === undefined ? {} : { title: target.title }),
      ...this.#observer.status(),
      workloads: this.#observer.current()?.workloads.length ?? 0,
    };
    this.#tell(
      await store.saveCluster({ name: target.name, source, status }, holder),
    );
  }

  async #evaluate(): Promise<void> {
    const { store, entities, holder, target } = this.#options;
    const snapshot = this.#observer.current();
    const current = entities.current();
    if (
      !current ||
      (snapshot === this.#judged.snapshot && current === this.#judged.entities)
    ) {
      return;
    }
    const cluster = target.name;
    const at = new Date().toISOString();
    const change = snapshot
      ? await store.saveEvaluation(
          {
            cluster,
            at,
            ...(await this.#currentJudge().evaluate(snapshot, current)),
          },
          holder,
        )
      : await store.retainEntities(
          { cluster, at, entityRefs: current.map(entity => entity.entityRef) },
          holder,
        );
    if (snapshot && snapshot !== this.#judged.snapshot) {
      this.#connections.update(snapshot);
    }
    this.#judged = { snapshot, entities: current };
    this.#tell(change);
  }

  #currentJudge(): ClusterJudge {
    const now = performance.now();
    if (!this.#judge || now - this.#judgeSince > REMEMBER_MILLISECONDS) {
      this.#judge = ClusterJudge.create({ controls: this.#options.controls });
      this.#judgeSince = now;
    }
    return this.#judge;
  }

  #tell(change: PostureChange | undefined): void {
    if (change) {
      this.#options.signals.publish(change);
    }
  }

  #logFailure(what: string, error: unknown): void {
    const { logger, target } = this.#options;
    const failure = describeFailure(error);
    if (failure !== this.#failure) {
      this.#failure = failure;
      logger.warn(`Cluster ${target.name} ${what}`, { error: failure });
    }
  }
}
