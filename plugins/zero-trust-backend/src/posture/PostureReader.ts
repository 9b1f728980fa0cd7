/** Answers the API's questions from the database alone, so that every replica answers the same. */
import {
  ClusterStatus,
  EntityClusterPosture,
  EntityFindings,
  EntityPosture,
  FindingQuery,
  KUBERNETES_CLUSTER_ANNOTATION,
  ServiceList,
  ServiceQuery,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { LEVELS, summarize } from '@backstage-zero-trust/posture-engine';
import { Entity, stringifyEntityRef } from '@backstage/catalog-model';
import { workloadSelectorOf } from '../catalog/entityWorkloads';
import type {
  PostureStore,
  StoredCluster,
  StoredEntity,
  VisibleEntities,
} from '../database/PostureStore';

export interface PostureReaderOptions {
  store: PostureStore;
  /** Called with an entity that names workloads of which nothing is stored. */
  onUnknownEntity: (entityRef: string) => void;
}

/** A cluster changes hands within this time; only afterwards is it called unwatched. */
const HANDOVER_MILLISECONDS = 60_000;

export class PostureReader {
  readonly #store: PostureStore;
  readonly #onUnknownEntity: (entityRef: string) => void;

  static create(options: PostureReaderOptions): PostureReader {
    return new PostureReader(options);
  }

  private constructor({ store, onUnknownEntity }: PostureReaderOptions) {
    this.#store = store;
    this.#onUnknownEntity = onUnknownEntity;
  }

  async getEntityPosture(entity: Entity): Promise<EntityPosture> {
    const entityRef = stringifyEntityRef(entity);
    const result = workloadSelectorOf(entity);
    const nothing = { entityRef, clusters: [], worst: [], history: [] };
    if (!result) {
      return { ...nothing, state: 'not-annotated', lookedIn: [] };
    }
    if ('problem' in result) {
      const { problem } = result;
      return {
        ...nothing,
        state: 'not-annotated',
        message: problem,
        lookedIn: [],
      };
    }
    const stored = await this.#store.getEntity(entityRef, today());
    const clusters = await this.#listClusters();
    if (stored) {
      return judged(entityRef, stored, clusters);
    }
    this.#onUnknownEntity(entityRef);
    const { cluster } = result.selector;
    const searched = clusters.filter(
      ({ name }) => cluster === undefined || name === cluster,
    );
    const pending =
      clusters.length === 0 ||
      (searched.length > 0 &&
        searched.every(
          ({ evaluatedAt, status }) =>
            evaluatedAt === undefined && status.state === 'syncing',
        ));
    const message = notFoundMessage(cluster, clusters, searched);
    return {
      ...nothing,
      state: pending ? 'pending' : 'not-found',
      ...(message === undefined ? {} : { message }),
      lookedIn: searched.map(toLookedIn),
    };
  }

  async getEntityFindings(
    entity: Entity,
    query: FindingQuery,
  ): Promise<EntityFindings> {
    // An annotation that was taken away counts at once, not only after the next evaluation.
    return workloadSelectorOf(entity)
      ? {
          items: await this.#store.listFindings(
            stringifyEntityRef(entity),
            query,
          ),
        }
      : { items: [] };
  }

  async getServices(
    query: ServiceQuery,
    visible: VisibleEntities,
  ): Promise<ServiceList> {
    const list = await this.#store.listServices(query, visible, today());
    const clusters = await this.#store.listClusters();
    return {
      ...list,
      items: list.items.map(item => ({
        ...item,
        evaluatedAt: oldestEvaluation(clusters, item.clusters) ?? '',
      })),
    };
  }

  async getClusters(): Promise<{ items: ClusterStatus[] }> {
    const clusters = await this.#listClusters();
    return { items: clusters.map(({ status }) => status) };
  }

  /** With the states of those that nobody watches put right. */
  async #listClusters(): Promise<StoredCluster[]> {
    const clusters = await this.#store.listClusters();
    return clusters.map(cluster => ({
      ...cluster,
      status: currentStatus(cluster),
    }));
  }
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

/** A state that nobody keeps up is a memory: it must not go on saying `ready`. */
function currentStatus({ status, watchedUntil }: StoredCluster): ClusterStatus {
  const unwatched =
    watchedUntil === undefined ||
    Date.now() - Date.parse(watchedUntil) > HANDOVER_MILLISECONDS;
  if (!unwatched || status.state === 'unreachable') {
    return status;
  }
  return {
    ...status,
    state: 'stale',
    message:
      watchedUntil === undefined
        ? 'No backend watches this cluster.'
        : `No backend has watched this cluster since ${watchedUntil}.`,
  };
}

function judged(
  entityRef: string,
  stored: StoredEntity,
  clusters: readonly StoredCluster[],
): EntityPosture {
  const names = new Set(stored.workloads.map(({ cluster }) => cluster));
  const statusOf = new Map(clusters.map(({ name, status }) => [name, status]));
  const evaluatedAt = oldestEvaluation(clusters, [...names]);
  return {
    entityRef,
    state: 'judged',
    summary: summaryOf(stored),
    clusters: [...names]
      .map(name => clusterPosture(name, stored, statusOf.get(name)))
      .sort(
        (left, right) =>
          LEVELS.indexOf(left.summary.level) -
            LEVELS.indexOf(right.summary.level) ||
          (left.summary.score ?? 0) - (right.summary.score ?? 0),
      ),
    worst: stored.worst,
    history: stored.history,
    ...(evaluatedAt === undefined ? {} : { evaluatedAt }),
    lookedIn: clusters.map(toLookedIn),
  };
}

function clusterPosture(
  cluster: string,
  stored: StoredEntity,
  status: ClusterStatus | undefined,
): EntityClusterPosture {
  return {
    cluster,
    summary: summaryOf(stored, cluster),
    state: status?.state ?? 'stale',
    ...(status?.lastSync === undefined ? {} : { lastSync: status.lastSync }),
    ...(status?.message === undefined ? {} : { message: status.message }),
    workloads: stored.workloads
      .filter(workload => workload.cluster === cluster)
      .map(({ kind, namespace, name }) => ({ kind, namespace, name })),
  };
}

function summaryOf({ verdicts }: StoredEntity, cluster?: string) {
  return summarize(
    verdicts.filter(
      verdict => cluster === undefined || verdict.cluster === cluster,
    ),
  );
}

/** A posture is as old as the oldest of its parts. */
function oldestEvaluation(
  clusters: readonly StoredCluster[],
  names: readonly string[],
): string | undefined {
  return clusters
    .filter(({ name }) => names.includes(name))
    .flatMap(({ evaluatedAt }) => evaluatedAt ?? [])
    .sort()[0];
}

function notFoundMessage(
  cluster: string | undefined,
  clusters: readonly StoredCluster[],
  searched: readonly StoredCluster[],
): string | undefined {
  if (clusters.length === 0) {
    return 'No cluster is known yet.';
  }
  return searched.length === 0
    ? `The annotation ${KUBERNETES_CLUSTER_ANNOTATION} names ${cluster}, and no cluster of this name is known.`
    : undefined;
}

function toLookedIn({
  name,
  status: { state, message },
}: StoredCluster): EntityPosture['lookedIn'][number] {
  return { name, state, ...(message === undefined ? {} : { message }) };
}
