/** The little in which SQLite and PostgreSQL differ for us. */
import { Knex } from 'knex';

function isPostgres(knex: Knex): boolean {
  return knex.client.config.client === 'pg';
}

/**
 * The database's own time, some seconds from now, as ISO 8601 text: the one
 * clock that all replicas share.
 */
export function databaseTime(knex: Knex, seconds = 0): Knex.Raw {
  return isPostgres(knex)
    ? knex.raw(
        `to_char((clock_timestamp() + ? * interval '1 second') at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
        [seconds],
      )
    : knex.raw(`strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ?)`, [
        `${seconds} seconds`,
      ]);
}

/** A list of any length as a single binding: `column in (…)` ends at the engine's number of parameters. */
export function isOneOf(
  knex: Knex,
  column: string,
  values: readonly string[],
): Knex.Raw {
  return isPostgres(knex)
    ? knex.raw('?? = any(?)', [column, [...values]])
    : knex.raw('?? in (select value from json_each(?))', [
        column,
        JSON.stringify(values),
      ]);
}

/** Whether a column of lower case contains a text, whatever the text's case and characters. */
export function contains(knex: Knex, column: string, text: string): Knex.Raw {
  const pattern = text
    .toLocaleLowerCase('en-US')
    .replace(/[\\%_]/g, character => `\\${character}`);
  return knex.raw(`?? like ? escape '\\'`, [column, `%${pattern}%`]);
}
