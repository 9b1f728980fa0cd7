import {
  TestDatabaseId,
  TestDatabases,
  mockServices,
} from '@backstage/backend-test-utils';
import { DatabaseLeaseStore } from './DatabaseLeaseStore';
import { openDatabase } from './migrate';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_15'] });

async function createReplicas(databaseId: TestDatabaseId) {
  const client = await databases.init(databaseId);
  const knex = await openDatabase(mockServices.database({ knex: client }));
  const replica = (holder: string) =>
    DatabaseLeaseStore.create({ knex, holder, seconds: 30 });
  return { knex, first: replica('first'), second: replica('second') };
}

const PAST = '2020-01-01T00:00:00.000Z';

describe.each(databases.eachSupportedId())('leases on %s', databaseId => {
  it('are held by one replica at a time, who may prolong them', async () => {
    const { first, second } = await createReplicas(databaseId);
    expect(await first.acquire(['a', 'b'])).toEqual(['a', 'b']);
    expect(await second.acquire(['a', 'b', 'c'])).toEqual(['c']);
    expect(await first.acquire(['a', 'b', 'c'])).toEqual(['a', 'b']);
    expect(await first.acquire([])).toEqual([]);
  });

  it('go to exactly one of those who reach for them at once', async () => {
    const { first, second } = await createReplicas(databaseId);
    const clusters = ['a', 'b', 'c', 'd'];
    const held = await Promise.all([
      first.acquire(clusters),
      second.acquire([...clusters].reverse()),
    ]);
    expect(held.flat().sort()).toEqual(clusters);
  });

  it('are taken over when they lapse', async () => {
    const { knex, first, second } = await createReplicas(databaseId);
    await first.acquire(['a']);
    await knex('leases').update({ expires_at: PAST });
    expect(await second.acquire(['a'])).toEqual(['a']);
    expect(await first.acquire(['a'])).toEqual([]);
  });

  it('are released by their holder alone', async () => {
    const { first, second } = await createReplicas(databaseId);
    await first.acquire(['a']);
    await second.release(['a']);
    expect(await second.acquire(['a'])).toEqual([]);
    await first.release(['a']);
    expect(await second.acquire(['a'])).toEqual(['a']);
  });

  it('end by the clock of the database', async () => {
    const { knex, first } = await createReplicas(databaseId);
    await first.acquire(['a']);
    const [{ expires_at }] = await knex('leases');
    expect(expires_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(Date.parse(expires_at)).toBeGreaterThan(Date.now());
  });

  it('are shared by as many replicas as announced themselves lately', async () => {
    const { knex, first, second } = await createReplicas(databaseId);
    expect(await first.announce()).toBe(1);
    expect(await second.announce()).toBe(2);
    await second.leave();
    expect(await first.announce()).toBe(1);
    await second.announce();
    await knex('replicas').where('id', 'second').update({ expires_at: PAST });
    expect(await first.announce()).toBe(1);
    expect(await knex('replicas').pluck('id')).toEqual(['first']);
  });
});
