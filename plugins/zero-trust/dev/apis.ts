/** Made-up answers in place of a backend: one service for each state that a service can be in. */
import { Entity } from '@backstage/catalog-model';
import { InMemoryCatalogClient } from '@backstage/catalog-client/testUtils';
import { ApiBlueprint } from '@backstage/frontend-plugin-api';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import type {
  EntityConnection,
  EntityPosture,
  ServiceQuery,
  ZeroTrustApi,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { zeroTrustApiRef } from '../src';
import {
  LEVEL_COUNTS,
  allowedAnswer,
  clusters,
  connections,
  connectionsAnswer,
  controls,
  entityBlastRadius,
  findings,
  fleetBlastRadius,
  judged,
  manyConnections,
  meshAnswer,
  meshedConnections,
  mismatchAnswer,
  namespaceMatrix,
  orders,
  refusedAnswer,
  services,
  summary,
} from '../src/__testUtils__/postures';

type Change = (posture: EntityPosture) => EntityPosture;

const HOUR = 3_600_000;

const STATES: Record<string, Change> = {
  orders: posture => posture,
  payments: posture => ({
    ...posture,
    clusters: [
      { ...posture.clusters[0], state: 'degraded' },
      {
        ...posture.clusters[0],
        cluster: 'prod-us',
        state: 'stale',
        lastSync: new Date(Date.now() - 5 * HOUR).toISOString(),
        summary: { ...summary, level: 'zero trust', score: 100 },
      },
    ],
    lookedIn: [
      ...posture.lookedIn,
      { name: 'lab', state: 'unreachable', message: 'Connection refused.' },
    ],
  }),
  stock: posture => ({
    ...posture,
    summary: {
      ...summary,
      level: 'zero trust',
      score: 100,
      judged: 21,
      counts: { pass: 21, fail: 0, exempt: 0, unknown: 0, 'not-applicable': 2 },
      pillars: summary.pillars.map(({ pillar, applicable }) => ({
        pillar,
        applicable,
        verdict: 'pass',
        failing: 0,
      })),
    },
    worst: [],
  }),
  names: posture => posture,
  returns: posture => ({ ...posture, state: 'not-annotated', clusters: [] }),
  search: posture => ({
    ...posture,
    state: 'not-found',
    clusters: [],
    lookedIn: [
      { name: 'prod-eu', state: 'ready' },
      { name: 'lab', state: 'unreachable', message: 'Connection refused.' },
    ],
  }),
  loyalty: posture => ({ ...posture, state: 'pending', clusters: [] }),
};

/** As long as Kubernetes allows. */
const LONG = 'a-name-as-long-as-the-ones-that-charts-make-of-release-and-part'
  .repeat(2)
  .slice(0, 63);

function lengthen<T>(data: T): T {
  const names = /"(name|namespace|title)":"[^"]*"/g;
  return JSON.parse(JSON.stringify(data).replace(names, `"$1":"${LONG}"`)) as T;
}

/** A mesh for orders, many callers for payments, none for stock, long names for names, the usual for all others. */
function connectionsOf(entityRef: string): EntityConnection[] {
  switch (nameOf(entityRef)) {
    case 'orders':
      return meshedConnections;
    case 'names':
      return lengthen(meshedConnections);
    case 'payments':
      return manyConnections(300);
    case 'stock':
      return [];
    default:
      return connections;
  }
}

function entity(name: string): Entity {
  return { ...orders, metadata: { ...orders.metadata, name } };
}

function nameOf(entityRef: string): string {
  return entityRef.slice(entityRef.lastIndexOf('/') + 1);
}

const answers: ZeroTrustApi = {
  async getEntityPosture(entityRef) {
    const change = STATES[nameOf(entityRef)];
    if (!change) {
      throw new Error('The database does not answer.');
    }
    return { ...change(judged()), entityRef };
  },
  async getEntityFindings() {
    return { items: findings };
  },
  async getServices({ offset = 0, limit = 20, ...query }: ServiceQuery = {}) {
    const items = services().filter(
      ({ title, level, owner }) =>
        (!query.search || title.includes(query.search)) &&
        (!query.level || level === query.level) &&
        (!query.owner || owner === query.owner),
    );
    return {
      items: items.slice(offset, offset + limit),
      totalCount: items.length,
      levels: LEVEL_COUNTS,
      owners: ['group:default/platform', 'group:default/shop'],
    };
  },
  async getEntityConnections(entityRef, query = {}) {
    return {
      ...connectionsAnswer(connectionsOf(entityRef), query),
      caveats: [],
      evaluatedAt: new Date(Date.now() - 60_000).toISOString(),
    };
  },
  async getConnection({ from, to, request }) {
    if ('workload' in to && to.workload.name === 'orders') {
      return 'ip' in from ? mismatchAnswer() : refusedAnswer();
    }
    return request ? meshAnswer() : allowedAnswer();
  },
  async getEntityBlastRadius(entityRef) {
    const blast = entityBlastRadius();
    return nameOf(entityRef) === 'names' ? lengthen(blast) : blast;
  },
  async getNamespaceMatrix(cluster) {
    const matrix = namespaceMatrix(cluster);
    return cluster === 'lab' ? lengthen(matrix) : matrix;
  },
  async getBlastRadius() {
    const items = fleetBlastRadius();
    return { items, totalCount: items.length, caveats: [] };
  },
  async getClusters() {
    return { items: clusters() };
  },
  async getControls() {
    return { items: controls };
  },
};

export const zeroTrustApi = ApiBlueprint.make({
  params: define =>
    define({ api: zeroTrustApiRef, deps: {}, factory: () => answers }),
});

export const catalogApi = ApiBlueprint.make({
  params: define =>
    define({
      api: catalogApiRef,
      deps: {},
      factory: () =>
        new InMemoryCatalogClient({
          entities: [...Object.keys(STATES), 'mailer'].map(entity),
        }),
    }),
});
