/**
 * Writes one cluster's evaluation as the difference to what is stored: rows
 * that say the same are not touched, verdicts that became others are recorded.
 */
import { Knex } from 'knex';
import { forKeys, insertRows, upsertRows } from './batches';
import type { ClusterEvaluation, PostureChange } from './PostureStore';
import {
  ChangeRow,
  ClusterRow,
  EntityWorkloadRow,
  FindingRow,
  ServiceRow,
  findingRows,
  withoutNul,
  workloadId,
} from './rows';
import { nextRevision } from './revision';
import { ServiceNames, serviceNames, writeServices } from './serviceRows';

type StoredFinding = Pick<
  FindingRow,
  'id' | 'cluster' | 'workload_id' | 'control' | 'verdict' | 'since' | 'digest'
>;

const STORED_FINDING = [
  'id',
  'cluster',
  'workload_id',
  'control',
  'verdict',
  'since',
  'digest',
] as const;

/** Within a transaction that holds the lock for writing. */
export async function saveEvaluation(
  transaction: Knex.Transaction,
  evaluation: ClusterEvaluation,
): Promise<PostureChange | undefined> {
  const { cluster, at } = evaluation;
  const storedLinks = await transaction<EntityWorkloadRow>('entity_workloads')
    .where('cluster', cluster)
    .select();
  const workloads = await saveFindings(transaction, evaluation, storedLinks);
  const entities = await saveLinks(transaction, evaluation, storedLinks);

  const links = linksOf(evaluation);
  for (const { entity_ref, workload_id } of [...storedLinks, ...links]) {
    if (workloads.has(workload_id)) {
      entities.add(entity_ref);
    }
  }
  const names = new Map(
    evaluation.entities.map(entity => [entity.entityRef, serviceNames(entity)]),
  );
  const stored = await readNames(transaction, [...names.keys(), ...entities]);
  for (const [entityRef, name] of names) {
    if (!sameNames(stored.get(entityRef), name)) {
      entities.add(entityRef);
    }
  }
  await transaction<ClusterRow>('clusters')
    .where('name', cluster)
    .update({ evaluated_at: at });
  if (entities.size === 0) {
    return undefined;
  }
  const changed = new Map<string, ServiceNames>();
  for (const entityRef of entities) {
    // An entity that left this cluster may live on in another, under the name it had.
    const name = names.get(entityRef) ?? stored.get(entityRef);
    if (name) {
      changed.set(entityRef, name);
    }
  }
  await writeServices(transaction, changed, at.slice(0, 10));
  return {
    revision: await nextRevision(transaction),
    entityRefs: [...entities].sort(),
  };
}

export interface ForgetEntitiesOptions {
  cluster: string;
  /** They have workloads in the cluster. */
  entityRefs: readonly string[];
  at: string;
}

/** Takes a cluster's workloads away from entities; findings of workloads that no entity has any more are deleted. */
export async function forgetEntities(
  transaction: Knex.Transaction,
  { cluster, entityRefs, at }: ForgetEntitiesOptions,
): Promise<PostureChange> {
  const links = await transaction<EntityWorkloadRow>('entity_workloads')
    .where('cluster', cluster)
    .select();
  const forgotten = new Set(entityRefs);
  const gone = links.filter(({ entity_ref }) => forgotten.has(entity_ref));
  const owned = new Set(
    links
      .filter(({ entity_ref }) => !forgotten.has(entity_ref))
      .map(({ workload_id }) => workload_id),
  );
  const findings: StoredFinding[] = [];
  await forKeys(new Set(gone.map(link => link.workload_id)), async batch => {
    const rows = await transaction<FindingRow>('findings')
      .whereIn('workload_id', batch)
      .select(...STORED_FINDING);
    findings.push(...rows.filter(row => !owned.has(row.workload_id)));
  });
  const changes = await deleteFindings(transaction, findings, links, at);
  await insertRows(transaction, 'changes', changes);
  await deleteLinks(transaction, gone);
  const names = await readNames(transaction, entityRefs);
  await writeServices(transaction, names, at.slice(0, 10));
  return {
    revision: await nextRevision(transaction),
    entityRefs: [...entityRefs].sort(),
  };
}

function linksOf({
  cluster,
  entities,
}: ClusterEvaluation): EntityWorkloadRow[] {
  return entities.flatMap(({ entityRef, workloads }) =>
    workloads.map(workload => ({
      entity_ref: entityRef,
      workload_id: workloadId(cluster, workload),
      cluster,
      kind: withoutNul(workload.kind),
      namespace: withoutNul(workload.namespace),
      name: withoutNul(workload.name),
    })),
  );
}

