/** The store on SQLite and PostgreSQL. */
import type {
  ClusterStatus,
  EntityFinding,
  FindingQuery,
  ServiceQuery,
  Verdict,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import {
  SEVERITIES,
  VERDICTS,
  compare,
} from '@backstage-zero-trust/posture-engine';
import { Knex } from 'knex';
import { forgetConnections } from './DatabaseConnectionStore';
import { forgetSnapshot } from './DatabaseSnapshotStore';
import { listServices, readHistories } from './listServices';
import type {
  ClusterEvaluation,
  ObservedCluster,
  PostureChange,
  PostureStore,
  PruneOptions,
  StoredChange,
  StoredCluster,
  StoredEntity,
  StoredServiceList,
  VisibleEntities,
} from './PostureStore';
import {
  isWatched,
  lockForWriting,
  nextRevision,
  requireLease,
} from './revision';
import {
  ChangeRow,
  ClusterRow,
  EntityWorkloadRow,
  FindingRow,
  LeaseRow,
  ServiceRow,
  toEntityFinding,
} from './rows';
import {
  ForgetEntitiesOptions,
  forgetEntities,
  saveEvaluation,
} from './saveEvaluation';
import { readVerdicts, worstFailures } from './serviceRows';

const WORST_SHOWN = 3;

export class DatabasePostureStore implements PostureStore {
  readonly #knex: Knex;

  /** The tables must be there: see `openDatabase`. */
  static create(options: { knex: Knex }): DatabasePostureStore {
    return new DatabasePostureStore(options.knex);
  }

  private constructor(knex: Knex) {
    this.#knex = knex;
  }

  async saveEvaluation(
    evaluation: ClusterEvaluation,
    holder: string,
  ): Promise<PostureChange | undefined> {
    return this.#knex.transaction(async transaction => {
      await lockForWriting(transaction);
      await requireLease(transaction, evaluation.cluster, holder);
      return saveEvaluation(transaction, evaluation);
    });
  }

  async saveCluster(
    { name, source, status: observed }: ObservedCluster,
    holder: string,
  ): Promise<PostureChange | undefined> {
    return this.#knex.transaction(async transaction => {
      await lockForWriting(transaction);
      await requireLease(transaction, name, holder);
      const stored = await transaction<ClusterRow>('clusters')
        .where('name', name)
        .first();
      const before = stored && (JSON.parse(stored.status) as ClusterStatus);
      const status = sinceLastSync(observed, before);
      await transaction<ClusterRow>('clusters')
        .insert({ name, source, status: JSON.stringify(status) })
        .onConflict('name')
        .merge(['source', 'status']);
      if (before && newsOf(before) === newsOf(status)) {
        return undefined;
      }
      const concernsEntities =
        before?.state !== status.state || before.message !== status.message;
      return {
        revision: await nextRevision(transaction),
        entityRefs: concernsEntities ? await entitiesIn(transaction, name) : [],
      };
    });
  }

  async retainEntities(
    { cluster, entityRefs, at }: ForgetEntitiesOptions,
    holder: string,
  ): Promise<PostureChange | undefined> {
    return this.#knex.transaction(async transaction => {
      await lockForWriting(transaction);
      await requireLease(transaction, cluster, holder);
      const kept = new Set(entityRefs);
      const gone = (await entitiesIn(transaction, cluster)).filter(
        entityRef => !kept.has(entityRef),
      );
      return gone.length === 0
        ? undefined
        : forgetEntities(transaction, { cluster, entityRefs: gone, at });
    });
  }

  async removeCluster(
    name: string,
    at: string,
  ): Promise<PostureChange | undefined> {
    return this.#knex.transaction(async transaction => {
      await lockForWriting(transaction);
      const stored = await transaction<ClusterRow>('clusters')
        .where('name', name)
        .first('name');
      if (!stored || (await isWatched(transaction, name))) {
        return undefined;
      }
      const entityRefs = await entitiesIn(transaction, name);
      const change = await forgetEntities(transaction, {
        cluster: name,
        entityRefs,
        at,
      });
      await forgetConnections(transaction, name);
      await forgetSnapshot(transaction, name);
      await transaction('clusters').where('name', name).delete();
      await transaction('leases').where('cluster', name).delete();
      return change;
    });
  }

  async listClusters(): Promise<StoredCluster[]> {
    const rows: (ClusterRow & Partial<LeaseRow>)[] = await this.#knex(
      'clusters',
    )
      .leftJoin('leases', 'leases.cluster', 'clusters.name')
      .orderBy('clusters.name')
      .select('clusters.*', 'leases.expires_at');
    return rows.map(({ name, source, status, evaluated_at, expires_at }) => ({
      name,
      source,
      status: JSON.parse(status),
      ...(evaluated_at === null ? {} : { evaluatedAt: evaluated_at }),
      ...(expires_at ? { watchedUntil: expires_at } : {}),
    }));
  }

  async getEntity(
    entityRef: string,
    today: string,
  ): Promise<StoredEntity | undefined> {
    const workloads = await this.#knex<EntityWorkloadRow>('entity_workloads')
      .where('entity_ref', entityRef)
      .orderBy(['cluster', 'namespace', 'name', 'kind'])
      .select('cluster', 'kind', 'namespace', 'name');
    if (workloads.length === 0) {
      return undefined;
    }
    const verdicts =
      (await readVerdicts(this.#knex, [entityRef])).get(entityRef) ?? [];
    const worst = worstFailures(verdicts, WORST_SHOWN).map(({ id }) => id);
    const bodies = await this.#knex<FindingRow>('findings').whereIn(
      'id',
      worst,
    );
    const histories = await readHistories(this.#knex, [entityRef], today);
    return {
      workloads,
      verdicts,
      worst: worst
        .flatMap(id => bodies.find(row => row.id === id) ?? [])
        .map(toEntityFinding),
      history: histories.get(entityRef) ?? [],
    };
  }

  async listFindings(
    entityRef: string,
    { pillar, verdict, severity, cluster }: FindingQuery,
  ): Promise<EntityFinding[]> {
    const filter = { pillar, verdict, severity, cluster };
    const findings = this.#knex<FindingRow>('findings').whereIn(
      'workload_id',
      this.#knex('entity_workloads')
        .where('entity_ref', entityRef)
        .select('workload_id'),
    );
    for (const [column, value] of Object.entries(filter)) {
      if (value !== undefined) {
        findings.where(column, value);
      }
    }
    const rows: FindingRow[] = await findings;
    const rank = (order: readonly string[], value: string) =>
      order.indexOf(value);
    return rows
      .sort(
        (left, right) =>
          rank(VERDICTS, left.verdict) - rank(VERDICTS, right.verdict) ||
          rank(SEVERITIES, left.severity) - rank(SEVERITIES, right.severity) ||
          compare(left.control, right.control) ||
          compare(left.cluster, right.cluster) ||
          compare(left.workload_id, right.workload_id) ||
          left.position - right.position,
      )
      .map(toEntityFinding);
  }

  async listServiceRefs(): Promise<string[]> {
    return this.#knex<ServiceRow>('services')
      .orderBy('entity_ref')
      .pluck('entity_ref');
  }

  async listServices(
    query: ServiceQuery,
    visible: VisibleEntities,
    today: string,
  ): Promise<StoredServiceList> {
    return listServices(this.#knex, query, visible, today);
  }

  async listChanges(entityRef: string, limit: number): Promise<StoredChange[]> {
    const rows: ChangeRow[] = await this.#knex<ChangeRow>('changes')
      .whereIn(
        'workload_id',
        this.#knex('entity_workloads')
          .where('entity_ref', entityRef)
          .select('workload_id'),
      )
      .orderBy('sequence', 'desc')
      .limit(limit);
    return rows.map(row => ({
      findingId: row.finding_id,
      cluster: row.cluster,
      control: row.control,
      ...(row.from_verdict ? { from: row.from_verdict as Verdict } : {}),
      ...(row.to_verdict ? { to: row.to_verdict as Verdict } : {}),
      message: row.message,
      at: row.at,
    }));
  }

  async rollUp(today: string): Promise<void> {
    // Knex drops the conflict clause of an `insert … select` on SQLite.
    await this.#knex.raw(
      `insert into roll_ups (entity_ref, date, score, level)
       select entity_ref, ?, score, level from services
       where score is not null
       on conflict (entity_ref, date) do nothing`,
      [today],
    );
  }

  async prune({ changesBefore, rollUpsBefore }: PruneOptions): Promise<void> {
    await this.#knex('changes').where('at', '<', changesBefore).delete();
    await this.#knex('roll_ups').where('date', '<', rollUpsBefore).delete();
  }
}

async function entitiesIn(knex: Knex, cluster: string): Promise<string[]> {
  return knex<EntityWorkloadRow>('entity_workloads')
    .where('cluster', cluster)
    .distinct()
    .orderBy('entity_ref')
    .pluck('entity_ref');
}

/** An observer that has not seen the cluster yet knows less than the one before it: what is stored is as old as that one's last look. */
function sinceLastSync(
  status: ClusterStatus,
  before: ClusterStatus | undefined,
): ClusterStatus {
  return status.lastSync === undefined && before?.lastSync !== undefined
    ? { ...status, lastSync: before.lastSync, workloads: before.workloads }
    : status;
}

/** A cluster that is seen again as it was is no news, and neither is how many objects it has. */
function newsOf({ lastSync, workloads, kinds, ...state }: ClusterStatus) {
  const seen = kinds.map(({ objects, ...kind }) => kind);
  return JSON.stringify({ ...state, kinds: seen });
}
