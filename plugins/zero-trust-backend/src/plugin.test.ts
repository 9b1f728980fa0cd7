import type {
  ClusterStatus,
  EntityConnections,
  EntityPosture,
  ServiceList,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import {
  zeroTrustClusterSourcesExtensionPoint,
  zeroTrustControlsExtensionPoint,
} from '@backstage-zero-trust/plugin-zero-trust-node';
import {
  BackstageCredentials,
  createBackendModule,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import { Entity, stringifyEntityRef } from '@backstage/catalog-model';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { signalsServiceRef } from '@backstage/plugin-signals-node';
import request from 'supertest';
import zeroTrustPlugin from '.';
import { networkPolicy } from './testing/connections';
import { eventually } from './testing/eventually';
import {
  TestCluster,
  deployment,
  mtlsLabelControl,
  sourceOf,
} from './testing/TestClusters';

jest.setTimeout(60_000);

const strict = (name: string) =>
  deployment({
    name,
    labels: { 'backstage.io/kubernetes-id': name, mtls: 'strict' },
  });

function component(
  name: string,
  annotations: Record<string, string> = { 'backstage.io/kubernetes-id': name },
): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: { name, namespace: 'default', annotations },
    relations: [
      { type: 'ownedBy', targetRef: 'group:default/sales' },
      { type: 'partOf', targetRef: 'system:default/shop' },
    ],
  };
}

const ALICE = 'user:default/alice';
const BOB = 'user:default/bob';

interface TestBackendOptions {
  entities?: Entity[];
  /** Names of the permissions that nobody has. */
  denied?: string[];
  /** Entities that only Alice may see. */
  hidden?: string[];
}

async function startBackend({
  entities = [component('orders')],
  denied = [],
  hidden = [],
}: TestBackendOptions = {}) {
  const cluster = TestCluster.create('prod');
  const signals = { publish: jest.fn(async () => {}) };
  const catalog = catalogServiceMock({ entities });
  const maySee = (credentials: BackstageCredentials, entityRef: string) =>
    !hidden.includes(entityRef) ||
    JSON.stringify(credentials.principal).includes(ALICE) ||
    JSON.stringify(credentials.principal).includes('service');
  const decide = (name: string) =>
    denied.includes(name) ? AuthorizeResult.DENY : AuthorizeResult.ALLOW;
  const { server } = await startTestBackend({
    features: [
      zeroTrustPlugin,
      createBackendModule({
        pluginId: 'zero-trust',
        moduleId: 'test',
        register(env) {
          env.registerInit({
            deps: {
              sources: zeroTrustClusterSourcesExtensionPoint,
              controls: zeroTrustControlsExtensionPoint,
            },
            async init({ sources, controls }) {
              sources.addClusterSource(
                sourceOf('test', () => [
                  cluster.target(),
                  { name: 'far', unobservable: 'Sign in to see it.' },
                ]),
              );
              controls.addControl(mtlsLabelControl);
            },
          });
        },
      }),
      createServiceFactory({
        service: catalogServiceRef,
        deps: {},
        factory: () => ({
          ...catalog,
          streamEntities: catalog.streamEntities.bind(catalog),
          getEntityByRef: async (reference, options) => {
            const entity = await catalog.getEntityByRef(reference, options);
            return entity &&
              maySee(options.credentials, stringifyEntityRef(entity))
              ? entity
              : undefined;
          },
          getEntitiesByRefs: async (query, options) => {
            const { items } = await catalog.getEntitiesByRefs(query, options);
            return {
              items: items.map((item, index) =>
                maySee(options.credentials, query.entityRefs[index])
                  ? item
                  : undefined,
              ),
            };
          },
        }),
      }),
      createServiceFactory({
        service: signalsServiceRef,
        deps: {},
        factory: () => signals,
      }),
      mockServices.permissions.mock({
        authorize: async queries =>
          queries.map(({ permission }) => ({
            result: decide(permission.name),
          })),
        authorizeConditional: async queries =>
          queries.map(({ permission }) =>
            hidden.length === 0
              ? { result: decide(permission.name) }
              : {
                  result: AuthorizeResult.CONDITIONAL,
                  pluginId: 'catalog',
                  resourceType: 'catalog-entity',
                  conditions: {
                    rule: 'IS_ENTITY_OWNER',
                    resourceType: 'catalog-entity',
                  },
                },
          ),
      }).factory,
      mockServices.rootConfig.factory({
        data: {
          zeroTrust: { clusters: { folders: [], kubernetesPlugin: false } },
        },
      }),
    ],
  });
  const get = (path: string, user = BOB) =>
    request(server)
      .get(`/api/zero-trust${path}`)
      .set('Authorization', mockCredentials.user.header(user));
  const posture = async (name: string): Promise<EntityPosture> =>
    (await get(`/entities/default/component/${name}/posture`).expect(200)).body;
  const verdictOf = async (name: string) => {
    const { body } = await get(
      `/entities/default/component/${name}/findings`,
    ).expect(200);
    return body.items.find(
      ({ control }: { control: string }) => control === 'TEST-1',
    )?.verdict;
  };
  return { cluster, get, posture, server, signals, verdictOf };
}

