/** How clients find out what a server serves. */
import { GetContext, WIDGETS } from './context';

const AGGREGATED =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

export function describeDiscovery(get: GetContext): void {
  describe('discovery', () => {
    it('says that it is ready, also to anonymous callers', async () => {
      for (const path of ['/readyz', '/livez']) {
        expect(await get().anonymous.get(path)).toMatchObject({
          code: 200,
          body: { text: 'ok' },
        });
      }
    });

    it('tells its version', async () => {
      const { body } = await get().reader.get('/version');
      expect(body).toMatchObject({
        gitVersion: expect.stringMatching(/^v\d+\.\d+\.\d+/),
        major: expect.any(String),
        minor: expect.any(String),
        platform: expect.stringContaining('/'),
      });
    });

    it('lists the versions of the core group', async () => {
      const { body } = await get().reader.get('/api');
      expect(body).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
    });

    it('lists the groups with their versions, the preferred one first', async () => {
      const { body } = await get().reader.get('/apis');
      expect(body).toMatchObject({ kind: 'APIGroupList', apiVersion: 'v1' });
      expect(body.groups).toContainEqual({
        name: 'conformance.example',
        versions: [
          { groupVersion: 'conformance.example/v1', version: 'v1' },
          { groupVersion: 'conformance.example/v1beta1', version: 'v1beta1' },
        ],
        preferredVersion: {
          groupVersion: 'conformance.example/v1',
          version: 'v1',
        },
      });
    });

    it('describes one group', async () => {
      const { body } = await get().reader.get('/apis/networking.k8s.io');
      expect(body).toMatchObject({
        kind: 'APIGroup',
        apiVersion: 'v1',
        name: 'networking.k8s.io',
        preferredVersion: {
          groupVersion: 'networking.k8s.io/v1',
          version: 'v1',
        },
      });
    });

    it('lists the resources of a version with verbs, short names and subresources', async () => {
      const { body } = await get().reader.get('/apis/apps/v1');
      expect(body).toMatchObject({
        kind: 'APIResourceList',
        groupVersion: 'apps/v1',
      });
      expect(body.resources).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            name: 'deployments',
            singularName: 'deployment',
            namespaced: true,
            kind: 'Deployment',
            verbs: [
              'create',
              'delete',
              'deletecollection',
              'get',
              'list',
              'patch',
              'update',
              'watch',
            ],
            shortNames: ['deploy'],
            categories: ['all'],
          }),
          {
            name: 'deployments/scale',
            singularName: '',
            namespaced: true,
            group: 'autoscaling',
            version: 'v1',
            kind: 'Scale',
            verbs: ['get', 'patch', 'update'],
          },
          {
            name: 'deployments/status',
            singularName: '',
            namespaced: true,
            kind: 'Deployment',
            verbs: ['get', 'patch', 'update'],
          },
        ]),
      );
    });

    it('lists the resources of a custom group', async () => {
      const { body } = await get().reader.get(WIDGETS);
      expect(body.resources).toMatchObject([
        {
          name: 'widgets',
          singularName: 'widget',
          namespaced: true,
          kind: 'Widget',
          shortNames: ['wd'],
        },
        { name: 'widgets/status', verbs: ['get', 'patch', 'update'] },
      ]);
    });

    it('answers with aggregated discovery where it is asked for; a built-in kind says its version only where it is another', async () => {
      const { body, contentType } = await get().reader.get('/apis', AGGREGATED);
      expect(contentType).toBe(
        'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
      );
      expect(body).toMatchObject({
        kind: 'APIGroupDiscoveryList',
        apiVersion: 'apidiscovery.k8s.io/v2',
      });
      const apps = body.items.find(({ metadata }) => metadata.name === 'apps');
      expect(apps?.versions).toMatchObject([
        { version: 'v1', freshness: 'Current' },
      ]);
      expect(apps?.versions[0].resources).toContainEqual(
        expect.objectContaining({
          resource: 'deployments',
          responseKind: { group: '', version: '', kind: 'Deployment' },
          scope: 'Namespaced',
          singularResource: 'deployment',
          shortNames: ['deploy'],
          subresources: [
            {
              subresource: 'scale',
              responseKind: {
                group: 'autoscaling',
                version: 'v1',
                kind: 'Scale',
              },
              verbs: ['get', 'patch', 'update'],
            },
            {
              subresource: 'status',
              responseKind: { group: '', version: '', kind: 'Deployment' },
              verbs: ['get', 'patch', 'update'],
            },
          ],
        }),
      );
      const custom = body.items.find(
        ({ metadata }) => metadata.name === 'conformance.example',
      );
      expect(custom?.versions[0].resources).toMatchObject([
        {
          resource: 'widgets',
          responseKind: {
            group: 'conformance.example',
            version: 'v1',
            kind: 'Widget',
          },
          scope: 'Namespaced',
        },
      ]);
    });

    it('answers with the core group alone at /api, aggregated', async () => {
      const { body } = await get().reader.get('/api', AGGREGATED);
      expect(body.items).toHaveLength(1);
      expect(body.items[0].versions[0].resources).toContainEqual(
        expect.objectContaining({ resource: 'namespaces', scope: 'Cluster' }),
      );
    });

    it('answers 404 for a group, and a Status for a version or resource, that it does not serve', async () => {
      const { reader } = get();
      expect(await reader.get('/apis/nothing.example')).toMatchObject({
        code: 404,
        body: { text: '404 page not found\n' },
      });
      for (const path of [
        '/apis/apps/v9/deployments',
        '/apis/nothing.example/v1/things',
        '/api/v1/things',
        '/api/v1/namespaces/default/things/name',
      ]) {
        const { code, body } = await reader.get(path);
        expect([path, code]).toEqual([path, 404]);
        expect(body.text ?? body.message).toMatch(
          /404 page not found|the server could not find the requested resource/,
        );
      }
    });
  });
}
