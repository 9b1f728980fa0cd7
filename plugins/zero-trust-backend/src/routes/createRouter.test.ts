/** Every answer, with every optional field in it, is as the description says. */
import {
  TestDatabases,
  mockErrorHandler,
  mockServices,
} from '@backstage/backend-test-utils';
import type { Finding } from '@backstage-zero-trust/plugin-zero-trust-common';
import {
  CONTROLS,
  ClusterSnapshot,
  KubernetesObject,
} from '@backstage-zero-trust/posture-engine';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import Ajv2020 from 'ajv/dist/2020';
import express, { Express } from 'express';
import request from 'supertest';
import { EntityVisibility } from '../catalog/EntityVisibility';
import { DatabaseConnectionStore } from '../database/DatabaseConnectionStore';
import { DatabaseLeaseStore } from '../database/DatabaseLeaseStore';
import { DatabaseSnapshotStore } from '../database/DatabaseSnapshotStore';
import { DatabasePostureStore } from '../database/DatabasePostureStore';
import { openDatabase } from '../database/migrate';
import { ConnectionAsker } from '../posture/ConnectionAsker';
import { ConnectionReader } from '../posture/ConnectionReader';
import { PostureReader } from '../posture/PostureReader';
import { SnapshotUpkeep } from '../snapshots/SnapshotUpkeep';
import { Snapshots } from '../snapshots/Snapshots';
import { StoredMaps } from '../posture/StoredMaps';
import {
  evaluation,
  finding,
  readyStatus,
  workload,
} from '../testing/findings';
import { connectionsIn } from '../testing/connections';
import { deployment } from '../testing/TestClusters';
import { openapi } from '../schema/openapi';
import { createRouter } from './createRouter';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
const object = { apiVersion: 'v1', kind: 'Namespace', name: 'shop' };

const full: Finding = finding(workload('orders'), {
  subject: { ...workload('orders'), port: null },
  verdict: 'fail',
  because: 'PeerAuthentication shop/orders says PERMISSIVE.',
  evidence: [
    { object, field: 'a', value: null },
    { object, field: 'b', value: { c: [1, 'two', true] } },
  ],
  witness: {
    from: 'any pod',
    to: 'orders',
    port: 8080,
    protocol: 'TCP',
    transport: 'plaintext',
    action: 'GET /',
  },
  fix: {
    summary: 'Set it to STRICT.',
    objects: [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
    ],
  },
});

const exempt: Finding = finding(workload('orders'), {
  control: 'AZ-1',
  verdict: 'exempt',
  missing: [{ verb: 'list', group: '', resource: 'pods', namespace: 'shop' }],
  exemption: {
    control: 'AZ-1',
    subject: { namespace: 'shop' },
    reason: 'Being replaced',
    owner: 'group:default/sales',
    approver: 'user:default/alice',
    expires: '2027-01-01T00:00:00Z',
  },
});

/** One calls the other, if it meets a condition. */
const conditional: KubernetesObject[] = [
  ...['orders', 'web'].map(name => JSON.parse(deployment({ name }))),
  {
    apiVersion: 'cilium.io/v2',
    kind: 'CiliumNetworkPolicy',
    metadata: { name: 'orders', namespace: 'shop' },
    spec: {
      endpointSelector: {
        matchLabels: { 'backstage.io/kubernetes-id': 'orders' },
      },
      ingress: [
        {
          fromEndpoints: [
            { matchLabels: { 'backstage.io/kubernetes-id': 'web' } },
          ],
          toPorts: [
            {
              ports: [{ port: '8080', protocol: 'TCP' }],
              rules: { http: [{ method: 'GET', path: '/orders' }] },
            },
          ],
        },
      ],
    },
  },
];

