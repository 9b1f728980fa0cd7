/** Connections on SQLite and PostgreSQL. */
import type { BlastRadiusQuery } from '@backstage-zero-trust/plugin-zero-trust-common';
import type {
  ConnectionMapData,
  Matrix,
} from '@backstage-zero-trust/posture-engine';
import { Knex } from 'knex';
import { forKeys, upsertRows } from './batches';
import type {
  ClusterConnections,
  ConnectionState,
  ConnectionStore,
  EntityWorkload,
  StoredSpread,
  VisibleSpreads,
  WorkloadOwner,
  WorkloadOwners,
} from './ConnectionStore';
import {
  BlastRadiusRow,
  ConnectionMapRow,
  ConnectionRow,
  spreadRows,
  toSpread,
} from './connectionRows';
import { listSpreads } from './listSpreads';
import { pack, unpack } from './packing';
import type { PostureChange } from './PostureStore';
import { lockForWriting, nextRevision, requireLease } from './revision';
import { EntityWorkloadRow, ServiceRow, workloadId } from './rows';

export class DatabaseConnectionStore implements ConnectionStore {
  readonly #knex: Knex;

  /** The tables must be there: see `openDatabase`. */
  static create(options: { knex: Knex }): DatabaseConnectionStore {
    return new DatabaseConnectionStore(options.knex);
  }

  private constructor(knex: Knex) {
    this.#knex = knex;
  }

  async confirm(
    { cluster, evaluatedAt, digest }: ConnectionState,
    holder: string,
  ): Promise<boolean> {
    return this.#knex.transaction(async transaction => {
      await lockForWriting(transaction);
      await requireLease(transaction, cluster, holder);
      const confirmed = await transaction<ConnectionRow>('connections')
        .where({ cluster, digest })
        .update({ evaluated_at: evaluatedAt });
      return confirmed > 0;
    });
  }

  async save(
    connections: ClusterConnections,
    holder: string,
  ): Promise<PostureChange> {
    const { cluster, digest, evaluatedAt, caveats } = connections;
    // Outside of the transaction: others wait for its lock.
    const [map, matrix] = await Promise.all([
      pack(connections.map),
      pack(connections.matrix),
    ]);
    return this.#knex.transaction(async transaction => {
      await lockForWriting(transaction);
      await requireLease(transaction, cluster, holder);
      const before = await transaction<ConnectionRow>('connections')
        .where({ cluster })
        .first('caveats');
      const row: ConnectionRow = {
        cluster,
        digest,
        evaluated_at: evaluatedAt,
        caveats: JSON.stringify(caveats),
      };
      await upsertRows<ConnectionRow>(
        transaction,
        'connections',
        ['cluster'],
        [row],
      );
      await upsertRows<ConnectionMapRow>(
        transaction,
        'connection_maps',
        ['cluster'],
        [{ cluster, digest, map, matrix }],
      );
      const changed = await saveSpreads(transaction, connections);
      return {
        revision: await nextRevision(transaction),
        entityRefs:
          before?.caveats === row.caveats
            ? await entitiesOf(transaction, changed)
            : await entitiesIn(transaction, cluster),
      };
    });
  }

  async listStates(): Promise<ConnectionState[]> {
    const rows = await this.#knex<ConnectionRow>('connections').orderBy(
      'cluster',
    );
    return rows.map(({ cluster, digest, evaluated_at, caveats }) => ({
      cluster,
      digest,
      evaluatedAt: evaluated_at,
      caveats: JSON.parse(caveats),
    }));
  }

  async readMap({
    cluster,
    digest,
  }: Pick<ConnectionState, 'cluster' | 'digest'>): Promise<
    ConnectionMapData | undefined
  > {
    const row = await this.#knex<ConnectionMapRow>('connection_maps')
      .where({ cluster, digest })
      .first('map');
    return row && unpack<ConnectionMapData>(row.map);
  }

  async readMatrix(
    cluster: string,
  ): Promise<{ matrix: Matrix; evaluatedAt: string } | undefined> {
    const row:
      | Pick<ConnectionMapRow & ConnectionRow, 'matrix' | 'evaluated_at'>
      | undefined = await this.#knex('connections')
      .join('connection_maps', 'connection_maps.cluster', 'connections.cluster')
      .where('connections.cluster', cluster)
      .first('connection_maps.matrix', 'connections.evaluated_at');
    return (
      row && {
        matrix: await unpack<Matrix>(row.matrix),
        evaluatedAt: row.evaluated_at,
      }
    );
  }

  async listWorkloads(entityRef: string): Promise<EntityWorkload[]> {
    return this.#knex<EntityWorkloadRow>('entity_workloads')
      .where('entity_ref', entityRef)
      .orderBy(['cluster', 'namespace', 'name', 'kind'])
      .select('cluster', 'kind', 'namespace', 'name');
  }

  async listOwners(
    workloads: readonly EntityWorkload[],
  ): Promise<WorkloadOwners> {
    const byWorkload = new Map<string, WorkloadOwner[]>();
    await forKeys(new Set(workloads.map(idOf)), async batch => {
      const rows: (Pick<ServiceRow, 'entity_ref' | 'title' | 'owner'> &
        Pick<EntityWorkloadRow, 'workload_id'>)[] = await this.#knex(
        'entity_workloads',
      )
        .join('services', 'services.entity_ref', 'entity_workloads.entity_ref')
        .whereIn('entity_workloads.workload_id', batch)
        .orderBy('services.entity_ref')
        .select(
          'entity_workloads.workload_id',
          'services.entity_ref',
          'services.title',
          'services.owner',
        );
      for (const { workload_id, entity_ref, title, owner } of rows) {
        const owners = byWorkload.get(workload_id) ?? [];
        byWorkload.set(workload_id, owners);
        owners.push({
          entityRef: entity_ref,
          title,
          ...(owner === null ? {} : { owner }),
        });
      }
    });
    return {
      of: workload => byWorkload.get(idOf(workload)) ?? [],
      entityRefs: () => [
        ...new Set(
          [...byWorkload.values()].flat().map(({ entityRef }) => entityRef),
        ),
      ],
    };
  }

  async listSpreads(
    query: BlastRadiusQuery,
    visible: VisibleSpreads,
  ): Promise<{ items: StoredSpread[]; totalCount: number }> {
    return listSpreads(this.#knex, query, visible);
  }

  async listSpreadsOf(
    workloads: readonly EntityWorkload[],
  ): Promise<StoredSpread[]> {
    const rows: BlastRadiusRow[] = [];
    await forKeys(new Set(workloads.map(idOf)), async batch => {
      rows.push(
        ...(await this.#knex<BlastRadiusRow>('blast_radii').whereIn(
          'workload_id',
          batch,
        )),
      );
    });
    const byId = new Map(rows.map(row => [row.workload_id, row]));
    return workloads.flatMap(workload => {
      const row = byId.get(idOf(workload));
      return row ? toSpread(row) : [];
    });
  }
}

