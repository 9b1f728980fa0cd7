/**
 * The whole line of the demo with real parts: template, check, folder, cluster,
 * catalog. Only the browser is missing.
 */
import { promises as fs } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createMockDirectory,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import catalog from '@backstage/plugin-catalog-backend';
import scaffolderEntityModel from '@backstage/plugin-catalog-backend-module-scaffolder-entity-model';
import { eventsServiceFactory } from '@backstage/plugin-events-node';
import scaffolder from '@backstage/plugin-scaffolder-backend';
import { DemoCluster } from '@backstage-zero-trust/demo-cluster';
import {
  CONTROLS,
  ClusterSnapshot,
  KINDS,
  KubernetesObject,
  judge,
  summarize,
} from '@backstage-zero-trust/posture-engine';
import zeroTrustModule from '@backstage-zero-trust/plugin-scaffolder-backend-module-zero-trust';
import request from 'supertest';
import demoFeatures from './index';

type Server = Awaited<ReturnType<typeof startTestBackend>>['server'];

const ROOT = resolve(__dirname, '../../../..');
const directory = createMockDirectory();
const published = () => directory.resolve('services');

jest.setTimeout(60_000);

let server: Server;
let clusters: DemoCluster[];

const VALUES = {
  name: 'gift-cards',
  description: 'Sells gift cards',
  owner: 'group:default/shop',
  namespace: 'shop',
  dataPlane: 'sidecar',
  port: 8080,
  callers: [{ namespace: 'shop', name: 'storefront' }],
};

beforeAll(async () => {
  clusters = await Promise.all(
    ['prod-eu', 'prod-us'].map(name =>
      DemoCluster.start({
        folder: join(ROOT, 'examples/company/clusters', name),
      }),
    ),
  );
  await fs.writeFile(
    directory.resolve('demo-cluster.json'),
    JSON.stringify({
      clusters: clusters.map(({ name, definition, url, adminToken }) => ({
        name,
        dataPlane: definition.dataPlane,
        url,
        adminToken,
      })),
    }),
  );
  ({ server } = await startTestBackend({
    features: [
      catalog,
      scaffolderEntityModel,
      scaffolder,
      zeroTrustModule,
      demoFeatures,
      // The test's own would not leave its plugin.
      eventsServiceFactory,
      mockServices.rootConfig.factory({
        data: {
          demo: {
            publishDirectory: published(),
            stateFile: directory.resolve('demo-cluster.json'),
          },
          catalog: {
            processingInterval: { seconds: 1 },
            rules: [{ allow: ['Template', 'Component'] }],
            locations: [
              {
                type: 'file',
                target: join(ROOT, 'templates/service/template.yaml'),
              },
            ],
          },
        },
      }),
    ],
  }));
});

afterAll(async () => {
  await new Promise(done => server.close(done));
  await Promise.all(clusters.map(cluster => cluster.stop()));
});

async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) {
      return answer;
    }
    await sleep(50);
  }
}

async function entity(ref: string) {
  const { status, body } = await request(server).get(
    `/api/catalog/entities/by-name/${ref}`,
  );
  return status === 200 ? body : undefined;
}

/** Runs the template as the wizard would, to the end of its task. */
async function create(values: Record<string, unknown>) {
  await until(() => entity('template/default/zero-trust-service'));
  const { status, body } = await request(server)
    .post('/api/scaffolder/v2/tasks')
    .send({
      templateRef: 'template:default/zero-trust-service',
      values: { ...VALUES, ...values },
    });
  expect({ status, body }).toMatchObject({ status: 201 });
  const task = await until(async () => {
    const answer = await request(server).get(
      `/api/scaffolder/v2/tasks/${body.id}`,
    );
    return ['completed', 'failed'].includes(answer.body.status)
      ? answer.body
      : undefined;
  });
  const events = await request(server).get(
    `/api/scaffolder/v2/tasks/${body.id}/events`,
  );
  return {
    status: task.status,
    log: JSON.stringify(events.body),
  };
}