describe('the zero-trust plugin', () => {
  it('judges a cluster for an entity, and again when the cluster changes', async () => {
    const { cluster, get, posture, signals, verdictOf } = await startBackend();
    expect(await posture('orders')).toMatchObject({ state: 'pending' });

    cluster.apply(deployment({ name: 'orders' }));
    await eventually(async () =>
      expect(await posture('orders')).toMatchObject({
        entityRef: 'component:default/orders',
        state: 'judged',
        clusters: [
          {
            cluster: 'prod',
            state: 'ready',
            workloads: [
              { kind: 'Deployment', namespace: 'shop', name: 'orders' },
            ],
          },
        ],
        history: [{ date: expect.any(String) }],
        lookedIn: [
          { name: 'far', state: 'unreachable', message: 'Sign in to see it.' },
          { name: 'prod', state: 'ready' },
        ],
      }),
    );
    expect(await verdictOf('orders')).toBe('fail');
    // Connections come after the findings, with a signal of their own.
    await eventually(async () =>
      expect((await get('/blast-radius')).body.totalCount).toBe(1),
    );

    signals.publish.mockClear();
    cluster.apply(strict('orders'));
    await eventually(() =>
      expect(signals.publish).toHaveBeenCalledWith({
        recipients: { type: 'broadcast' },
        channel: 'zero-trust:component:default/orders',
        message: { revision: expect.any(Number) },
      }),
    );
    // The snapshot that came first may have been signalled as late as now.
    await eventually(async () =>
      expect(await verdictOf('orders')).toBe('pass'),
    );
    expect(signals.publish).toHaveBeenCalledWith(
      expect.objectContaining({ channel: 'zero-trust' }),
    );
  });

  it('says of an entity without annotations that it has none', async () => {
    const { posture } = await startBackend({
      entities: [component('plain', {})],
    });
    expect(await posture('plain')).toEqual({
      entityRef: 'component:default/plain',
      state: 'not-annotated',
      clusters: [],
      worst: [],
      history: [],
      lookedIn: [],
    });
  });

  it('says which annotation cannot be read', async () => {
    const { posture } = await startBackend({
      entities: [
        component('odd', {
          'backstage.io/kubernetes-label-selector': 'app = (',
        }),
      ],
    });
    expect(await posture('odd')).toMatchObject({
      state: 'not-annotated',
      message:
        'The annotation backstage.io/kubernetes-label-selector cannot be read: "app = (" is no requirement on a label.',
    });
  });

  it('says where it looked for an entity that no cluster runs', async () => {
    const { cluster, posture } = await startBackend({
      entities: [
        component('nowhere'),
        component('elsewhere', {
          'backstage.io/kubernetes-id': 'elsewhere',
          'backstage.io/kubernetes-cluster': 'gone',
        }),
      ],
    });
    cluster.apply(deployment({ name: 'orders' }));
    await eventually(async () =>
      expect(await posture('nowhere')).toMatchObject({
        state: 'not-found',
        lookedIn: [{ name: 'far' }, { name: 'prod', state: 'ready' }],
      }),
    );
    expect(await posture('elsewhere')).toMatchObject({
      state: 'not-found',
      lookedIn: [],
      message:
        'The annotation backstage.io/kubernetes-cluster names gone, and no cluster of this name is known.',
    });
  });

  it('keeps the findings of a cluster that cannot be reached any more, and says since when', async () => {
    const { cluster, posture, verdictOf } = await startBackend();
    cluster.apply(deployment({ name: 'orders' }));
    await eventually(async () =>
      expect(await verdictOf('orders')).toBe('fail'),
    );
    cluster.report({
      state: 'unreachable',
      message: 'Nobody answers.',
      lastSync: '2026-06-01T00:00:00.000Z',
    });
    await eventually(async () =>
      expect((await posture('orders')).clusters).toMatchObject([
        {
          state: 'unreachable',
          message: 'Nobody answers.',
          lastSync: '2026-06-01T00:00:00.000Z',
        },
      ]),
    );
    expect(await verdictOf('orders')).toBe('fail');
  });

  it('tells who may reach whom, and again when that changes; what is stored stays while a cluster is away', async () => {
    const { cluster, get, signals } = await startBackend({
      entities: [component('orders'), component('web')],
    });
    const callers = async () => {
      const { body } = await get(
        '/entities/default/component/orders/connections?direction=in&namespace=shop',
      ).expect(200);
      return (body as EntityConnections).items.map(({ peer }) =>
        peer.kind === 'workload' ? peer.entityRef : peer.cidrs,
      );
    };
    const shop = [deployment({ name: 'orders' }), deployment({ name: 'web' })];
    cluster.apply(...shop);
    await eventually(async () =>
      expect(await callers()).toEqual(['component:default/web']),
    );

    signals.publish.mockClear();
    cluster.apply(...shop, networkPolicy({ name: 'nobody', of: 'orders' }));
    await eventually(async () => expect(await callers()).toEqual([]));
    await eventually(() =>
      expect(signals.publish).toHaveBeenCalledWith(
        expect.objectContaining({
          channel: 'zero-trust:component:default/orders',
        }),
      ),
    );

    cluster.vanish();
    cluster.report({});
    const { body } = await get('/blast-radius').expect(200);
    expect(body).toMatchObject({
      totalCount: 2,
      items: [
        { entityRef: 'component:default/orders', direct: 1, total: 1 },
        { entityRef: 'component:default/web', direct: 0, total: 0 },
      ],
    });
    expect((await get('/clusters/prod/namespaces')).body.cells).toEqual([
      { from: 0, to: 0, open: 1, unknown: 0, pairs: 2 },
    ]);
  });

  it('shows the state of clusters and what may not be listed in them', async () => {
    const { cluster, get } = await startBackend();
    const message = 'Grant the verb "list" on peerauthentications.';
    cluster.apply(deployment({ name: 'orders' }));
    cluster.report({
      state: 'degraded',
      kinds: [
        {
          kind: 'PeerAuthentication',
          group: 'security.istio.io',
          resource: 'peerauthentications',
          state: 'forbidden',
          objects: 0,
          message,
        },
      ],
    });
    await eventually(async () => {
      const { body } = await get('/clusters').expect(200);
      expect(
        body.items.map(({ name, state, kinds, workloads }: ClusterStatus) => ({
          name,
          state,
          messages: kinds.map(kind => kind.message),
          workloads,
        })),
      ).toEqual([
        { name: 'far', state: 'unreachable', messages: [], workloads: 0 },
        { name: 'prod', state: 'degraded', messages: [message], workloads: 1 },
      ]);
    });
  });

  it('describes its controls, those of modules too', async () => {
    const { get } = await startBackend();
    const { body } = await get('/controls').expect(200);
    expect(body.items).toContainEqual({
      id: 'TEST-1',
      title: 'Says that it wants mTLS',
      pillar: 'authentication',
      severity: 'high',
      question: 'Does it say that it wants mTLS?',
      why: 'It may be called in plaintext.',
      references: [],
    });
  });
});

