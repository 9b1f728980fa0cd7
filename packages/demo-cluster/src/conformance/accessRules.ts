/** Who may do what, how a client asks, and how it is refused. */
import { ApiClient } from './ApiClient';
import { configMap, failure, GetContext } from './context';

const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

export function describeAccess(get: GetContext): void {
  describe('access', () => {
    it('answers 401 for a token that belongs to nobody', async () => {
      const { server } = get();
      expect(
        await ApiClient.create(server, 'stolen').get('/api/v1/namespaces'),
      ).toMatchObject(failure(401, 'Unauthorized', 'Unauthorized'));
    });

    it('answers 403 for a caller without a token', async () => {
      expect(await get().anonymous.get('/api/v1/pods')).toMatchObject(
        failure(
          403,
          'Forbidden',
          'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" at the cluster scope',
          { kind: 'pods' },
        ),
      );
    });

    it('answers 403 with who, what and where for what an account may not do', async () => {
      const { reader } = get();
      expect(
        await reader.post(
          '/api/v1/namespaces/default/configmaps',
          configMap('a'),
        ),
      ).toMatchObject(
        failure(
          403,
          'Forbidden',
          'configmaps is forbidden: User "reader" cannot create resource "configmaps" in API group "" in the namespace "default"',
          { kind: 'configmaps' },
        ),
      );
      expect(
        await reader.delete(
          '/apis/apps/v1/namespaces/default/deployments/shop',
        ),
      ).toMatchObject(
        failure(
          403,
          'Forbidden',
          'deployments.apps "shop" is forbidden: User "reader" cannot delete resource "deployments" in API group "apps" in the namespace "default"',
          { name: 'shop', group: 'apps', kind: 'deployments' },
        ),
      );
      expect(await reader.post('/version', {})).toMatchObject(
        failure(
          403,
          'Forbidden',
          'forbidden: User "reader" cannot post path "/version"',
        ),
      );
    });

    it.each([
      ['reader', 'list', 'pods', true],
      ['reader', 'watch', 'secrets', true],
      ['reader', 'create', 'pods', false],
      ['reader', 'delete', 'namespaces', false],
      ['admin', 'delete', 'namespaces', true],
    ] as const)(
      'tells the %s whether it may %s %s',
      async (who, verb, resource, allowed) => {
        const { code, body } = await get()[who].post(REVIEWS, {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SelfSubjectAccessReview',
          spec: {
            resourceAttributes: { verb, resource, namespace: 'default' },
          },
        });
        expect(code).toBe(201);
        expect(body).toMatchObject({
          kind: 'SelfSubjectAccessReview',
          apiVersion: 'authorization.k8s.io/v1',
          status: { allowed },
        });
      },
    );

    it('refuses an access review that asks nothing', async () => {
      const { code, body } = await get().reader.post(REVIEWS, {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: {},
      });
      expect([code, body.message]).toEqual([
        422,
        '.authorization.k8s.io "" is invalid: spec: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified',
      ]);
    });

    it('lists what the caller may do in a namespace', async () => {
      const { body } = await get().reader.post(
        '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
        {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SelfSubjectRulesReview',
          spec: { namespace: 'default' },
        },
      );
      expect(body.status.resourceRules).toContainEqual(
        expect.objectContaining({ verbs: ['get', 'list', 'watch'] }),
      );
    });

    it('tells the caller who it is', async () => {
      const { body } = await get().reader.post(
        '/apis/authentication.k8s.io/v1/selfsubjectreviews',
        { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
      );
      expect(body.status).toMatchObject({
        userInfo: {
          username: 'reader',
          groups: ['readers', 'system:authenticated'],
        },
      });
    });
  });
}
