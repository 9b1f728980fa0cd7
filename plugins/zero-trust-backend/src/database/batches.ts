/** Rows in portions that every engine takes in one statement. */
import { Knex } from 'knex';

const ROWS_AT_ONCE = 100;
const KEYS_AT_ONCE = 500;

export async function insertRows<Row extends object>(
  transaction: Knex.Transaction,
  table: string,
  rows: readonly Row[],
): Promise<void> {
  for (const batch of batchesOf(rows, ROWS_AT_ONCE)) {
    await transaction(table).insert(batch);
  }
}

/** Inserts, or overwrites the row of the same key. */
export async function upsertRows<Row extends object>(
  transaction: Knex.Transaction,
  table: string,
  key: (keyof Row & string)[],
  rows: readonly Row[],
): Promise<void> {
  for (const batch of batchesOf(rows, ROWS_AT_ONCE)) {
    await transaction(table).insert(batch).onConflict(key).merge();
  }
}

/** Calls with portions of keys, for a `whereIn` each. */
export async function forKeys<Key>(
  keys: Iterable<Key>,
  call: (batch: Key[]) => Promise<unknown>,
): Promise<void> {
  for (const batch of batchesOf([...keys], KEYS_AT_ONCE)) {
    await call(batch);
  }
}

function* batchesOf<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let start = 0; start < items.length; start += size) {
    yield items.slice(start, start + size);
  }
}
