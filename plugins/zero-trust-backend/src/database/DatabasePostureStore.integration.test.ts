import { TestDatabaseId, TestDatabases } from '@backstage/backend-test-utils';
import { mockServices } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import {
  evaluation,
  finding,
  readyStatus,
  workload,
} from '../testing/findings';
import { DatabaseLeaseStore } from './DatabaseLeaseStore';
import { DatabasePostureStore } from './DatabasePostureStore';
import { openDatabase } from './migrate';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_15'] });
const TODAY = '2026-06-01';
const ORDERS = 'component:default/orders';
const HOLDER = 'replica-1';

async function createStore(databaseId: TestDatabaseId, clusters: string[]) {
  const client = await databases.init(databaseId);
  const knex = await openDatabase(mockServices.database({ knex: client }));
  const leases = DatabaseLeaseStore.create({
    knex,
    holder: HOLDER,
    seconds: 60,
  });
  const store = DatabasePostureStore.create({ knex });
  await leases.acquire(clusters);
  for (const name of clusters) {
    await store.saveCluster(
      { name, source: 'test', status: readyStatus(name) },
      HOLDER,
    );
  }
  return { knex, leases, store };
}

const passing = finding(workload('orders'));
const failing = finding(workload('orders'), {
  verdict: 'fail',
  message: 'Any pod can call orders without encryption.',
});

