/** That the client library of the project finds what it expects. */
import type {
  KubeConfig,
  KubernetesObject,
  V1ConfigMap,
} from '@kubernetes/client-node';
import {
  configMap,
  createNamespace,
  GetContext,
  WIDGETS,
  widget,
} from './context';

export function describeClientLibrary(get: GetContext): void {
  describe('@kubernetes/client-node', () => {
    let library: typeof import('@kubernetes/client-node');
    let admin: KubeConfig;
    let reader: KubeConfig;
    let namespace = '';

    beforeAll(async () => {
      library = await import('@kubernetes/client-node');
      const { server } = get();
      const configure = (token: string) => {
        const config = new library.KubeConfig();
        config.loadFromClusterAndUser(
          {
            name: 'conformance',
            server: server.url,
            skipTLSVerify: server.authority === undefined,
            ...(server.authority
              ? { caData: Buffer.from(server.authority).toString('base64') }
              : {}),
          },
          { name: 'conformance', token },
        );
        return config;
      };
      admin = configure(server.adminToken);
      reader = configure(server.readerToken);
      namespace = await createNamespace(get());
    });

    it('lists in pages', async () => {
      const path = `/api/v1/namespaces/${namespace}/configmaps`;
      for (const name of ['a', 'b', 'c']) {
        await get().admin.post(
          path,
          configMap(name, { labels: { mine: 'yes' } }),
        );
      }
      const api = reader.makeApiClient(library.CoreV1Api);
      const labelSelector = 'mine';
      const names: (string | undefined)[] = [];
      let _continue: string | undefined;
      do {
        const page = await api.listNamespacedConfigMap({
          namespace,
          labelSelector,
          limit: 2,
          _continue,
        });
        names.push(...page.items.map(({ metadata }) => metadata?.name));
        _continue = page.metadata?._continue;
      } while (_continue);
      expect(names).toEqual(['a', 'b', 'c']);
    });

    it('throws an ApiException with the Status as its body', async () => {
      const api = reader.makeApiClient(library.CoreV1Api);
      const error = await api
        .readNamespacedConfigMap({ namespace, name: 'nothing' })
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(library.ApiException);
      const { code, body } = error as { code: number; body: string };
      expect(code).toBe(404);
      expect(JSON.parse(body)).toMatchObject({ reason: 'NotFound' });
    });

    it('lists custom resources', async () => {
      await get().admin.post(
        `${WIDGETS}/namespaces/${namespace}/widgets`,
        widget('w', 2),
      );
      const api = reader.makeApiClient(library.CustomObjectsApi);
      expect(
        await api.listNamespacedCustomObject({
          group: 'conformance.example',
          version: 'v1',
          plural: 'widgets',
          namespace,
        }),
      ).toMatchObject({
        items: [{ metadata: { name: 'w' }, spec: { size: 2 } }],
      });
    });

    it('applies on the server', async () => {
      const api = library.KubernetesObjectApi.makeApiClient(admin);
      const applied = await api.patch<KubernetesObject & V1ConfigMap>(
        { ...configMap('applied', { namespace }) } as KubernetesObject &
          V1ConfigMap,
        undefined,
        undefined,
        'tests',
        true,
        library.PatchStrategy.ServerSideApply,
      );
      expect(applied.metadata?.managedFields).toMatchObject([
        { manager: 'tests' },
      ]);
    });

    it('follows changes with an informer', async () => {
      const api = reader.makeApiClient(library.CoreV1Api);
      const informer = library.makeInformer<V1ConfigMap>(
        reader,
        `/api/v1/namespaces/${namespace}/configmaps`,
        () => api.listNamespacedConfigMap({ namespace }),
        'mine=informed',
      );
      const seen: string[] = [];
      const done = new Promise<void>(resolve => {
        for (const verb of ['add', 'update', 'delete'] as const) {
          informer.on(verb, ({ metadata }) => {
            seen.push(`${verb} ${metadata?.name}`);
            if (verb === 'delete' && metadata?.name === 'watched') {
              resolve();
            }
          });
        }
      });
      await informer.start();
      const path = `/api/v1/namespaces/${namespace}/configmaps`;
      const labels = { mine: 'informed' };
      await get().admin.post(path, configMap('watched', { labels }));
      await get().admin.patch(`${path}/watched`, 'merge', {
        data: { key: 'new' },
      });
      await get().admin.delete(`${path}/watched`);
      await done;
      await informer.stop();
      expect(seen.filter(line => line.endsWith(' watched'))).toEqual([
        'add watched',
        'update watched',
        'delete watched',
      ]);
    });
  });
}
