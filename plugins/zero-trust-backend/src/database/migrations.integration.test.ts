import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_15'] });
const directory = resolve(__dirname, '../../migrations');
const migrations = readdirSync(directory).sort();

const TABLES = [
  'blast_radii',
  'changes',
  'clusters',
  'connection_maps',
  'connections',
  'entity_workloads',
  'findings',
  'leases',
  'replicas',
  'revisions',
  'roll_ups',
  'services',
  'snapshot_parts',
  'snapshots',
];

async function tablesOf(knex: Knex): Promise<string[]> {
  const rows: { name: string }[] =
    knex.client.config.client === 'pg'
      ? await knex('pg_tables')
          .where('schemaname', 'public')
          .select({ name: 'tablename' })
      : await knex('sqlite_master')
          .where('type', 'table')
          .whereNot('name', 'like', 'sqlite%')
          .select('name');
  return rows
    .map(({ name }) => name)
    .filter(name => !name.startsWith('knex_migrations'))
    .sort();
}

describe.each(databases.eachSupportedId())('migrations on %s', databaseId => {
  it.each(migrations)('%s goes up, down and up again', async name => {
    const knex = await databases.init(databaseId);
    const before = async () => {
      for (const earlier of migrations.slice(0, migrations.indexOf(name))) {
        await knex.migrate.up({ directory, name: earlier });
      }
    };
    await before();
    const empty = await tablesOf(knex);
    await knex.migrate.up({ directory, name });
    const full = await tablesOf(knex);
    await knex.migrate.down({ directory, name });
    expect(await tablesOf(knex)).toEqual(empty);
    await knex.migrate.up({ directory, name });
    expect(await tablesOf(knex)).toEqual(full);
  });

  it('end with the tables of the store', async () => {
    const knex = await databases.init(databaseId);
    await knex.migrate.latest({ directory });
    expect(await tablesOf(knex)).toEqual(TABLES);
    expect(await knex('revisions')).toHaveLength(1);
  });
});
