/**
 * Leases: which replica watches which cluster. A lease is a row with an end;
 * its holder prolongs it, and whoever finds it ended takes it. All times are
 * the database's, so that the clocks of replicas do not matter. Ended rows
 * stay: they say since when nobody has been watching.
 */
import { Knex } from 'knex';
import { databaseTime, isOneOf } from './dialect';
import { LeaseRow, ReplicaRow } from './rows';

export interface LeaseStoreOptions {
  knex: Knex;
  /** The replica, unique over all of them. */
  holder: string;
  /** How long a lease lasts unless it is prolonged. */
  seconds: number;
}

/** Replicas that vanished are forgotten after a day. */
const FORGET_AFTER_SECONDS = 24 * 60 * 60;

export class DatabaseLeaseStore {
  readonly holder: string;
  readonly seconds: number;
  readonly #knex: Knex;

  static create(options: LeaseStoreOptions): DatabaseLeaseStore {
    return new DatabaseLeaseStore(options);
  }

  private constructor({ knex, holder, seconds }: LeaseStoreOptions) {
    this.#knex = knex;
    this.holder = holder;
    this.seconds = seconds;
  }

  /** Takes or prolongs those of the leases that are free or held by this replica already; returns them. */
  async acquire(clusters: readonly string[]): Promise<string[]> {
    if (clusters.length === 0) {
      return [];
    }
    const expiresAt = databaseTime(this.#knex, this.seconds);
    const rows = await this.#knex<LeaseRow>('leases')
      .insert(
        // In one order everywhere: two replicas never wait for each other's rows.
        [...clusters].sort().map(cluster => ({
          cluster,
          holder: this.holder,
          expires_at: expiresAt,
        })) as unknown as LeaseRow[],
      )
      .onConflict('cluster')
      .merge(['holder', 'expires_at'])
      .where('leases.holder', this.holder)
      .orWhere('leases.expires_at', '<=', databaseTime(this.#knex))
      .returning('cluster');
    return rows.map(({ cluster }) => cluster);
  }

  /** Those that no replica holds. */
  async freeAmong(clusters: readonly string[]): Promise<string[]> {
    const taken = await this.#knex<LeaseRow>('leases')
      .where(isOneOf(this.#knex, 'cluster', clusters))
      .where('expires_at', '>', databaseTime(this.#knex))
      .pluck('cluster');
    return clusters.filter(cluster => !taken.includes(cluster));
  }

  /** Ends leases of this replica at once, for another to take. */
  async release(clusters: readonly string[]): Promise<void> {
    await this.#knex<LeaseRow>('leases')
      .where(isOneOf(this.#knex, 'cluster', clusters))
      .where('holder', this.holder)
      .update({ expires_at: databaseTime(this.#knex) as unknown as string });
  }

  /** Says that this replica is there; returns how many are. */
  async announce(): Promise<number> {
    const expires_at = databaseTime(
      this.#knex,
      this.seconds,
    ) as unknown as string;
    await this.#knex<ReplicaRow>('replicas')
      .insert({ id: this.holder, expires_at })
      .onConflict('id')
      .merge(['expires_at']);
    await this.#knex<ReplicaRow>('replicas')
      .where('expires_at', '<', databaseTime(this.#knex, -FORGET_AFTER_SECONDS))
      .delete();
    const [{ count }] = await this.#knex<ReplicaRow>('replicas')
      .where('expires_at', '>', databaseTime(this.#knex))
      .count({ count: '*' });
    return Number(count);
  }

  /** Ends what {@link announce} began. */
  async leave(): Promise<void> {
    await this.#knex<ReplicaRow>('replicas').where('id', this.holder).delete();
  }
}