describe('access', () => {
  const hidden = ['component:default/orders'];
  const entities = [component('orders'), component('billing')];

  it('is refused to callers who are not signed in', async () => {
    const { server } = await startBackend();
    const { status } = await request(server)
      .get('/api/zero-trust/services')
      .set('Authorization', mockCredentials.none.header());
    expect(status).toBe(401);
  });

  it('is refused to callers without the permission', async () => {
    const { get } = await startBackend({
      denied: ['zero-trust.posture.read', 'zero-trust.clusters.read'],
    });
    for (const path of [
      '/entities/default/component/orders/posture',
      '/entities/default/component/orders/findings',
      '/entities/default/component/orders/connections',
      '/entities/default/component/orders/blast-radius',
      '/services',
      '/blast-radius',
      '/clusters',
      '/clusters/prod/namespaces',
      '/clusters/prod/connection?from=a/Pod/b&to=a/Pod/c&port=80',
      '/controls',
    ]) {
      const { body } = await get(path).expect(403);
      expect(body.error.name).toBe('NotAllowedError');
    }
  });

  it('to an entity that the caller may not see is as to one that does not exist', async () => {
    const { get } = await startBackend({ entities, hidden });
    for (const what of ['posture', 'findings', 'connections', 'blast-radius']) {
      const path = (name: string) =>
        `/entities/default/component/${name}/${what}`;
      const { body } = await get(path('orders'), BOB).expect(404);
      const { body: missing } = await get(path('missing'), BOB).expect(404);
      expect(body.error.message.replace('orders', 'missing')).toBe(
        missing.error.message,
      );
      await get(path('orders'), ALICE).expect(200);
    }
  });

  it('lists and counts only what the caller may see', async () => {
    const { cluster, get } = await startBackend({ entities, hidden });
    cluster.apply(deployment({ name: 'orders' }), strict('billing'));
    const names = async (user: string) => {
      const body: ServiceList = (await get('/services?limit=1', user)).body;
      const counted = Object.values(body.levels).reduce((a, b) => a + b, 0);
      return [body.totalCount, counted, body.items.length];
    };
    await eventually(async () => expect(await names(ALICE)).toEqual([2, 2, 1]));
    expect(await names(BOB)).toEqual([1, 1, 1]);
  });

  it('shows peers that the caller may not see without their entity, and leaves their blast radius out', async () => {
    const { cluster, get } = await startBackend({ entities, hidden });
    cluster.apply(deployment({ name: 'orders' }), strict('billing'));
    const peers = async (user: string) => {
      const { body } = await get(
        '/entities/default/component/billing/connections?direction=in&search=orders',
        user,
      ).expect(200);
      return (body as EntityConnections).items.map(({ peer }) =>
        'workload' in peer ? [peer.workload.name, peer.entityRef] : [],
      );
    };
    await eventually(async () =>
      expect(await peers(ALICE)).toEqual([
        ['orders', 'component:default/orders'],
      ]),
    );
    expect(await peers(BOB)).toEqual([['orders', undefined]]);
    const { body } = await get('/blast-radius', BOB).expect(200);
    expect(body).toMatchObject({
      totalCount: 1,
      items: [{ entityRef: 'component:default/billing' }],
    });
    expect((await get('/blast-radius', ALICE)).body.totalCount).toBe(2);
  });

  it('to one connection needs an end that the caller may see, or the right to see clusters', async () => {
    const { cluster, get } = await startBackend({
      entities,
      hidden,
      denied: ['zero-trust.clusters.read'],
    });
    cluster.apply(
      deployment({ name: 'orders' }),
      deployment({ name: 'nightly' }),
      strict('billing'),
    );
    const ask = (to: string, user: string) =>
      get(
        `/clusters/prod/connection?from=shop/Deployment/orders&to=shop/Deployment/${to}&port=80`,
        user,
      );
    await eventually(async () =>
      expect((await ask('nightly', ALICE)).status).toBe(200),
    );
    expect((await ask('nightly', BOB)).status).toBe(403);
    expect((await ask('billing', BOB)).body).toMatchObject({
      verdict: 'allow',
    });
  });

  it('to the list is empty where the caller may see no entity at all', async () => {
    const { cluster, get } = await startBackend({
      denied: ['catalog.entity.read'],
    });
    cluster.apply(deployment({ name: 'orders' }));
    await eventually(async () => {
      const { body } = await get('/entities/default/component/orders/posture');
      expect(body.state).toBe('judged');
    });
    const { body } = await get('/services').expect(200);
    expect(body).toMatchObject({ items: [], totalCount: 0, owners: [] });
  });
});

