import {
  TestDatabaseId,
  TestDatabases,
  mockServices,
} from '@backstage/backend-test-utils';
import type { ServiceQuery } from '@backstage-zero-trust/plugin-zero-trust-common';
import { finding, readyStatus, workload } from '../testing/findings';
import { DatabaseLeaseStore } from './DatabaseLeaseStore';
import { DatabasePostureStore } from './DatabasePostureStore';
import { openDatabase } from './migrate';
import type { VisibleEntities } from './PostureStore';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_15'] });
const TODAY = '2026-06-10';

/** Four services of two owners: a fails critically, b highly, c not at all; d could not be judged. */
async function createFleet(databaseId: TestDatabaseId) {
  const client = await databases.init(databaseId);
  const knex = await openDatabase(mockServices.database({ knex: client }));
  const holder = 'replica-1';
  await DatabaseLeaseStore.create({ knex, holder, seconds: 60 }).acquire([
    'prod',
    'test',
  ]);
  const store = DatabasePostureStore.create({ knex });
  const services = {
    prod: {
      a: { severity: 'critical', verdict: 'fail', pillar: 'network' },
      b: { severity: 'high', verdict: 'fail' },
      c: { verdict: 'pass' },
    },
    test: { d: { verdict: 'unknown' } },
  } as const;
  const save = async (at: string, cluster: 'prod' | 'test') => {
    const list = Object.entries(services[cluster]);
    await store.saveEvaluation(
      {
        cluster,
        at,
        workloads: list.map(([name, overrides]) => ({
          workload: workload(name),
          findings: [finding(workload(name), overrides)],
        })),
        unchanged: [],
        entities: list.map(([name]) => ({
          entityRef: `component:default/${name}`,
          title: `The ${name} service`,
          owner: name < 'c' ? 'group:default/first' : 'group:default/second',
          workloads: [workload(name)],
        })),
      },
      holder,
    );
  };
  for (const cluster of ['prod', 'test'] as const) {
    await store.saveCluster(
      { name: cluster, source: 'test', status: readyStatus(cluster) },
      holder,
    );
    await save('2026-06-10T00:00:00.000Z', cluster);
  }
  const names = async (
    query: ServiceQuery,
    visible: VisibleEntities = 'all',
  ) => {
    const list = await store.listServices(query, visible, TODAY);
    return list.items.map(({ entityRef }) => entityRef.split('/')[1]).join('');
  };
  return { store, knex, names };
}

describe.each(databases.eachSupportedId())('services on %s', databaseId => {
  it('are sorted by the database, the worst first', async () => {
    const { names } = await createFleet(databaseId);
    expect(await names({})).toBe('abdc');
    expect(await names({ sort: 'level', order: 'desc' })).toBe('cdba');
    expect(await names({ sort: 'title', order: 'desc' })).toBe('dcba');
    expect(await names({ sort: 'owner' })).toBe('abcd');
    expect(await names({ sort: 'failing', order: 'desc' })).toBe('abcd');
    expect(await names({ sort: 'score', order: 'desc' })).toBe('cabd');
  });

  it('are filtered by text, owner, level, cluster and failing pillar', async () => {
    const { names } = await createFleet(databaseId);
    expect(await names({ search: 'THE B' })).toBe('b');
    expect(await names({ owner: 'group:default/second' })).toBe('dc');
    expect(await names({ level: 'exposed' })).toBe('a');
    expect(await names({ cluster: 'test' })).toBe('d');
    expect(await names({ pillar: 'network' })).toBe('a');
    expect(await names({ pillar: 'network', cluster: 'test' })).toBe('');
    expect(await names({ search: '' })).toBe('abdc');
  });

  it('are paged, with the count of all that match', async () => {
    const { store } = await createFleet(databaseId);
    const page = await store.listServices(
      { offset: 1, limit: 2 },
      'all',
      TODAY,
    );
    expect(page.items.map(({ title }) => title)).toEqual([
      'The b service',
      'The d service',
    ]);
    expect(page.totalCount).toBe(4);
  });

  it('are counted among those that the caller may see', async () => {
    const { store, names } = await createFleet(databaseId);
    const visible = ['component:default/b', 'component:default/c'];
    expect(await names({}, visible)).toBe('bc');
    expect(await names({ limit: 1, offset: 1 }, visible)).toBe('c');
    expect(
      await store.listServices({ level: 'partial' }, visible, TODAY),
    ).toMatchObject({
      totalCount: 1,
      levels: {
        exposed: 0,
        partial: 1,
        unknown: 0,
        hardened: 0,
        'zero trust': 1,
      },
      owners: ['group:default/first', 'group:default/second'],
    });
    expect(await names({}, [])).toBe('');
  });

  it('may be visible in any number', async () => {
    const { names } = await createFleet(databaseId);
    const many = Array.from(
      { length: 70_000 },
      (_, index) => `component:default/other-${index}`,
    );
    expect(await names({}, [...many, 'component:default/c'])).toBe('c');
  });

  it('show the change of the score since a week ago, where it is known', async () => {
    const { store, knex } = await createFleet(databaseId);
    await knex('roll_ups').insert([
      {
        entity_ref: 'component:default/c',
        date: '2026-06-01',
        score: 40,
        level: 'partial',
      },
      {
        entity_ref: 'component:default/a',
        date: '2026-06-09',
        score: 40,
        level: 'partial',
      },
    ]);
    const { items } = await store.listServices({}, 'all', TODAY);
    expect(items.map(({ trend }) => trend)).toEqual([
      undefined,
      undefined,
      undefined,
      60,
    ]);
    expect(items[3].history).toEqual([
      { date: '2026-06-01', score: 40, level: 'partial' },
      { date: TODAY, score: 100, level: 'zero trust' },
    ]);
  });

  it('carry their worst failure and their pillars', async () => {
    const { store } = await createFleet(databaseId);
    const { items } = await store.listServices({ limit: 1 }, 'all', TODAY);
    expect(items).toEqual([
      {
        entityRef: 'component:default/a',
        title: 'The a service',
        owner: 'group:default/first',
        level: 'exposed',
        score: 0,
        history: [{ date: TODAY, score: 0, level: 'exposed' }],
        pillars: [
          {
            pillar: 'network',
            verdict: 'fail',
            severity: 'critical',
            failing: 1,
            applicable: 1,
          },
        ],
        applicable: 1,
        judged: 1,
        failing: 1,
        clusters: ['prod'],
        worst: {
          id: expect.any(String),
          control: 'AN-2',
          severity: 'critical',
          pillar: 'network',
          message: 'a accepts only mTLS.',
        },
      },
    ]);
  });
});
