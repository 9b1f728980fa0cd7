/**
 * One row is locked by every write, so that two replicas that judge two
 * clusters of one service never compute its summary past each other; and it
 * counts the changes.
 */
import { ConflictError } from '@backstage/errors';
import { Knex } from 'knex';
import { databaseTime } from './dialect';
import { LeaseRow, RevisionRow } from './rows';

const ONLY_ROW = 1;

/** Held until the transaction ends. */
export async function lockForWriting(transaction: Knex.Transaction) {
  await transaction<RevisionRow>('revisions')
    .where('id', ONLY_ROW)
    .forUpdate()
    .select('id');
}

export async function nextRevision(
  transaction: Knex.Transaction,
): Promise<number> {
  await transaction<RevisionRow>('revisions')
    .where('id', ONLY_ROW)
    .increment('revision', 1);
  const row = await transaction<RevisionRow>('revisions')
    .where('id', ONLY_ROW)
    .first('revision');
  return Number(row?.revision);
}

/** Refuses a write for a cluster that another replica watches by now. */
export async function requireLease(
  transaction: Knex.Transaction,
  cluster: string,
  holder: string,
): Promise<void> {
  const lease = await transaction<LeaseRow>('leases')
    .where({ cluster, holder })
    .first('cluster');
  if (!lease) {
    throw new ConflictError(
      `Cluster ${cluster} is watched by another replica by now`,
    );
  }
}

export async function isWatched(
  transaction: Knex.Transaction,
  cluster: string,
): Promise<boolean> {
  const lease = await transaction<LeaseRow>('leases')
    .where('cluster', cluster)
    .where('expires_at', '>', databaseTime(transaction))
    .first('cluster');
  return lease !== undefined;
}