/** What the engine says of a workload, from all that the cluster's API shows. */
async function levelIn(cluster: DemoCluster, name: string) {
  const objects: KubernetesObject[] = [];
  for (const { group, kind, plural } of Object.values(KINDS)) {
    const apiVersion = group === '' ? 'v1' : `${group}/v1`;
    const root = group === '' ? '/api' : '/apis';
    const response = await fetch(
      `${cluster.url}${root}/${apiVersion}/${plural}`,
      { headers: { Authorization: `Bearer ${cluster.readerToken}` } },
    );
    if (response.ok) {
      const { items } = (await response.json()) as { items: object[] };
      objects.push(
        ...items.map(
          item => ({ apiVersion, kind, ...item } as KubernetesObject),
        ),
      );
    }
  }
  const snapshot = ClusterSnapshot.create({ cluster: cluster.name, objects });
  return summarize(
    judge(snapshot, { controls: CONTROLS }).filter(
      ({ subject }) => subject.name === name,
    ),
  ).level;
}

const deployment = (name: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace: 'shop',
  name,
});

it('a service of the wizard is checked, and then in its folder, its cluster and the catalog', async () => {
  const { status, log } = await create({});
  expect({ status, log }).toMatchObject({ status: 'completed' });
  const [europe, states] = clusters;
  expect(europe.get(deployment('gift-cards'))).toBeDefined();
  expect(states.get(deployment('gift-cards'))).toBeUndefined();
  expect((await fs.readdir(join(published(), 'gift-cards'))).sort()).toEqual([
    'Dockerfile',
    'README.md',
    'catalog-info.yaml',
    'manifests',
    'package.json',
    'src',
  ]);
  const { metadata, spec } = await until(() =>
    entity('component/default/gift-cards'),
  );
  expect(metadata.annotations).toMatchObject({
    'backstage.io/kubernetes-namespace': 'shop',
    'backstage.io/kubernetes-label-selector':
      'app.kubernetes.io/name=gift-cards',
  });
  expect(spec.owner).toBe('group:default/shop');
});

it('ambient is another cluster', async () => {
  const { status } = await create({
    name: 'wish-list',
    dataPlane: 'ambient',
    callers: [],
  });
  expect(status).toBe('completed');
  const [europe, states] = clusters;
  expect(states.get(deployment('wish-list'))).toBeDefined();
  expect(await levelIn(states, 'wish-list')).toBe('zero trust');
  expect(europe.get(deployment('wish-list'))).toBeUndefined();
});

it('a bad neighbourhood spoils nothing: logistics has no default deny and a mode that takes plaintext', async () => {
  const { status } = await create({ name: 'pallets', namespace: 'logistics' });
  expect(status).toBe('completed');
  expect(await levelIn(clusters[0], 'pallets')).toBe('zero trust');
});

it('a service that the cluster has already is refused, and nothing of it is changed', async () => {
  const before = clusters[0].get(deployment('orders'));
  const { status, log } = await create({ name: 'orders' });
  expect(status).toBe('failed');
  expect(log).toMatch(/"orders\\+" already exists; nothing was changed/);
  expect(clusters[0].get(deployment('orders'))).toEqual(before);
  expect(
    clusters[0].get({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      namespace: 'shop',
      name: 'orders-default-deny',
    }),
  ).toBeUndefined();
  await expect(fs.readdir(join(published(), 'orders'))).rejects.toThrow(
    'ENOENT',
  );
});

it('a namespace that the cluster does not have is refused by the cluster', async () => {
  const { status, log } = await create({
    name: 'lost',
    namespace: 'nowhere',
  });
  expect(status).toBe('failed');
  expect(log).toContain('prod-eu refuses it');
  expect(log).toContain('nowhere');
});

it('a folder without an entity does not hide the others', async () => {
  await fs.mkdir(join(published(), 'broken'), { recursive: true });
  await create({ name: 'one-more' });
  expect(await until(() => entity('component/default/one-more'))).toBeDefined();
});
