/** The fleet's list: filtered, sorted and paged by the database. */
import type {
  HistoryPoint,
  Level,
  ServiceQuery,
  ServiceSortField,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { LEVELS } from '@backstage-zero-trust/posture-engine';
import { Knex } from 'knex';
import { contains, isOneOf } from './dialect';
import type { StoredServiceList, VisibleEntities } from './PostureStore';
import { EntityWorkloadRow, RollUpRow, ServiceRow } from './rows';

export const DEFAULT_LIMIT = 20;
export const HISTORY_DAYS = 30;
const TREND_DAYS = 7;

const SORT_COLUMNS: Record<ServiceSortField, keyof ServiceRow> = {
  level: 'level_rank',
  score: 'score',
  title: 'search',
  owner: 'owner',
  failing: 'failing',
};

export async function listServices(
  knex: Knex,
  query: ServiceQuery,
  visible: VisibleEntities,
  today: string,
): Promise<StoredServiceList> {
  const services = () => {
    const all = knex<ServiceRow>('services');
    return visible === 'all'
      ? all
      : all.where(isOneOf(knex, 'services.entity_ref', visible));
  };
  const matching = () => filterServices(knex, services(), query);

  const { sort = 'level', order = 'asc' } = query;
  const rows: ServiceRow[] = await matching()
    // What is absent comes last, either way; Knex's own `nulls` sorts by nothing else on SQLite.
    .orderByRaw('?? is null', [SORT_COLUMNS[sort]])
    .orderBy([
      { column: SORT_COLUMNS[sort], order },
      { column: 'failing', order: 'desc' },
      { column: 'entity_ref', order: 'asc' },
    ])
    .offset(query.offset ?? 0)
    .limit(query.limit ?? DEFAULT_LIMIT);
  const [{ count }] = await matching().count({ count: '*' });
  const levelRows = await services()
    .groupBy('level')
    .select('level')
    .count({ count: '*' });
  const ownerRows = await services()
    .whereNotNull('owner')
    .distinct('owner')
    .orderBy('owner');

  const entityRefs = rows.map(({ entity_ref }) => entity_ref);
  const clusters = await readClusters(knex, entityRefs);
  const histories = await readHistories(knex, entityRefs, today);
  return {
    items: rows.map(row => {
      const history = histories.get(row.entity_ref) ?? [];
      const trend = trendOf(row.score, history, today);
      return {
        entityRef: row.entity_ref,
        title: row.title,
        ...(row.owner === null ? {} : { owner: row.owner }),
        ...(row.system === null ? {} : { system: row.system }),
        level: row.level as Level,
        ...(row.score === null ? {} : { score: row.score }),
        ...(trend === undefined ? {} : { trend }),
        history,
        pillars: JSON.parse(row.pillars),
        applicable: row.applicable,
        judged: row.judged,
        failing: row.failing,
        clusters: clusters.get(row.entity_ref) ?? [],
        ...(row.worst === null ? {} : { worst: JSON.parse(row.worst) }),
      };
    }),
    totalCount: Number(count),
    levels: Object.fromEntries(
      LEVELS.map(level => [
        level,
        Number(levelRows.find(row => row.level === level)?.count ?? 0),
      ]),
    ) as Record<Level, number>,
    owners: ownerRows.flatMap(({ owner }) => owner ?? []),
  };
}

function filterServices(
  knex: Knex,
  services: Knex.QueryBuilder<ServiceRow>,
  { search, owner, level, cluster, pillar }: ServiceQuery,
): Knex.QueryBuilder<ServiceRow> {
  if (search !== undefined && search !== '') {
    services.where(contains(knex, 'services.search', search));
  }
  if (owner !== undefined) {
    services.where('services.owner', owner);
  }
  if (level !== undefined) {
    services.where('services.level', level);
  }
  if (cluster !== undefined) {
    services.whereExists(
      knex('entity_workloads')
        .whereRaw('entity_workloads.entity_ref = services.entity_ref')
        .where('entity_workloads.cluster', cluster),
    );
  }
  if (pillar !== undefined) {
    services.whereExists(
      knex('entity_workloads')
        .join(
          'findings',
          'findings.workload_id',
          'entity_workloads.workload_id',
        )
        .whereRaw('entity_workloads.entity_ref = services.entity_ref')
        .where({ 'findings.verdict': 'fail', 'findings.pillar': pillar }),
    );
  }
  return services;
}

async function readClusters(
  knex: Knex,
  entityRefs: readonly string[],
): Promise<Map<string, string[]>> {
  const rows = await knex<EntityWorkloadRow>('entity_workloads')
    .whereIn('entity_ref', entityRefs)
    .distinct('entity_ref', 'cluster')
    .orderBy('cluster');
  const clusters = new Map<string, string[]>();
  for (const { entity_ref, cluster } of rows) {
    clusters.set(entity_ref, [...(clusters.get(entity_ref) ?? []), cluster]);
  }
  return clusters;
}

/** The last 30 days, oldest first. */
export async function readHistories(
  knex: Knex,
  entityRefs: readonly string[],
  today: string,
): Promise<Map<string, HistoryPoint[]>> {
  const rows = await knex<RollUpRow>('roll_ups')
    .whereIn('entity_ref', entityRefs)
    .where('date', '>', daysBefore(today, HISTORY_DAYS))
    .where('date', '<=', today)
    .orderBy('date');
  const histories = new Map<string, HistoryPoint[]>();
  for (const { entity_ref, date, score, level } of rows) {
    histories.set(entity_ref, [
      ...(histories.get(entity_ref) ?? []),
      { date, score, level: level as Level },
    ]);
  }
  return histories;
}

function trendOf(
  score: number | null,
  history: readonly HistoryPoint[],
  today: string,
): number | undefined {
  const weekAgo = daysBefore(today, TREND_DAYS);
  const before = history.filter(({ date }) => date <= weekAgo).at(-1);
  return score === null || !before ? undefined : score - before.score;
}

/** `2026-06-01` and 1 give `2026-05-31`. */
export function daysBefore(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - days);
  return date.toISOString().slice(0, 10);
}