/** Forgets all that is stored of a cluster's connections. */
export async function forgetConnections(
  transaction: Knex.Transaction,
  cluster: string,
): Promise<void> {
  for (const table of ['connections', 'connection_maps', 'blast_radii']) {
    await transaction(table).where('cluster', cluster).delete();
  }
}

/** Writes those that differ, and deletes those of workloads that are gone. Returns the ids of those that are others to who looks at them alone. */
async function saveSpreads(
  transaction: Knex.Transaction,
  connections: ClusterConnections,
): Promise<ReadonlySet<string>> {
  const stored = await transaction<BlastRadiusRow>('blast_radii').where(
    'cluster',
    connections.cluster,
  );
  const gone = new Map(stored.map(row => [row.workload_id, row]));
  const changed = new Set<string>();
  const written: BlastRadiusRow[] = [];
  for (const row of spreadRows(connections)) {
    const before = gone.get(row.workload_id);
    gone.delete(row.workload_id);
    const isSame = before !== undefined && saysTheSame(before, row);
    if (!isSame) {
      changed.add(row.workload_id);
    }
    if (!isSame || before.out_of !== row.out_of) {
      written.push(row);
    }
  }
  await forKeys(gone.keys(), batch =>
    transaction('blast_radii').whereIn('workload_id', batch).delete(),
  );
  await upsertRows(transaction, 'blast_radii', ['workload_id'], written);
  gone.forEach((_, id) => changed.add(id));
  return changed;
}

/** But for how many others there are: any new workload changes that for all. */
function saysTheSame(before: BlastRadiusRow, row: BlastRadiusRow): boolean {
  return (
    before.fingerprint === row.fingerprint &&
    before.direct === row.direct &&
    before.total === row.total &&
    before.possible === row.possible &&
    Boolean(before.outside) === row.outside
  );
}

async function entitiesIn(
  transaction: Knex.Transaction,
  cluster: string,
): Promise<string[]> {
  return transaction<EntityWorkloadRow>('entity_workloads')
    .where('cluster', cluster)
    .distinct()
    .orderBy('entity_ref')
    .pluck('entity_ref');
}

/** Sorted. */
async function entitiesOf(
  transaction: Knex.Transaction,
  workloadIds: ReadonlySet<string>,
): Promise<string[]> {
  const entities = new Set<string>();
  await forKeys(workloadIds, async batch => {
    const found: string[] = await transaction<EntityWorkloadRow>(
      'entity_workloads',
    )
      .whereIn('workload_id', batch)
      .distinct()
      .pluck('entity_ref');
    found.forEach(entityRef => entities.add(entityRef));
  });
  return [...entities].sort();
}

function idOf({ cluster, ...workload }: EntityWorkload): string {
  return workloadId(cluster, workload);
}