async function countWrites(knex: Knex, call: () => Promise<unknown>) {
  const statements: string[] = [];
  const listen = ({ sql }: { sql: string }) => {
    if (/^(insert|update|delete)/.test(sql)) {
      statements.push(sql.replace(/^\w+ (into |from )?[`"](\w+).*/s, '$2'));
    }
  };
  knex.on('query', listen);
  await call();
  knex.removeListener('query', listen);
  return statements;
}

describe.each(databases.eachSupportedId())('the store on %s', databaseId => {
  it('gives an entity its verdicts, its workloads and its worst failures', async () => {
    const { store } = await createStore(databaseId, ['prod']);
    const critical = finding(workload('orders'), {
      control: 'NW-8',
      pillar: 'network',
      severity: 'critical',
      verdict: 'fail',
      message: 'The internet reaches orders.',
    });
    await store.saveEvaluation(
      evaluation('prod', [failing, critical, finding(workload('billing'))]),
      HOLDER,
    );

    const entity = await store.getEntity(ORDERS, TODAY);
    expect(entity?.workloads).toEqual([
      { cluster: 'prod', ...workload('orders') },
    ]);
    expect(entity?.worst.map(({ control }) => control)).toEqual([
      'NW-8',
      'AN-2',
    ]);
    expect(entity?.worst[0]).toMatchObject({
      ...critical,
      cluster: 'prod',
      since: '2026-06-01T10:00:00.000Z',
    });
    expect(entity?.verdicts).toHaveLength(2);
    expect(entity?.history).toEqual([
      { date: TODAY, score: 0, level: 'exposed' },
    ]);
  });

  it('knows nothing of an entity that no cluster runs', async () => {
    const { store } = await createStore(databaseId, ['prod']);
    expect(await store.getEntity(ORDERS, TODAY)).toBeUndefined();
    expect(await store.listFindings(ORDERS, {})).toEqual([]);
  });

  it('filters findings, the worst first', async () => {
    const { store } = await createStore(databaseId, ['prod', 'test']);
    const unknown = finding(workload('orders'), {
      control: 'AZ-1',
      pillar: 'authorization',
      verdict: 'unknown',
    });
    await store.saveEvaluation(evaluation('prod', [passing, unknown]), HOLDER);
    await store.saveEvaluation(evaluation('test', [failing]), HOLDER);

    const verdicts = async (query = {}) =>
      (await store.listFindings(ORDERS, query)).map(
        ({ cluster, verdict }) => `${cluster} ${verdict}`,
      );
    expect(await verdicts()).toEqual([
      'test fail',
      'prod unknown',
      'prod pass',
    ]);
    expect(await verdicts({ cluster: 'test' })).toEqual(['test fail']);
    expect(await verdicts({ verdict: 'pass' })).toEqual(['prod pass']);
    expect(await verdicts({ pillar: 'authorization' })).toEqual([
      'prod unknown',
    ]);
    expect(await verdicts({ severity: 'low' })).toEqual([]);
  });

  it('keeps what is said to be unchanged, and forgets what is in neither list', async () => {
    const { store } = await createStore(databaseId, ['prod']);
    const billing = finding(workload('billing'));
    await store.saveEvaluation(evaluation('prod', [failing, billing]), HOLDER);
    const findingsOf = async (entityRef: string) =>
      (await store.listFindings(entityRef, {})).map(({ verdict }) => verdict);

    const { entities, ...later } = evaluation('prod', [passing, billing]);
    const change = await store.saveEvaluation(
      {
        ...later,
        workloads: later.workloads.slice(0, 1),
        unchanged: [workload('billing')],
        entities,
      },
      HOLDER,
    );
    expect(change?.entityRefs).toEqual([ORDERS]);
    expect(await findingsOf(ORDERS)).toEqual(['pass']);
    expect(await findingsOf('component:default/billing')).toEqual(['pass']);

    await store.saveEvaluation(
      {
        ...later,
        workloads: [],
        unchanged: [workload('orders')],
        entities: entities.slice(0, 1),
      },
      HOLDER,
    );
    expect(await findingsOf(ORDERS)).toEqual(['pass']);
    expect(await findingsOf('component:default/billing')).toEqual([]);
  });

  it('writes no row that says the same, and tells of no change', async () => {
    const { store, knex } = await createStore(databaseId, ['prod']);
    await store.saveEvaluation(evaluation('prod', [failing]), HOLDER);
    const later = evaluation('prod', [failing], '2026-06-01T11:00:00.000Z');
    const writes = await countWrites(knex, async () =>
      expect(await store.saveEvaluation(later, HOLDER)).toBeUndefined(),
    );
    expect(writes).toEqual(['clusters']);
    expect(await store.listClusters()).toMatchObject([
      { name: 'prod', evaluatedAt: '2026-06-01T11:00:00.000Z' },
    ]);
  });

  it('records a verdict that becomes another, and since when it is so', async () => {
    const { store } = await createStore(databaseId, ['prod']);
    await store.saveEvaluation(evaluation('prod', [passing]), HOLDER);
    const change = await store.saveEvaluation(
      evaluation('prod', [failing], '2026-06-01T11:00:00.000Z'),
      HOLDER,
    );
    expect(change?.entityRefs).toEqual([ORDERS]);

    const [found] = await store.listFindings(ORDERS, {});
    expect(found.since).toBe('2026-06-01T11:00:00.000Z');
    expect(await store.listChanges(ORDERS, 10)).toEqual([
      {
        findingId: found.id,
        cluster: 'prod',
        control: 'AN-2',
        from: 'pass',
        to: 'fail',
        message: failing.message,
        at: '2026-06-01T11:00:00.000Z',
      },
      expect.objectContaining({ to: 'pass' }),
    ]);

    await store.saveEvaluation(
      evaluation(
        'prod',
        [{ ...failing, message: 'Said in other words.' }],
        '2026-06-01T12:00:00.000Z',
      ),
      HOLDER,
    );
    expect(await store.listFindings(ORDERS, {})).toMatchObject([
      { message: 'Said in other words.', since: '2026-06-01T11:00:00.000Z' },
    ]);
    expect(await store.listChanges(ORDERS, 10)).toHaveLength(2);
  });

  it('counts revisions up with every change', async () => {
    const { store } = await createStore(databaseId, ['prod']);
    const first = await store.saveEvaluation(
      evaluation('prod', [passing]),
      HOLDER,
    );
    const second = await store.saveEvaluation(
      evaluation('prod', [failing]),
      HOLDER,
    );
    expect(second!.revision).toBeGreaterThan(first!.revision);
  });

  it('keeps same-named workloads of two clusters apart, and sums them up for the entity', async () => {
    const { store } = await createStore(databaseId, ['prod', 'test']);
    await store.saveEvaluation(evaluation('prod', [passing]), HOLDER);
    await store.saveEvaluation(evaluation('test', [failing]), HOLDER);

    const findings = await store.listFindings(ORDERS, {});
    expect(findings.map(({ cluster }) => cluster)).toEqual(['test', 'prod']);
    expect(findings[0].id).not.toBe(findings[1].id);

    await store.saveEvaluation(evaluation('test', []), HOLDER);
    expect(await store.listFindings(ORDERS, {})).toMatchObject([
      { cluster: 'prod', verdict: 'pass' },
    ]);
    const { items } = await store.listServices({}, 'all', TODAY);
    expect(items).toMatchObject([
      {
        entityRef: ORDERS,
        level: 'zero trust',
        score: 100,
        clusters: ['prod'],
      },
    ]);
  });

  it('sums up right where replicas write two clusters of a service at once', async () => {
    const { store } = await createStore(databaseId, ['prod', 'test']);
    for (let round = 0; round < 5; round++) {
      const [first, second] =
        round % 2 === 0 ? [passing, failing] : [failing, passing];
      await Promise.all([
        store.saveEvaluation(evaluation('prod', [first]), HOLDER),
        store.saveEvaluation(evaluation('test', [second]), HOLDER),
      ]);
      const { items } = await store.listServices({}, 'all', TODAY);
      expect(items).toMatchObject([{ level: 'partial', failing: 1, score: 0 }]);
    }
  });

  it('forgets a service with its last workload, and keeps its history', async () => {
    const { store, knex } = await createStore(databaseId, ['prod']);
    await store.saveEvaluation(evaluation('prod', [failing]), HOLDER);
    const change = await store.saveEvaluation(evaluation('prod', []), HOLDER);
    expect(change?.entityRefs).toEqual([ORDERS]);
    expect(await store.listServiceRefs()).toEqual([]);
    expect(await knex('findings')).toEqual([]);
    expect(await knex('roll_ups')).toHaveLength(1);
    expect(await knex('changes').orderBy('sequence')).toMatchObject([
      { from_verdict: null, to_verdict: 'fail' },
      {
        from_verdict: 'fail',
        to_verdict: null,
        message: 'Deployment shop/orders is no longer judged by this control.',
      },
    ]);
  });

  it('gives a workload of several entities to each of them', async () => {
    const { store } = await createStore(databaseId, ['prod']);
    const both = evaluation('prod', [failing]);
    await store.saveEvaluation(
      {
        ...both,
        entities: [
          ...both.entities,
          {
            entityRef: 'system:default/shop',
            title: 'Shop',
            owner: 'group:default/sales',
            workloads: [workload('orders')],
          },
        ],
      },
      HOLDER,
    );
    expect(await store.listServices({}, 'all', TODAY)).toMatchObject({
      totalCount: 2,
      owners: ['group:default/sales'],
    });
    await store.retainEntities(
      { cluster: 'prod', entityRefs: [ORDERS], at: '2026-06-02T00:00:00.000Z' },
      HOLDER,
    );
    expect(await store.listServiceRefs()).toEqual([ORDERS]);
    expect(await store.listFindings(ORDERS, {})).toHaveLength(1);
  });

  it('follows the names that the catalog gives', async () => {
    const { store } = await createStore(databaseId, ['prod']);
    const before = evaluation('prod', [failing]);
    await store.saveEvaluation(before, HOLDER);
    const [entity] = before.entities;
    const change = await store.saveEvaluation(
      { ...before, entities: [{ ...entity, owner: 'group:default/sales' }] },
      HOLDER,
    );
    expect(change?.entityRefs).toEqual([ORDERS]);
    expect((await store.listServices({}, 'all', TODAY)).items[0].owner).toBe(
      'group:default/sales',
    );
  });

  it('refuses writes of a replica that lost the cluster', async () => {
    const { store } = await createStore(databaseId, ['prod']);
    await expect(
      store.saveEvaluation(evaluation('prod', [failing]), 'replica-2'),
    ).rejects.toThrow('Cluster prod is watched by another replica by now');
    await expect(
      store.saveCluster(
        { name: 'prod', source: 'test', status: readyStatus('prod') },
        'replica-2',
      ),
    ).rejects.toMatchObject({ name: 'ConflictError' });
    expect(await store.listServiceRefs()).toEqual([]);
  });

  it('tells the entities of a cluster when it cannot be reached, and keeps their findings', async () => {
    const { store } = await createStore(databaseId, ['prod']);
    await store.saveEvaluation(evaluation('prod', [failing]), HOLDER);
    const save = (status: Parameters<typeof readyStatus>[1]) =>
      store.saveCluster(
        { name: 'prod', source: 'test', status: readyStatus('prod', status) },
        HOLDER,
      );
    expect(
      await save({ lastSync: '2026-06-01T00:01:00.000Z', workloads: 2 }),
    ).toBeUndefined();
    expect(await save({ state: 'unreachable', message: 'refused' })).toEqual({
      revision: expect.any(Number),
      entityRefs: [ORDERS],
    });
    expect(await store.listFindings(ORDERS, {})).toHaveLength(1);
  });

  it('removes a cluster with its findings, once nobody watches it', async () => {
    const { store, leases } = await createStore(databaseId, ['prod']);
    await store.saveEvaluation(evaluation('prod', [failing]), HOLDER);
    expect(
      await store.removeCluster('prod', '2026-06-02T00:00:00.000Z'),
    ).toBeUndefined();
    await leases.release(['prod']);
    expect(
      await store.removeCluster('prod', '2026-06-02T00:00:00.000Z'),
    ).toMatchObject({ entityRefs: [ORDERS] });
    expect(await store.listClusters()).toEqual([]);
    expect(await store.listServiceRefs()).toEqual([]);
  });

  it('takes names of any alphabet, quotes and NUL', async () => {
    const { store } = await createStore(databaseId, ['prod']);
    const strange = {
      kind: 'Pod',
      namespace: `a'b"`,
      name: 'x\u0000\ud800日本',
    };
    await store.saveEvaluation(
      {
        cluster: 'prod',
        at: '2026-06-01T10:00:00.000Z',
        workloads: [
          {
            workload: strange,
            findings: [finding(strange, { verdict: 'fail' })],
          },
        ],
        unchanged: [],
        entities: [
          {
            entityRef: ORDERS,
            title: `%_\\ \u0000'; drop table services`,
            workloads: [strange],
          },
        ],
      },
      HOLDER,
    );
    expect(await store.listFindings(ORDERS, {})).toMatchObject([
      { subject: { namespace: `a'b"` } },
    ]);
    const search = async (text: string) =>
      (await store.listServices({ search: text }, 'all', TODAY)).totalCount;
    expect(await search('%_\\')).toBe(1);
    expect(await search('%_x')).toBe(0);
  });

  it('keeps of evidence no more than anybody reads', async () => {
    const { store } = await createStore(databaseId, ['prod']);
    const object = { apiVersion: 'v1', kind: 'Pod', name: 'orders' };
    const long = 'x'.repeat(10_000_000);
    await store.saveEvaluation(
      evaluation('prod', [
        {
          ...failing,
          evidence: [
            { object, field: 'metadata.annotations.note', value: long },
            { object, field: 'metadata.annotations', value: { note: long } },
            { object, field: 'spec.hostNetwork', value: true },
          ],
        },
      ]),
      HOLDER,
    );
    const [{ evidence }] = await store.listFindings(ORDERS, {});
    expect(evidence.map(({ value }) => String(value).length)).toEqual([
      4_001, 4_001, 4,
    ]);
  });

  it('makes a point for every service and day, and prunes what is old', async () => {
    const { store, knex } = await createStore(databaseId, ['prod']);
    await store.saveEvaluation(
      evaluation('prod', [passing], '2026-05-20T10:00:00.000Z'),
      HOLDER,
    );
    await store.rollUp(TODAY);
    await store.rollUp(TODAY);
    expect((await store.getEntity(ORDERS, TODAY))?.history).toEqual([
      { date: '2026-05-20', score: 100, level: 'zero trust' },
      { date: TODAY, score: 100, level: 'zero trust' },
    ]);
    await store.prune({
      changesBefore: '2026-06-01T00:00:00.000Z',
      rollUpsBefore: '2026-06-01',
    });
    expect(await knex('changes')).toEqual([]);
    expect((await store.getEntity(ORDERS, TODAY))?.history).toHaveLength(1);
  });
});