describe('the answers of the API', () => {
  let server: Express;

  beforeAll(async () => {
    const client = await databases.init('SQLITE_3');
    const knex = await openDatabase(mockServices.database({ knex: client }));
    const store = DatabasePostureStore.create({ knex });
    const holder = 'replica-1';
    await DatabaseLeaseStore.create({ knex, holder, seconds: 60 }).acquire([
      'prod',
    ]);
    await store.saveCluster(
      {
        name: 'prod',
        source: 'test',
        status: readyStatus('prod', {
          title: 'Production',
          state: 'degraded',
          message: 'Some kinds cannot be seen.',
          kinds: [
            {
              kind: 'Pod',
              group: '',
              resource: 'pods',
              state: 'forbidden',
              objects: 0,
              message: 'Grant list.',
            },
          ],
        }),
      },
      holder,
    );
    const judged = evaluation('prod', [full, exempt]);
    await store.saveEvaluation(
      {
        ...judged,
        entities: judged.entities.map(entity => ({
          ...entity,
          owner: 'group:default/sales',
          system: 'system:default/shop',
        })),
      },
      holder,
    );
    await knex('roll_ups').insert({
      entity_ref: 'component:default/orders',
      date: new Date(Date.now() - 10 * 86_400_000).toISOString().slice(0, 10),
      score: 10,
      level: 'partial',
    });
    const connections = DatabaseConnectionStore.create({ knex });
    const snapshot = ClusterSnapshot.create({
      cluster: 'prod',
      objects: conditional,
      settings: { cni: 'cilium', ciliumConfig: {} },
    });
    await connections.save(
      await connectionsIn(snapshot, {
        caveats: ['Some policies were not seen.'],
      }),
      holder,
    );
    const snapshotStore = DatabaseSnapshotStore.create({ knex });
    const snapshots = Snapshots.create(snapshotStore);
    await SnapshotUpkeep.create({
      cluster: 'prod',
      store: snapshotStore,
      snapshots,
      holder,
    }).update(snapshot);
    const entityOf = (name: string, annotations: Record<string, string>) => ({
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Component',
      metadata: { name, namespace: 'default', annotations },
    });
    const catalog = catalogServiceMock({
      entities: [
        entityOf('orders', { 'backstage.io/kubernetes-id': 'orders' }),
        entityOf('nowhere', { 'backstage.io/kubernetes-id': 'nowhere' }),
        entityOf('plain', {}),
      ],
    });
    const maps = StoredMaps.create(connections);
    const permissions = mockServices.permissions();
    const router = createRouter({
      httpAuth: mockServices.httpAuth(),
      permissions,
      visibility: EntityVisibility.create({
        auth: mockServices.auth(),
        cache: mockServices.cache.mock(),
        catalog,
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
      controls: CONTROLS,
    });
    server = express().use(router).use(mockErrorHandler());
  });

  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
  const { schemas } = openapi.components;

  it.each<[string, keyof typeof schemas]>([
    ['/entities/default/component/orders/posture', 'EntityPosture'],
    ['/entities/default/component/nowhere/posture', 'EntityPosture'],
    ['/entities/default/component/plain/posture', 'EntityPosture'],
    [
      '/entities/default/component/orders/findings?verdict=fail&pillar=authentication&severity=high&cluster=prod',
      'EntityFindings',
    ],
    ['/entities/default/component/plain/findings', 'EntityFindings'],
    [
      '/services?sort=title&order=desc&limit=5&offset=0&search=orders&owner=group:default/sales&pillar=authentication&cluster=prod&level=partial',
      'ServiceList',
    ],
    [
      '/entities/default/component/orders/connections?direction=in&cluster=prod&namespace=shop&search=web&offset=0&limit=500',
      'EntityConnections',
    ],
    [
      '/entities/default/component/orders/connections?namespace=',
      'EntityConnections',
    ],
    ['/entities/default/component/plain/connections', 'EntityConnections'],
    ['/entities/default/component/orders/blast-radius', 'EntityBlastRadius'],
    [
      '/blast-radius?cluster=prod&search=orders&offset=0&limit=100',
      'BlastRadiusList',
    ],
    ['/clusters/prod/namespaces', 'NamespaceMatrix'],
    [
      '/clusters/prod/connection?from=shop/Deployment/web&to=shop/Deployment/orders&port=8080&protocol=TCP',
      'ConnectionAnswer',
    ],
    [
      `/clusters/prod/connection?from=shop/Deployment/web&to=shop/Deployment/orders&port=8080&method=GET&path=/orders?page=2&host=orders.shop&header=${encodeURIComponent(
        'x-team: shop',
      )}&header=accept:*/*&principal=spiffe://cluster.local/ns/shop/sa/web&issuer=https://login.example&subject=ann&audience=orders&claims=${encodeURIComponent(
        '{"groups":["admins"]}',
      )}`,
      'ConnectionAnswer',
    ],
    [
      '/entities/default/component/orders/connections?transport=mtls',
      'EntityConnections',
    ],
    ['/clusters', 'ClusterList'],
    ['/controls', 'ControlList'],
  ])('are as described: %s, %s', async (path, schema) => {
    const { body } = await request(server).get(path).expect(200);
    const validate = ajv.compile(schemas[schema]);
    validate(body);
    expect(validate.errors ?? []).toEqual([]);
  });

  it('carry all that is known', async () => {
    const { body: findings } = await request(server)
      .get('/entities/default/component/orders/findings')
      .expect(200);
    expect(findings.items).toMatchObject([full, exempt]);
    const { body: connections } = await request(server)
      .get('/entities/default/component/orders/connections?direction=in')
      .expect(200);
    expect(connections).toMatchObject({
      items: [
        {
          peer: { kind: 'workload', workload: workload('web') },
          verdict: 'conditional',
          conditions: ['HTTP GET /orders'],
        },
      ],
      caveats: [{ cluster: 'prod', message: 'Some policies were not seen.' }],
    });
    const { body: services } = await request(server)
      .get('/services')
      .expect(200);
    expect(services.items).toMatchObject([
      {
        owner: 'group:default/sales',
        system: 'system:default/shop',
        trend: -10,
        evaluatedAt: '2026-06-01T10:00:00.000Z',
      },
    ]);
  });
});
