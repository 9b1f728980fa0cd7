/** Snapshots on SQLite and PostgreSQL. */
import { ConflictError } from '@backstage/errors';
import { Knex } from 'knex';
import type { SnapshotHead } from '../snapshots/snapshotParts';
import { forKeys, upsertRows } from './batches';
import { isOneOf } from './dialect';
import { pack, packText, unpack } from './packing';
import type { PostureChange } from './PostureStore';
import { lockForWriting, nextRevision, requireLease } from './revision';
import { EntityWorkloadRow } from './rows';
import type {
  SnapshotChange,
  SnapshotState,
  SnapshotStore,
  StoredPart,
} from './SnapshotStore';

interface SnapshotRow {
  cluster: string;
  digest: string;
  observed_at: string;
  head: Uint8Array;
}

interface SnapshotPartRow {
  cluster: string;
  name: string;
  digest: string;
  body: Uint8Array;
}

export class DatabaseSnapshotStore implements SnapshotStore {
  readonly #knex: Knex;

  /** The tables must be there: see `openDatabase`. */
  static create(options: { knex: Knex }): DatabaseSnapshotStore {
    return new DatabaseSnapshotStore(options.knex);
  }

  private constructor(knex: Knex) {
    this.#knex = knex;
  }

  async save(
    change: SnapshotChange,
    holder: string,
  ): Promise<PostureChange | undefined> {
    const { cluster, digest, observedAt, head } = change;
    if (await this.#confirm(change, holder)) {
      return undefined;
    }
    const stored = await this.#digests(cluster);
    // Outside of the transaction: others wait for its lock.
    const written = await rowsOf(change, stored);
    const gone = [...stored.keys()].filter(name => !(name in head.parts));
    const row: SnapshotRow = {
      cluster,
      digest,
      observed_at: observedAt,
      head: await pack(head),
    };
    return this.#knex.transaction(async transaction => {
      await lockForWriting(transaction);
      await requireLease(transaction, cluster, holder);
      await upsertRows<SnapshotPartRow>(
        transaction,
        'snapshot_parts',
        ['cluster', 'name'],
        written,
      );
      await forKeys(gone, batch =>
        transaction('snapshot_parts')
          .where({ cluster })
          .whereIn('name', batch)
          .delete(),
      );
      await upsertRows<SnapshotRow>(
        transaction,
        'snapshots',
        ['cluster'],
        [row],
      );
      const entityRefs = await entitiesIn(transaction, change);
      return entityRefs.length === 0
        ? undefined
        : { revision: await nextRevision(transaction), entityRefs };
    });
  }

  async readState(cluster: string): Promise<SnapshotState | undefined> {
    const row = await this.#knex<SnapshotRow>('snapshots')
      .where({ cluster })
      .first('digest', 'observed_at');
    return row && { cluster, digest: row.digest, observedAt: row.observed_at };
  }

  async readHead({
    cluster,
    digest,
  }: Pick<SnapshotState, 'cluster' | 'digest'>): Promise<
    SnapshotHead | undefined
  > {
    const row = await this.#knex<SnapshotRow>('snapshots')
      .where({ cluster, digest })
      .first('head');
    return row && unpack<SnapshotHead>(row.head);
  }

  async readParts(
    cluster: string,
    names: readonly string[],
  ): Promise<ReadonlyMap<string, StoredPart>> {
    const parts = new Map<string, StoredPart>();
    await forKeys(names, async batch => {
      const rows = await this.#knex<SnapshotPartRow>('snapshot_parts')
        .where({ cluster })
        .whereIn('name', batch);
      for (const { name, digest, body } of rows) {
        parts.set(name, { digest, objects: await unpack(body) });
      }
    });
    return parts;
  }

  /** Where this is what is stored, notes when it was so again. */
  async #confirm(
    { cluster, digest, observedAt }: SnapshotState,
    holder: string,
  ): Promise<boolean> {
    return this.#knex.transaction(async transaction => {
      await lockForWriting(transaction);
      await requireLease(transaction, cluster, holder);
      const confirmed = await transaction<SnapshotRow>('snapshots')
        .where({ cluster, digest })
        .update({ observed_at: observedAt });
      return confirmed > 0;
    });
  }

  async #digests(cluster: string): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#knex<SnapshotPartRow>('snapshot_parts')
      .where({ cluster })
      .select('name', 'digest');
    return new Map(rows.map(({ name, digest }) => [name, digest]));
  }
}

/** Forgets all that is stored of a cluster's snapshot. */
export async function forgetSnapshot(
  transaction: Knex.Transaction,
  cluster: string,
): Promise<void> {
  for (const table of ['snapshots', 'snapshot_parts']) {
    await transaction(table).where('cluster', cluster).delete();
  }
}

/** Sorted. */
async function entitiesIn(
  transaction: Knex.Transaction,
  { cluster, concerns }: SnapshotChange,
): Promise<string[]> {
  const query = transaction<EntityWorkloadRow>('entity_workloads')
    .where({ cluster })
    .distinct()
    .orderBy('entity_ref');
  if (concerns !== 'all') {
    query.where(isOneOf(transaction, 'namespace', concerns));
  }
  return query.pluck('entity_ref');
}

/** Of the parts that differ from those that are stored. */
async function rowsOf(
  { cluster, head, parts }: SnapshotChange,
  stored: ReadonlyMap<string, string>,
): Promise<SnapshotPartRow[]> {
  const given = new Map(parts.map(part => [part.name, part]));
  const rows: SnapshotPartRow[] = [];
  for (const [name, digest] of Object.entries(head.parts)) {
    if (stored.get(name) !== digest) {
      const part = given.get(name);
      if (part?.digest !== digest) {
        throw new ConflictError(
          `Part ${name} of the snapshot of cluster ${cluster} was changed by another replica`,
        );
      }
      rows.push({ cluster, name, digest, body: await packText(part.text) });
    }
  }
  return rows;
}