describe('requests', () => {
  it.each([
    ['/services?limit=101', 'limit'],
    ['/services?limit=x', 'limit'],
    ['/services?offset=-1', 'offset'],
    ['/services?sort=id;drop', 'sort'],
    ['/services?level=best', 'level'],
    ['/services?nonsense=1', 'nonsense'],
    [`/services?search=${'a'.repeat(300)}`, 'search'],
    ['/entities/default/component/orders/findings?verdict=maybe', 'verdict'],
    ['/entities/default/component/orders/connections?limit=501', 'limit'],
    ['/entities/default/component/orders/connections?offset=1e99', 'offset'],
    [
      '/entities/default/component/orders/connections?direction=up',
      'direction',
    ],
    ['/entities/default/component/orders/connections?search=%00', 'search'],
    ['/entities/default/component/orders/connections?search=', 'search'],
    ['/blast-radius?limit=0', 'limit'],
    ['/blast-radius?cluster=a%00b', 'cluster'],
    ['/clusters/a%00b/namespaces', 'cluster'],
    ['/clusters/prod/connection?from=a/Pod/b&port=80', 'to'],
    ['/clusters/prod/connection?from=a/Pod/b&to=a/Pod/c&port=0', 'port'],
    ['/clusters/prod/connection?from=a/b&to=a/Pod/c&port=80', 'from'],
    ['/clusters/prod/connection?from=a/Service/b&to=a/Pod/c&port=80', 'from'],
    ...[
      'method=G%20T',
      'path=orders',
      'header=x-team',
      'header=Authorization:%20Bearer%20abc',
      'header=cookie:%20session=1',
      'principal=orders',
      'claims=%7B',
      'claims=%5B%5D',
      `claims=%7B%22a%22:%22${'x'.repeat(4_100)}%22%7D`,
      `${'header=a:b&'.repeat(21)}`,
    ].map((query): [string, string] => [
      `/clusters/prod/connection?from=a/Pod/b&to=a/Pod/c&port=80&${query}`,
      query.slice(0, query.indexOf('=')),
    ]),
    [
      '/entities/default/component/orders/connections?transport=wire',
      'transport',
    ],
    [
      '/clusters/prod/connection?from=a/Pod/b&to=a/Pod/c&port=80&protocol=ICMP',
      'protocol',
    ],
  ])('that are wrong are refused with the reason: %s', async (path, reason) => {
    const { get } = await startBackend();
    const { body } = await get(path).expect(400);
    expect(body.error).toMatchObject({
      name: 'InputError',
      message: expect.stringContaining(reason),
    });
  });

  it.each([
    `%27%20OR%201%3D1--`,
    '..%2f..%2fclusters',
    '%00',
    '%F0%9F%92%A9',
    '__proto__',
    'a'.repeat(400),
  ])('with hostile names find nothing and break nothing: %s', async name => {
    const { get } = await startBackend();
    const { status } = await get(`/entities/default/component/${name}/posture`);
    expect([400, 404]).toContain(status);
    await get('/services').expect(200);
  });

  it.each([
    `/entities/default/component/orders/connections?search=${encodeURIComponent(
      "%' or 1=1 --",
    )}`,
    `/entities/default/component/orders/connections?namespace=__proto__`,
    `/blast-radius?search=${encodeURIComponent('\\_%"')}`,
    '/blast-radius?cluster=..%2f..%2fsecrets&offset=1000000000',
  ])('with hostile values find nothing: %s', async path => {
    const { cluster, get } = await startBackend();
    cluster.apply(deployment({ name: 'orders' }));
    await eventually(async () =>
      expect((await get('/blast-radius')).body.totalCount).toBe(1),
    );
    const { body } = await get(path).expect(200);
    expect(body).toMatchObject({ items: [], totalCount: 0 });
  });

  it('for a cluster that nobody knows find none', async () => {
    const { get } = await startBackend();
    const { status } = await get('/clusters/..%2f..%2fsecrets/namespaces');
    expect(status).toBe(404);
  });

  it('may ask for the description of the API', async () => {
    const { get } = await startBackend();
    const { body } = await get('/openapi.json').expect(200);
    expect(Object.keys(body.paths)).toContain('/api/zero-trust/services');
  });
});