/** Returns the entities that gained or lost a workload. */
async function saveLinks(
  transaction: Knex.Transaction,
  evaluation: ClusterEvaluation,
  stored: readonly EntityWorkloadRow[],
): Promise<Set<string>> {
  const keyOf = (link: EntityWorkloadRow) =>
    `${link.entity_ref}\n${link.workload_id}`;
  const current = new Map(linksOf(evaluation).map(link => [keyOf(link), link]));
  const known = new Set(stored.map(keyOf));
  const gone = stored.filter(link => !current.has(keyOf(link)));
  const added = [...current.values()].filter(link => !known.has(keyOf(link)));
  await deleteLinks(transaction, gone);
  await insertRows(transaction, 'entity_workloads', added);
  return new Set([...gone, ...added].map(({ entity_ref }) => entity_ref));
}

async function deleteLinks(
  transaction: Knex.Transaction,
  links: readonly EntityWorkloadRow[],
): Promise<void> {
  const idsByEntity = new Map<string, string[]>();
  for (const { entity_ref, workload_id } of links) {
    const ids = idsByEntity.get(entity_ref) ?? [];
    ids.push(workload_id);
    idsByEntity.set(entity_ref, ids);
  }
  for (const [entity_ref, ids] of idsByEntity) {
    await forKeys(ids, batch =>
      transaction('entity_workloads')
        .where({ entity_ref })
        .whereIn('workload_id', batch)
        .delete(),
    );
  }
}

/** Returns the ids of the workloads of which a finding changed. */
async function saveFindings(
  transaction: Knex.Transaction,
  { cluster, at, workloads, unchanged }: ClusterEvaluation,
  links: readonly EntityWorkloadRow[],
): Promise<Set<string>> {
  const kept = new Set(
    unchanged.map(reference => workloadId(cluster, reference)),
  );
  const touched = new Set([
    ...workloads.map(({ workload }) => workloadId(cluster, workload)),
    // Only workloads of entities have findings: these are gone, or written now.
    ...links.map(link => link.workload_id).filter(id => !kept.has(id)),
  ]);
  const stored = new Map<string, StoredFinding>();
  await forKeys(touched, async batch => {
    const rows = await transaction<FindingRow>('findings')
      .whereIn('workload_id', batch)
      .select(...STORED_FINDING);
    for (const row of rows) {
      stored.set(row.id, row);
    }
  });
  const written: FindingRow[] = [];
  const changes: ChangeRow[] = [];
  for (const { workload, findings } of workloads) {
    for (const row of findingRows(cluster, workload, findings, at)) {
      const before = stored.get(row.id);
      stored.delete(row.id);
      if (before?.digest === row.digest) {
        continue;
      }
      const sameVerdict = before?.verdict === row.verdict;
      written.push(sameVerdict ? { ...row, since: before.since } : row);
      if (!sameVerdict) {
        changes.push({
          finding_id: row.id,
          workload_id: row.workload_id,
          cluster,
          control: row.control,
          from_verdict: before?.verdict ?? null,
          to_verdict: row.verdict,
          message: messageOf(row),
          at,
        });
      }
    }
  }
  const gone = [...stored.values()];
  changes.push(...(await deleteFindings(transaction, gone, links, at)));
  await upsertRows(transaction, 'findings', ['id'], written);
  await insertRows(transaction, 'changes', changes);
  return new Set([...written, ...gone].map(({ workload_id }) => workload_id));
}

/** Returns the changes that this is. */
async function deleteFindings(
  transaction: Knex.Transaction,
  findings: readonly StoredFinding[],
  links: readonly EntityWorkloadRow[],
  at: string,
): Promise<ChangeRow[]> {
  const nameOf = new Map(
    links.map(({ workload_id, kind, namespace, name }) => [
      workload_id,
      `${kind} ${namespace}/${name}`,
    ]),
  );
  await forKeys(findings, batch =>
    transaction('findings')
      .whereIn(
        'id',
        batch.map(({ id }) => id),
      )
      .delete(),
  );
  return findings.map(({ id, workload_id, cluster, control, verdict }) => ({
    finding_id: id,
    workload_id,
    cluster,
    control,
    from_verdict: verdict,
    to_verdict: null,
    message: `${
      nameOf.get(workload_id) ?? 'The workload'
    } is no longer judged by this control.`,
    at,
  }));
}

function messageOf({ body }: FindingRow): string {
  return withoutNul((JSON.parse(body) as { message: string }).message);
}

async function readNames(
  transaction: Knex.Transaction,
  entityRefs: readonly string[],
): Promise<Map<string, ServiceNames>> {
  const names = new Map<string, ServiceNames>();
  await forKeys(new Set(entityRefs), async batch => {
    const rows = await transaction<ServiceRow>('services')
      .whereIn('entity_ref', batch)
      .select('entity_ref', 'title', 'search', 'owner', 'system');
    for (const row of rows) {
      names.set(row.entity_ref, row);
    }
  });
  return names;
}

function sameNames(
  stored: ServiceNames | undefined,
  current: ServiceNames,
): boolean {
  return (
    stored !== undefined &&
    stored.title === current.title &&
    stored.owner === current.owner &&
    stored.system === current.system
  );
}
