/**
 * Figures for the API and the store with 10,000 entities stored:
 *
 *   yarn bench
 *
 * On SQLite, and on PostgreSQL too where
 * BACKSTAGE_TEST_DATABASE_POSTGRES15_CONNECTION_STRING names an empty database.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import { mockServices } from '@backstage/backend-test-utils';
import type { Finding } from '@backstage-zero-trust/plugin-zero-trust-common';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import express from 'express';
import createKnex, { Knex } from 'knex';
import { EntityVisibility } from '../src/catalog/EntityVisibility';
import { DatabaseConnectionStore } from '../src/database/DatabaseConnectionStore';
import { DatabaseLeaseStore } from '../src/database/DatabaseLeaseStore';
import { DatabasePostureStore } from '../src/database/DatabasePostureStore';
import { DatabaseSnapshotStore } from '../src/database/DatabaseSnapshotStore';
import { openDatabase } from '../src/database/migrate';
import type { ClusterEvaluation } from '../src/database/PostureStore';
import { ConnectionAsker } from '../src/posture/ConnectionAsker';
import { ConnectionReader } from '../src/posture/ConnectionReader';
import { PostureReader } from '../src/posture/PostureReader';
import { StoredMaps } from '../src/posture/StoredMaps';
import { createRouter } from '../src/routes/createRouter';
import { Snapshots } from '../src/snapshots/Snapshots';
import { finding, readyStatus } from '../src/testing/findings';
import { measureChanges } from './change';

const ENTITIES = 10_000;
const CLUSTERS = 10;
const CONTROLS = 15;
const REQUESTS = 400;
const HOLDER = 'bench';

function evaluationOf(index: number, changed = false): ClusterEvaluation {
  const names = Array.from(
    { length: ENTITIES / CLUSTERS },
    (_, entity) => `service-${index * (ENTITIES / CLUSTERS) + entity}`,
  );
  const reference = (name: string) => ({
    kind: 'Deployment',
    namespace: 'shop',
    name,
  });
  return {
    cluster: `cluster-${index}`,
    at: '2026-06-01T10:00:00.000Z',
    workloads: names.map((name, position) => ({
      workload: reference(name),
      findings: Array.from(
        { length: CONTROLS },
        (_, control): Finding =>
          finding(reference(name), {
            control: `C-${control}`,
            verdict:
              (position + control) % 7 === 0 ||
              (changed && position === 0 && control === 1)
                ? 'fail'
                : 'pass',
          }),
      ),
    })),
    unchanged: [],
    entities: names.map((name, position) => ({
      entityRef: `component:default/${name}`,
      title: name,
      owner: `group:default/team-${position % 40}`,
      workloads: [reference(name)],
    })),
  };
}

async function milliseconds(call: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await call();
  return performance.now() - startedAt;
}

function percentile(values: number[], share: number): string {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(share * (sorted.length - 1))].toFixed(1);
}

function print(engine: string, what: string, value: string): void {
  process.stdout.write(`${engine.padEnd(10)} ${what.padEnd(44)} ${value} ms\n`);
}

async function serve(knex: Knex, store: DatabasePostureStore) {
  const connections = DatabaseConnectionStore.create({ knex });
  const maps = StoredMaps.create(connections);
  const snapshots = Snapshots.create(DatabaseSnapshotStore.create({ knex }));
  const permissions = mockServices.permissions();
  const catalog = catalogServiceMock({
    entities: Array.from({ length: ENTITIES }, (_, index) => ({
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Component',
      metadata: {
        name: `service-${index}`,
        namespace: 'default',
        annotations: { 'backstage.io/kubernetes-id': `service-${index}` },
      },
    })),
  });
  // The catalog is not what is measured: one entity is found without looking through all.
  const byName = new Map(
    (
      await catalog.getEntities(undefined, {
        credentials: await mockServices.auth().getOwnServiceCredentials(),
      })
    ).items.map(entity => [entity.metadata.name, entity]),
  );
  const router = createRouter({
    httpAuth: mockServices.httpAuth(),
    permissions,
    visibility: EntityVisibility.create({
      auth: mockServices.auth(),
      cache: {
        get: async () => undefined,
        set: async () => {},
        delete: async () => {},
        withOptions() {
          return this;
        },
      },
      catalog: {
        ...catalog,
        getEntityByRef: async reference =>
          typeof reference === 'string'
            ? undefined
            : byName.get(reference.name),
      },
      permissions,
    }),
    reader: PostureReader.create({ store, onUnknownEntity: () => {} }),
    connections: ConnectionReader.create({
      store: connections,
      clusters: store,
      maps,
      snapshots,
    }),
    asker: ConnectionAsker.create({ store: connections, snapshots }),
    store,
    controls: [],
  });
  const server = createServer(express().use(router)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${port}` };
}

async function measure(engine: string, client: Knex): Promise<void> {
  const knex = await openDatabase(mockServices.database({ knex: client }));
  const store = DatabasePostureStore.create({ knex });
  const names = Array.from(
    { length: CLUSTERS },
    (_, index) => `cluster-${index}`,
  );
  await DatabaseLeaseStore.create({
    knex,
    holder: HOLDER,
    seconds: 3_600,
  }).acquire(names);
  const first: number[] = [];
  for (const [index, name] of names.entries()) {
    await store.saveCluster(
      { name, source: 'bench', status: readyStatus(name) },
      HOLDER,
    );
    const evaluation = evaluationOf(index);
    first.push(
      await milliseconds(() => store.saveEvaluation(evaluation, HOLDER)),
    );
  }
  print(
    engine,
    `first evaluation of ${ENTITIES / CLUSTERS} services stored, median`,
    percentile(first, 0.5),
  );
  const same = evaluationOf(0);
  print(
    engine,
    'the same evaluation again',
    (await milliseconds(() => store.saveEvaluation(same, HOLDER))).toFixed(1),
  );
  const changed = evaluationOf(0, true);
  print(
    engine,
    'one verdict changed',
    (await milliseconds(() => store.saveEvaluation(changed, HOLDER))).toFixed(
      1,
    ),
  );

  const { server, url } = await serve(knex, store);
  const paths: Record<string, (index: number) => string> = {
    'entity posture': index =>
      `/entities/default/component/service-${(index * 37) % ENTITIES}/posture`,
    'entity findings': index =>
      `/entities/default/component/service-${(index * 37) % ENTITIES}/findings`,
    'services, worst first': index => `/services?offset=${index}`,
    'services, searched': index => `/services?search=service-${index}`,
    'services failing in a pillar, by title': () =>
      '/services?pillar=authentication&sort=title',
  };
  for (const [what, path] of Object.entries(paths)) {
    const times: number[] = [];
    for (let index = 0; index < REQUESTS; index++) {
      times.push(
        await milliseconds(async () => {
          const response = await fetch(`${url}${path(index)}`);
          if (!response.ok) {
            throw new Error(await response.text());
          }
          await response.json();
        }),
      );
    }
    print(
      engine,
      `GET ${what}, p50 / p95`,
      `${percentile(times, 0.5)} / ${percentile(times, 0.95)}`,
    );
  }
  server.close();
  const changes = await measureChanges({
    client,
    services: 1_000,
    changes: 40,
  });
  print(
    engine,
    'change among 1,000 services to signal, p50 / p95',
    `${percentile(changes, 0.5)} / ${percentile(changes, 0.95)}`,
  );
  await client.destroy();
}

async function main(): Promise<void> {
  await measure(
    'SQLite',
    createKnex({
      client: 'better-sqlite3',
      connection: ':memory:',
      useNullAsDefault: true,
    }),
  );
  const connection =
    process.env.BACKSTAGE_TEST_DATABASE_POSTGRES15_CONNECTION_STRING;
  if (connection) {
    await measure('PostgreSQL', createKnex({ client: 'pg', connection }));
  }
}

main().catch(error => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
