/** The one row an entity that lists read: computed anew from its findings in all clusters whenever one of them changes. */
import type { ServicePosture } from '@backstage-zero-trust/plugin-zero-trust-common';
import {
  LEVELS,
  SEVERITIES,
  compare,
  summarize,
} from '@backstage-zero-trust/posture-engine';
import { Knex } from 'knex';
import { forKeys, upsertRows } from './batches';
import type { StoredVerdict } from './PostureStore';
import {
  EntityWorkloadRow,
  FindingRow,
  RollUpRow,
  ServiceRow,
  withoutNul,
} from './rows';

/** What the catalog says of an entity. */
export type ServiceNames = Pick<
  ServiceRow,
  'entity_ref' | 'title' | 'search' | 'owner' | 'system'
>;

export function serviceNames(entity: {
  entityRef: string;
  title: string;
  owner?: string;
  system?: string;
}): ServiceNames {
  const title = withoutNul(entity.title);
  return {
    entity_ref: entity.entityRef,
    title,
    search: `${title} ${entity.entityRef}`.toLocaleLowerCase('en-US'),
    owner: entity.owner ?? null,
    system: entity.system ?? null,
  };
}

/** The worst failures first; stable, so that what is shown does not jump. */
export function worstFailures<T extends StoredVerdict>(
  verdicts: readonly T[],
  count: number,
): T[] {
  return verdicts
    .filter(({ verdict }) => verdict === 'fail')
    .sort(
      (left, right) =>
        SEVERITIES.indexOf(left.severity) -
          SEVERITIES.indexOf(right.severity) ||
        compare(left.control, right.control) ||
        compare(left.cluster, right.cluster) ||
        compare(left.id, right.id),
    )
    .slice(0, count);
}

/** Without their bodies, which only the few that are shown need. */
export async function readVerdicts(
  knex: Knex,
  entityRefs: readonly string[],
): Promise<Map<string, StoredVerdict[]>> {
  const byEntity = new Map<string, StoredVerdict[]>();
  await forKeys(entityRefs, async batch => {
    const rows: (StoredVerdict & { entity_ref: string })[] = await knex(
      'entity_workloads',
    )
      .join('findings', 'findings.workload_id', 'entity_workloads.workload_id')
      .whereIn('entity_workloads.entity_ref', batch)
      .select(
        'entity_workloads.entity_ref',
        'findings.id',
        'findings.cluster',
        'findings.control',
        'findings.pillar',
        'findings.severity',
        'findings.verdict',
      );
    for (const { entity_ref, ...verdict } of rows) {
      const verdicts = byEntity.get(entity_ref);
      if (verdicts) {
        verdicts.push(verdict);
      } else {
        byEntity.set(entity_ref, [verdict]);
      }
    }
  });
  return byEntity;
}

/** Writes the rows of the given entities, and the day's roll-ups; deletes those of entities without workloads. */
export async function writeServices(
  transaction: Knex.Transaction,
  names: ReadonlyMap<string, ServiceNames>,
  date: string,
): Promise<void> {
  const entityRefs = [...names.keys()];
  const withWorkloads = new Set<string>();
  await forKeys(entityRefs, async batch => {
    const rows = await transaction<EntityWorkloadRow>('entity_workloads')
      .whereIn('entity_ref', batch)
      .distinct('entity_ref');
    for (const { entity_ref } of rows) {
      withWorkloads.add(entity_ref);
    }
  });
  const gone = entityRefs.filter(entityRef => !withWorkloads.has(entityRef));
  await forKeys(gone, batch =>
    transaction('services').whereIn('entity_ref', batch).delete(),
  );

  const verdicts = await readVerdicts(transaction, [...withWorkloads]);
  const worst = await readWorst(transaction, verdicts);
  const services: ServiceRow[] = [];
  const rollUps: RollUpRow[] = [];
  for (const entityRef of withWorkloads) {
    const entity = names.get(entityRef);
    if (!entity) {
      continue;
    }
    const summary = summarize(verdicts.get(entityRef) ?? []);
    const { level, score } = summary;
    services.push({
      ...entity,
      level,
      level_rank: LEVELS.indexOf(level),
      score: score ?? null,
      failing: summary.counts.fail,
      applicable: summary.applicable,
      judged: summary.judged,
      pillars: JSON.stringify(summary.pillars),
      worst: worst.has(entityRef) ? JSON.stringify(worst.get(entityRef)) : null,
    });
    if (score !== undefined) {
      rollUps.push({ entity_ref: entityRef, date, score, level });
    }
  }
  await upsertRows(transaction, 'services', ['entity_ref'], services);
  await upsertRows(transaction, 'roll_ups', ['entity_ref', 'date'], rollUps);
}

async function readWorst(
  transaction: Knex.Transaction,
  verdicts: ReadonlyMap<string, StoredVerdict[]>,
): Promise<Map<string, ServicePosture['worst']>> {
  const idOf = new Map<string, string>();
  for (const [entityRef, list] of verdicts) {
    const [worst] = worstFailures(list, 1);
    if (worst) {
      idOf.set(entityRef, worst.id);
    }
  }
  const found = new Map<string, ServicePosture['worst']>();
  await forKeys(new Set(idOf.values()), async batch => {
    const rows = await transaction<FindingRow>('findings').whereIn('id', batch);
    for (const { id, body } of rows) {
      const { control, severity, message, pillar } = JSON.parse(body);
      found.set(id, { id, control, severity, message, pillar });
    }
  });
  return new Map(
    [...idOf].map(([entityRef, id]) => [entityRef, found.get(id)]),
  );
}
