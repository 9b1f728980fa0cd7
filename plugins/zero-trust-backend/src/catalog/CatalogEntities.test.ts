import { mockServices } from '@backstage/backend-test-utils';
import { Entity } from '@backstage/catalog-model';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { eventually } from '../testing/eventually';
import { CatalogEntities } from './CatalogEntities';

function entityOf(
  name: string,
  annotations: Record<string, string>,
  rest: Partial<Entity> = {},
): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: { name, annotations },
    ...rest,
  };
}

const running: CatalogEntities[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map(entities => entities.stop()));
});

function start(list: Entity[]) {
  const catalog = catalogServiceMock({ entities: list });
  const streamEntities = jest.fn(catalog.streamEntities.bind(catalog));
  const logger = mockServices.logger.mock();
  const entities = CatalogEntities.start({
    catalog: { ...catalog, streamEntities },
    auth: mockServices.auth(),
    logger,
  });
  running.push(entities);
  return { entities, logger, streamEntities };
}

describe('the entities of the catalog', () => {
  it('are those of any kind that name workloads, with their owner and system', async () => {
    const { entities } = start([
      entityOf(
        'orders',
        { 'backstage.io/kubernetes-id': 'orders' },
        {
          relations: [
            { type: 'partOf', targetRef: 'component:default/whole' },
            { type: 'partOf', targetRef: 'system:default/shop' },
            { type: 'ownedBy', targetRef: 'group:default/sales' },
          ],
        },
      ),
      entityOf(
        'database',
        { 'backstage.io/kubernetes-label-selector': 'app=db' },
        { kind: 'Resource' },
      ),
      entityOf('plain', {}),
      entityOf('broken', { 'backstage.io/kubernetes-label-selector': '(' }),
    ]);
    await eventually(() =>
      expect(entities.current()).toEqual([
        {
          entityRef: 'component:default/orders',
          title: 'orders',
          owner: 'group:default/sales',
          system: 'system:default/shop',
          selector: {
            labels: { matchLabels: { 'backstage.io/kubernetes-id': 'orders' } },
          },
        },
        {
          entityRef: 'resource:default/database',
          title: 'database',
          selector: {
            labels: { matchLabels: { app: 'db' }, matchExpressions: [] },
          },
        },
      ]),
    );
  });

  it('are read until the catalog answers', async () => {
    const { entities, logger, streamEntities } = start([
      entityOf('orders', { 'backstage.io/kubernetes-id': 'orders' }),
    ]);
    streamEntities.mockImplementationOnce(() => {
      throw new Error('not up yet');
    });
    expect(entities.current()).toBeUndefined();
    await eventually(() => expect(entities.current()).toHaveLength(1));
    expect(logger.warn).toHaveBeenCalledWith(
      'Entities could not be read from the catalog',
      { error: 'not up yet' },
    );
  });

  it('are not read again for one that is known, nor at once for one that is not', async () => {
    const { entities, streamEntities } = start([
      entityOf('orders', { 'backstage.io/kubernetes-id': 'orders' }),
    ]);
    await eventually(() => expect(entities.current()).toHaveLength(1));
    entities.expect('component:default/orders');
    entities.expect('component:default/new');
    expect(streamEntities).toHaveBeenCalledTimes(1);
  });

  it('are read again soon while they change, and when somebody looks at a new one', async () => {
    const list = [
      entityOf('orders', { 'backstage.io/kubernetes-id': 'orders' }),
    ];
    const { entities, streamEntities } = start([]);
    streamEntities.mockImplementation(async function* pages() {
      yield [...list];
    });
    const names = () => entities.current()?.map(({ title }) => title);
    await eventually(() => expect(names()).toEqual(['orders']));
    list.push(entityOf('billing', { 'backstage.io/kubernetes-id': 'billing' }));
    await eventually(() => expect(names()).toEqual(['billing', 'orders']));
    // Quiet for a while, so that the next turn is far away.
    const reads = streamEntities.mock.calls.length;
    await eventually(() =>
      expect(streamEntities.mock.calls.length).toBeGreaterThan(reads),
    );
    list.push(entityOf('cart', { 'backstage.io/kubernetes-id': 'cart' }));
    entities.expect('component:default/cart');
    await eventually(() =>
      expect(names()).toEqual(['billing', 'cart', 'orders']),
    );
  }, 30_000);
});
