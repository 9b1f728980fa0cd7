/** Answers the API's questions about connections from the database alone, so that every replica answers the same. */
import type {
  BlastRadiusList,
  BlastRadiusQuery,
  ConnectionCaveat,
  EntityBlastRadius,
  EntityConnectionQuery,
  EntityConnections,
  NamespaceMatrix,
  ReachedWorkload,
  WorkloadBlastRadius,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { reachedFrom } from '@backstage-zero-trust/posture-engine';
import { Entity, stringifyEntityRef } from '@backstage/catalog-model';
import { NotFoundError } from '@backstage/errors';
import { workloadSelectorOf } from '../catalog/entityWorkloads';
import type {
  ConnectionState,
  ConnectionStore,
  EntityWorkload,
  StoredSpread,
  VisibleSpreads,
} from '../database/ConnectionStore';
import type { PostureStore, VisibleEntities } from '../database/PostureStore';
import type { Snapshots } from '../snapshots/Snapshots';
import { createTurns, inTurns } from '../turns';
import { CatalogNames } from './CatalogNames';
import {
  FoundConnection,
  findConnections,
  toConnection,
} from './entityConnections';
import { meshCaveats } from './connectionCaveats';
import { meshesOf } from './meshOfConnections';
import { PeerFilter } from './peerFilter';
import { StoredMap, StoredMaps } from './StoredMaps';

export interface ConnectionReaderOptions {
  store: ConnectionStore;
  clusters: Pick<PostureStore, 'listClusters'>;
  maps: StoredMaps;
  snapshots: Pick<Snapshots, 'get'>;
}

/** Tells which of some entities a caller may see. */
export type AskVisible = (
  listEntityRefs: () => Promise<readonly string[]>,
) => Promise<VisibleEntities>;

const DEFAULT_CONNECTIONS = 50;
const MOST_REACHED = 200;
/** Connections of an earlier version, of a cluster that was not seen since. */
const NO_SNAPSHOT =
  'What a mesh makes of these connections was not looked at yet.';

export class ConnectionReader {
  readonly #store: ConnectionStore;
  readonly #clusters: ConnectionReaderOptions['clusters'];
  readonly #maps: StoredMaps;
  readonly #snapshots: ConnectionReaderOptions['snapshots'];

  static create(options: ConnectionReaderOptions): ConnectionReader {
    return new ConnectionReader(options);
  }

  private constructor(options: ConnectionReaderOptions) {
    this.#store = options.store;
    this.#clusters = options.clusters;
    this.#maps = options.maps;
    this.#snapshots = options.snapshots;
  }

  async getEntityConnections(
    entity: Entity,
    query: EntityConnectionQuery,
    askVisible: AskVisible,
  ): Promise<EntityConnections> {
    const workloads = await this.#workloadsOf(entity);
    const states = await this.#statesOf(workloads);
    const filter = PeerFilter.create(query);
    const { offset = 0, limit = DEFAULT_CONNECTIONS } = query;
    const matching: FoundConnection[] = [];
    const caveats = new Map<string, readonly string[]>();
    const turn = createTurns();
    for (const workload of workloads) {
      const { cluster } = workload;
      const stored = await this.#mapFor(workload, states);
      const snapshot = (await this.#snapshots.get(cluster))?.snapshot;
      const meshes = snapshot?.derive(meshesOf);
      if (stored) {
        caveats.set(cluster, snapshot?.derive(meshCaveats) ?? [NO_SNAPSHOT]);
      }
      for (const direction of ['in', 'out'] as const) {
        for (const connection of findConnections({
          stored,
          meshes,
          workload,
          direction,
        })) {
          const transport = connection.mesh?.transport;
          if (filter.takes({ ...connection, cluster, transport })) {
            matching.push(connection);
          }
          await turn();
        }
      }
    }
    const found = matching
      .sort((left, right) => placeOf(left) - placeOf(right))
      .slice(offset, offset + limit);
    const names = await CatalogNames.read(
      this.#store,
      found.flatMap(({ workload: { cluster }, peer }) =>
        'workload' in peer ? { cluster, ...peer.workload } : [],
      ),
      askVisible,
    );
    return {
      items: found.map(connection => toConnection(connection, names)),
      totalCount: matching.length,
      counts: filter.counts,
      stopped: filter.stopped,
      namespaces: filter.namespaces(),
      transports: filter.transports(),
      caveats: [
        ...caveatsOf(states),
        ...[...caveats].flatMap(([cluster, messages]) =>
          messages.map(message => ({ cluster, message })),
        ),
      ],
      ...oldest(states),
    };
  }

  async getEntityBlastRadius(
    entity: Entity,
    askVisible: AskVisible,
  ): Promise<EntityBlastRadius> {
    const workloads = await this.#workloadsOf(entity);
    const states = await this.#statesOf(workloads);
    const spreads = await this.#store.listSpreadsOf(workloads);
    const radii: (StoredSpread & { reached: ReachedWorkload[] })[] = [];
    for (const spread of spreads) {
      const stored = await this.#mapFor(
        { cluster: spread.cluster, ...spread.workload },
        states,
      );
      const start = stored?.map.find(spread.workload);
      const reached =
        stored && start !== undefined
          ? await inTurns(
              reachedFrom(stored.map, stored.graph, {
                start,
                limit: MOST_REACHED,
              }),
            )
          : [];
      radii.push({
        ...spread,
        reached: reached.map(step => ({ ...step, ports: step.ports.ranges() })),
      });
    }
    const names = await CatalogNames.read(
      this.#store,
      radii.flatMap(({ cluster, workload, reached }) =>
        [workload, ...reached.map(step => step.workload)].map(reference => ({
          cluster,
          ...reference,
        })),
      ),
      askVisible,
    );
    return {
      items: radii.map(({ reached, ...spread }) => ({
        ...spread,
        ...names.of({ cluster: spread.cluster, ...spread.workload }),
        reached: reached.map(step => {
          const { owner, ...named } = names.of({
            cluster: spread.cluster,
            ...step.workload,
          });
          return { ...step, ...named };
        }),
      })),
      caveats: caveatsOf(states),
      ...oldest(states),
    };
  }

  async getBlastRadius(
    query: BlastRadiusQuery,
    visible: VisibleSpreads,
  ): Promise<BlastRadiusList> {
    const { items, totalCount } = await this.#store.listSpreads(query, visible);
    const states = await this.#statesOf(items);
    const names = await CatalogNames.read(
      this.#store,
      items.map(({ cluster, workload }) => ({ cluster, ...workload })),
      async () => visible.entities,
    );
    return {
      items: items.map(
        (spread): WorkloadBlastRadius => ({
          ...spread,
          ...names.of({ cluster: spread.cluster, ...spread.workload }),
        }),
      ),
      totalCount,
      caveats: caveatsOf(states),
    };
  }

  async getNamespaceMatrix(cluster: string): Promise<NamespaceMatrix> {
    const stored = await this.#store.readMatrix(cluster);
    if (stored) {
      const { matrix, evaluatedAt } = stored;
      const states = await this.#statesOf([{ cluster }]);
      return {
        cluster,
        namespaces: [...matrix.namespaces],
        cells: [...matrix.cells],
        caveats: [...(states.get(cluster)?.caveats ?? [])],
        evaluatedAt,
      };
    }
    const clusters = await this.#clusters.listClusters();
    if (!clusters.some(({ name }) => name === cluster)) {
      throw new NotFoundError(`No cluster ${cluster} is known`);
    }
    return { cluster, namespaces: [], cells: [], caveats: [] };
  }

  /** An annotation that was taken away counts at once, not only after the next evaluation. */
  async #workloadsOf(entity: Entity): Promise<EntityWorkload[]> {
    return workloadSelectorOf(entity)
      ? this.#store.listWorkloads(stringifyEntityRef(entity))
      : [];
  }

  /** Of their clusters. */
  async #statesOf(
    parts: readonly Pick<EntityWorkload, 'cluster'>[],
  ): Promise<ReadonlyMap<string, ConnectionState>> {
    const clusters = new Set(parts.map(({ cluster }) => cluster));
    const states = await this.#store.listStates();
    return new Map(
      states
        .filter(({ cluster }) => clusters.has(cluster))
        .map(state => [state.cluster, state]),
    );
  }

  /** Undefined where nothing was computed yet. */
  async #mapFor(
    { cluster }: EntityWorkload,
    states: ReadonlyMap<string, ConnectionState>,
  ): Promise<StoredMap | undefined> {
    const state = states.get(cluster);
    return state && this.#maps.get(state);
  }
}

/** What may pass to a port that is known first, then to any other, then what the mesh stops. */
function placeOf({ verdict, mesh }: FoundConnection): number {
  if (verdict === 'deny') {
    return mesh?.served ? 2 : 3;
  }
  return mesh?.served === false ? 1 : 0;
}

function caveatsOf(
  states: ReadonlyMap<string, ConnectionState>,
): ConnectionCaveat[] {
  return [...states.values()].flatMap(({ cluster, caveats }) =>
    caveats.map(message => ({ cluster, message })),
  );
}

/** As old as the oldest of its parts. */
function oldest(states: ReadonlyMap<string, ConnectionState>): {
  evaluatedAt?: string;
} {
  const [evaluatedAt] = [...states.values()]
    .map(state => state.evaluatedAt)
    .sort();
  return evaluatedAt === undefined ? {} : { evaluatedAt };
}
