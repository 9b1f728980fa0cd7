/** The four kinds of patches, server-side apply among them. */
import {
  configMap,
  createNamespace,
  deployment,
  failure,
  GetContext,
  WIDGETS,
  widget,
} from './context';

export function describePatches(get: GetContext): void {
  describe('patches', () => {
    let namespace = '';
    let path = '';

    beforeAll(async () => {
      const { admin } = get();
      namespace = await createNamespace(get());
      path = `/api/v1/namespaces/${namespace}/configmaps`;
      await admin.post(path, configMap('a'));
    });

    it('merges, and removes what is null', async () => {
      const { body } = await get().admin.patch(`${path}/a`, 'merge', {
        data: { key: null, other: '2' },
      });
      expect(body.data).toEqual({ other: '2' });
    });

    it('refuses a merge whose resourceVersion is stale', async () => {
      const answer = await get().admin.patch(`${path}/a`, 'merge', {
        metadata: { resourceVersion: '1' },
        data: { key: 'stale' },
      });
      expect(answer).toMatchObject({ code: 409, body: { reason: 'Conflict' } });
    });

    it('runs the operations of a JSON patch, all or none', async () => {
      const { admin } = get();
      const { body } = await admin.patch(`${path}/a`, 'json', [
        { op: 'add', path: '/data/third', value: '3' },
        { op: 'test', path: '/data/third', value: '3' },
      ]);
      expect(body.data).toEqual({ other: '2', third: '3' });
      const failed = await admin.patch(`${path}/a`, 'json', [
        { op: 'remove', path: '/data/third' },
        { op: 'test', path: '/data/other', value: 'wrong' },
      ]);
      expect(failed).toMatchObject(
        failure(
          422,
          'Invalid',
          'the server rejected our request due to an error in our request',
        ),
      );
      expect((await admin.get(`${path}/a`)).body.data).toEqual({
        other: '2',
        third: '3',
      });
    });

    it('merges lists of a built-in kind by their keys in a strategic merge', async () => {
      const { admin } = get();
      const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
      await admin.post(deployments, deployment('d'));
      const patch = (env: object[]) =>
        admin.patch(`${deployments}/d`, 'strategic-merge', {
          spec: { template: { spec: { containers: [{ name: 'main', env }] } } },
        });
      const both = await patch([{ name: 'B', value: '2' }]);
      expect(both.body.spec.template).toMatchObject({
        spec: {
          containers: [
            {
              image: 'main:1',
              env: [
                { name: 'B', value: '2' },
                { name: 'A', value: '1' },
              ],
            },
          ],
        },
      });
      const one = await patch([{ name: 'A', $patch: 'delete' }]);
      expect(one.body.spec.template).toMatchObject({
        spec: { containers: [{ env: [{ name: 'B', value: '2' }] }] },
      });
    });

    it('refuses a strategic merge of a custom resource, and other media types', async () => {
      const { admin } = get();
      const widgets = `${WIDGETS}/namespaces/${namespace}/widgets`;
      await admin.post(widgets, widget('w', 1));
      expect(
        await admin.patch(`${widgets}/w`, 'strategic-merge', {}),
      ).toMatchObject(
        failure(
          415,
          'UnsupportedMediaType',
          'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
        ),
      );
      const plain = await admin.request(`${path}/a`, {
        method: 'PATCH',
        body: {},
      });
      expect(plain.code).toBe(415);
    });

    it('refuses a patch that cannot be read, or whose result is not of the kind', async () => {
      const { admin } = get();
      expect(
        (await admin.patch(`${path}/a`, 'merge', '{"data"')).body.message,
      ).toBe('invalid JSON patch');
      expect((await admin.patch(`${path}/a`, 'merge', '[]')).body.message).toBe(
        'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
      );
      expect(
        await admin.patch(`${path}/a`, 'merge', { data: { key: 1 } }),
      ).toMatchObject({
        code: 422,
        body: {
          message: expect.stringMatching(
            /json: cannot unmarshal number into Go struct field ConfigMap\.data of type string$/,
          ),
        },
      });
    });

    it('answers 404 for a patch of what is not there', async () => {
      expect(
        (await get().admin.patch(`${path}/nothing`, 'merge', {})).code,
      ).toBe(404);
    });

    describe('server-side apply', () => {
      const apply = (manager: string, object: unknown, force = false) =>
        get().admin.patch(
          `${path}/applied?fieldManager=${manager}${
            force ? '&force=true' : ''
          }`,
          'apply',
          object,
        );

      it('creates what is not there, and remembers who owns what', async () => {
        const { code, body } = await apply('one', configMap('applied'));
        expect(code).toBe(201);
        expect(body.metadata.managedFields).toMatchObject([
          {
            manager: 'one',
            operation: 'Apply',
            fieldsV1: { 'f:data': { 'f:key': {} } },
          },
        ]);
      });

      it('refuses to change a field of another manager, unless forced', async () => {
        const changed = { ...configMap('applied'), data: { key: 'changed' } };
        expect(await apply('two', changed)).toMatchObject(
          failure(
            409,
            'Conflict',
            'Apply failed with 1 conflict: conflict with "one": .data.key',
            {
              causes: [
                {
                  reason: 'FieldManagerConflict',
                  message: 'conflict with "one"',
                  field: '.data.key',
                },
              ],
            },
          ),
        );
        const { body } = await apply('two', changed, true);
        expect(body.data).toEqual({ key: 'changed' });
        expect(body.metadata.managedFields).toMatchObject([{ manager: 'two' }]);
      });

      it('shares a field whose value both want', async () => {
        const { body } = await apply('one', {
          ...configMap('applied'),
          data: { key: 'changed', own: '1' },
        });
        expect(body.metadata.managedFields).toMatchObject([
          { manager: 'one' },
          { manager: 'two' },
        ]);
      });

      it('removes what a manager no longer names, if nobody else owns it', async () => {
        const { body } = await apply('one', {
          ...configMap('applied'),
          data: {},
        });
        expect(body.data).toEqual({ key: 'changed' });
      });

      it('demands a manager, and an object that says what it is', async () => {
        const { admin } = get();
        const nobody = await admin.patch(
          `${path}/applied`,
          'apply',
          configMap('applied'),
        );
        expect(nobody.body.message).toBe(
          'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
        );
        expect((await apply('one', { data: {} })).body.message).toBe(
          'invalid object type: /, Kind=',
        );
      });
    });
  });
}
