/**
 * Which clusters this replica watches. Any number of replicas share one
 * database: a cluster is watched by the one that holds its lease. A replica
 * takes free clusters up to its fair share, gives up what it has beyond it
 * (another has come), and takes those too that nobody has wanted for a while.
 */
import type {
  ClusterSource,
  ClusterTarget,
} from '@backstage-zero-trust/plugin-zero-trust-node';
import type { DatabaseLeaseStore } from '../database/DatabaseLeaseStore';
import type { PostureStore } from '../database/PostureStore';
import { Loop } from '../Loop';
import { SourceListing } from './SourceListing';
import { WatchContext, WatchedCluster } from './WatchedCluster';
import { describeFailure } from '../describeFailure';

export interface ClusterObservationOptions extends WatchContext {
  sources: readonly ClusterSource[];
  leases: DatabaseLeaseStore;
  store: PostureStore;
}

/** How long a lease lasts; a replica that dies is followed by another after at most this and one turn. */
export const LEASE_SECONDS = 30;
/** A lease outlives two turns that fail. */
const TURNS_IN_A_LEASE = 3;

interface KnownCluster {
  source: string;
  target: ClusterTarget;
}

export class ClusterObservation {
  readonly #options: ClusterObservationOptions;
  readonly #listings: SourceListing[];
  readonly #loop: Loop;
  readonly #watched = new Map<string, WatchedCluster>();
  /** Found free in the last turn. */
  #leftOver = new Set<string>();
  /** Taken beyond the fair share, since nobody else wanted them. */
  readonly #adopted = new Set<string>();
  readonly #doubles = new Set<string>();

  static start(options: ClusterObservationOptions): ClusterObservation {
    return new ClusterObservation(options);
  }

  private constructor(options: ClusterObservationOptions) {
    this.#options = options;
    options.entities.onChange(() => this.#wakeAll());
    this.#listings = options.sources.map(source =>
      SourceListing.start({
        source,
        onChange: () => this.#loop.soon(),
        logger: options.logger,
      }),
    );
    this.#loop = Loop.start({ call: () => this.#turn() });
  }

  /** Hands all clusters over at once. */
  async stop(): Promise<void> {
    for (const listing of this.#listings) {
      listing.stop();
    }
    await this.#loop.stop();
    await this.#giveUp([...this.#watched.keys()]);
    await this.#options.leases.leave();
  }

  async #turn(): Promise<number> {
    try {
      // Asked together with the clusters: a source that answers meanwhile must not make them look complete.
      const complete = this.#listings.every(listing => listing.targets());
      const known = this.#knownClusters();
      await this.#keepLeases(known);
      await this.#shareClusters(known);
      if (complete) {
        await this.#removeGone(known);
      }
      // So that readers see how recently each was looked at.
      this.#wakeAll();
    } catch (error) {
      this.#options.logger.warn('Leases of clusters could not be renewed', {
        error: describeFailure(error),
      });
    }
    return (this.#options.leases.seconds * 1_000) / TURNS_IN_A_LEASE;
  }

  /** A name that two sources give is the first one's: verdicts of two clusters never mix. */
  #knownClusters(): Map<string, KnownCluster> {
    const known = new Map<string, KnownCluster>();
    for (const listing of this.#listings) {
      for (const target of listing.targets() ?? []) {
        const first = known.get(target.name);
        if (!first) {
          known.set(target.name, { source: listing.id, target });
        } else if (!this.#doubles.has(`${listing.id} ${target.name}`)) {
          this.#doubles.add(`${listing.id} ${target.name}`);
          this.#options.logger.warn(
            `Cluster ${target.name} of ${listing.id} is left out: ${first.source} has one of the same name`,
          );
        }
      }
    }
    return known;
  }

  async #keepLeases(known: ReadonlyMap<string, KnownCluster>): Promise<void> {
    const names = [...this.#watched.keys()];
    await this.#giveUp(names.filter(name => !known.has(name)));
    const held = await this.#options.leases.acquire(
      names.filter(name => known.has(name)),
    );
    for (const [name, watched] of this.#watched) {
      if (!held.includes(name)) {
        this.#options.logger.info(`Cluster ${name} is watched elsewhere now`);
        await this.#stopWatching(name);
      } else if (
        versionOf(watched.target) !== versionOf(known.get(name)?.target)
      ) {
        await this.#stopWatching(name);
        this.#watch(name, known);
      }
    }
  }

  async #shareClusters(
    known: ReadonlyMap<string, KnownCluster>,
  ): Promise<void> {
    const { leases } = this.#options;
    const share = Math.ceil(known.size / (await leases.announce()));
    if (this.#watched.size <= share) {
      this.#adopted.clear();
    }
    const own = [...this.#watched.keys()].filter(
      name => !this.#adopted.has(name),
    );
    await this.#giveUp(own.slice(share));

    const free = await leases.freeAmong(
      [...known.keys()].filter(name => !own.includes(name)),
    );
    const leftOver = free.filter(name => this.#leftOver.has(name));
    const wanted = free
      .filter(name => !leftOver.includes(name))
      .slice(0, Math.max(0, share - own.length - leftOver.length));
    const taken = await leases.acquire([...leftOver, ...wanted]);
    for (const name of taken) {
      if (leftOver.includes(name)) {
        this.#adopted.add(name);
      }
      this.#watch(name, known);
    }
    this.#leftOver = new Set(free.filter(name => !taken.includes(name)));
  }

  /** Forgets stored clusters that no source has any more; those that another replica watches are refused by the store. */
  async #removeGone(known: ReadonlyMap<string, KnownCluster>): Promise<void> {
    const { store, signals, logger } = this.#options;
    for (const { name } of await store.listClusters()) {
      if (!known.has(name)) {
        const change = await store.removeCluster(
          name,
          new Date().toISOString(),
        );
        if (change) {
          logger.info(`Cluster ${name} is no longer listed and was forgotten`);
          signals.publish(change);
        }
      }
    }
  }

  #watch(name: string, known: ReadonlyMap<string, KnownCluster>): void {
    const cluster = known.get(name);
    if (cluster) {
      this.#watched.set(
        name,
        WatchedCluster.start({ ...this.#options, ...cluster }),
      );
    }
  }

  async #stopWatching(name: string): Promise<void> {
    const watched = this.#watched.get(name);
    this.#watched.delete(name);
    this.#adopted.delete(name);
    await watched?.stop();
  }

  async #giveUp(names: readonly string[]): Promise<void> {
    await Promise.all(names.map(name => this.#stopWatching(name)));
    if (names.length > 0) {
      await this.#options.leases.release(names);
    }
  }

  #wakeAll(): void {
    for (const watched of this.#watched.values()) {
      watched.changed();
    }
  }
}

function versionOf(target: ClusterTarget | undefined): string | undefined {
  return JSON.stringify(
    target && 'observe' in target
      ? [target.title, target.version]
      : [target?.title, target?.unobservable, 'unobservable'],
  );
}
