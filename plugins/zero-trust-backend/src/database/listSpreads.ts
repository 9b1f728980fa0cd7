/** The fleet's blast radii: filtered, sorted and paged by the database. */
import type { BlastRadiusQuery } from '@backstage-zero-trust/plugin-zero-trust-common';
import { Knex } from 'knex';
import { BlastRadiusRow, toSpread } from './connectionRows';
import type { StoredSpread, VisibleSpreads } from './ConnectionStore';
import { contains, isOneOf } from './dialect';
import { DEFAULT_LIMIT } from './listServices';

export async function listSpreads(
  knex: Knex,
  query: BlastRadiusQuery,
  visible: VisibleSpreads,
): Promise<{ items: StoredSpread[]; totalCount: number }> {
  const matching = () => filterSpreads(knex, query, visible);
  const rows: BlastRadiusRow[] = await matching()
    .orderBy([
      { column: 'total', order: 'desc' },
      { column: 'possible', order: 'desc' },
      { column: 'direct', order: 'desc' },
      ...['cluster', 'namespace', 'name', 'kind'].map(column => ({ column })),
    ])
    .offset(query.offset ?? 0)
    .limit(query.limit ?? DEFAULT_LIMIT);
  const [{ count }] = await matching().count({ count: '*' });
  return { items: rows.map(toSpread), totalCount: Number(count) };
}

function filterSpreads(
  knex: Knex,
  { cluster, search }: BlastRadiusQuery,
  { entities, unowned }: VisibleSpreads,
): Knex.QueryBuilder<BlastRadiusRow> {
  const owners = () =>
    knex('entity_workloads').whereRaw(
      'entity_workloads.workload_id = blast_radii.workload_id',
    );
  const visibleOwners =
    entities === 'all'
      ? owners()
      : owners().where(isOneOf(knex, 'entity_workloads.entity_ref', entities));
  const spreads = knex<BlastRadiusRow>('blast_radii');
  if (entities !== 'all' || !unowned) {
    spreads.where(allowed => {
      allowed.whereExists(visibleOwners);
      if (unowned) {
        allowed.orWhereNotExists(owners());
      }
    });
  }
  if (cluster !== undefined) {
    spreads.where('cluster', cluster);
  }
  if (search !== undefined && search !== '') {
    spreads.where(contains(knex, 'blast_radii.search', search));
  }
  return spreads;
}
