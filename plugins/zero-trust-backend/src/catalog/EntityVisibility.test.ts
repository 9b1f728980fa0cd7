import {
  BackstageCredentials,
  CacheService,
} from '@backstage/backend-plugin-api';
import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import {
  AuthorizeResult,
  PolicyDecision,
} from '@backstage/plugin-permission-common';
import { EntityVisibility } from './EntityVisibility';

const refs = (count: number) =>
  Array.from({ length: count }, (_, index) => `component:default/s-${index}`);

const conditional: PolicyDecision = {
  result: AuthorizeResult.CONDITIONAL,
  pluginId: 'catalog',
  resourceType: 'catalog-entity',
  conditions: { rule: 'IS_ENTITY_OWNER', resourceType: 'catalog-entity' },
};

/** The catalog shows every second entity. */
function create(decision: PolicyDecision) {
  const remembered = new Map<string, string>();
  const cache = mockServices.cache.mock({
    get: (async key => {
      const value = remembered.get(key);
      return value === undefined ? undefined : JSON.parse(value);
    }) as CacheService['get'],
    set: async (key, value) => {
      remembered.set(key, JSON.stringify(value));
    },
  });
  const catalog = catalogServiceMock.mock({
    getEntitiesByRefs: async ({ entityRefs }) => ({
      items: entityRefs.map(entityRef =>
        Number(entityRef.split('-')[1]) % 2 === 0
          ? {
              apiVersion: 'backstage.io/v1alpha1',
              kind: 'Component',
              metadata: { name: entityRef },
            }
          : undefined,
      ),
    }),
  });
  const visibility = EntityVisibility.create({
    auth: mockServices.auth(),
    cache,
    catalog,
    permissions: mockServices.permissions.mock({
      authorizeConditional: async () => [decision],
    }),
  });
  const visible = (
    count: number,
    credentials: BackstageCredentials = mockCredentials.user(),
  ) => visibility.visibleAmong(async () => refs(count), credentials);
  return { catalog, visible };
}

describe('what a caller may see', () => {
  it('is everything, without asking the catalog, where the policy says so', async () => {
    const { catalog, visible } = create({ result: AuthorizeResult.ALLOW });
    expect(await visible(3)).toBe('all');
    expect(catalog.getEntitiesByRefs).not.toHaveBeenCalled();
  });

  it('is nothing where the policy says so', async () => {
    const { catalog, visible } = create({ result: AuthorizeResult.DENY });
    expect(await visible(3)).toEqual([]);
    expect(catalog.getEntitiesByRefs).not.toHaveBeenCalled();
  });

  it('is else what the catalog shows him, asked in portions with his own credentials', async () => {
    const { catalog, visible } = create(conditional);
    const credentials = mockCredentials.user('user:default/alice');
    expect(await visible(1_200, credentials)).toEqual(
      refs(1_200).filter((_, index) => index % 2 === 0),
    );
    expect(catalog.getEntitiesByRefs).toHaveBeenCalledTimes(3);
    const options = catalog.getEntitiesByRefs.mock.calls.map(call => call[1]);
    expect(options).toEqual([
      { credentials },
      { credentials },
      { credentials },
    ]);
  });

  it('is remembered for a user alone, and for the services that there are', async () => {
    const { catalog, visible } = create(conditional);
    const calls = () => catalog.getEntitiesByRefs.mock.calls.length;
    await visible(3);
    expect(await visible(3)).toEqual([refs(3)[0], refs(3)[2]]);
    expect(calls()).toBe(1);
    await visible(4);
    expect(calls()).toBe(2);
    await visible(3, mockCredentials.user('user:default/bob'));
    expect(calls()).toBe(3);
    await visible(3, mockCredentials.service());
    await visible(3, mockCredentials.service());
    expect(calls()).toBe(5);
  });
});
