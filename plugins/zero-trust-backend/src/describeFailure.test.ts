import { TestDatabases } from '@backstage/backend-test-utils';
import { describeFailure } from './describeFailure';

describe('a failure in the log', () => {
  const databases = TestDatabases.create({ ids: ['SQLITE_3'] });

  it('tells nothing of a statement that the database refused', async () => {
    const knex = await databases.init('SQLITE_3');
    await knex.schema.createTable('findings', table =>
      table.string('id').primary(),
    );
    await knex('findings').insert({ id: 'shop/orders' });
    const failure = await knex('findings')
      .insert({ id: 'shop/orders' })
      .catch(describeFailure);
    expect(failure).toContain('SQLITE_CONSTRAINT');
    expect(failure).not.toContain('orders');
  });

  it('is the message of an error of our own', () => {
    expect(describeFailure(new Error('the catalog is not there yet'))).toBe(
      'the catalog is not there yet',
    );
  });
});
