/** The forms that a client may ask for by its Accept header. */
import {
  configMap,
  createNamespace,
  failure,
  GetContext,
  METADATA,
  METADATA_LIST,
  TABLE,
  WIDGETS,
  widget,
} from './context';

export function describeRepresentations(get: GetContext): void {
  describe('representations', () => {
    let path = '';
    let widgets = '';

    beforeAll(async () => {
      const { admin } = get();
      const namespace = await createNamespace(get());
      path = `/api/v1/namespaces/${namespace}/configmaps`;
      widgets = `${WIDGETS}/namespaces/${namespace}/widgets`;
      await admin.post(path, configMap('a', { labels: { mine: 'yes' } }));
      await admin.post(widgets, widget('a', 3));
    });

    it('gives the metadata of an object alone', async () => {
      const { body } = await get().reader.get(`${path}/a`, METADATA);
      expect(body).toMatchObject({
        kind: 'PartialObjectMetadata',
        apiVersion: 'meta.k8s.io/v1',
        metadata: { name: 'a', labels: { mine: 'yes' } },
      });
      expect(body).not.toHaveProperty('data');
    });

    it('gives the metadata of a list alone: no value of a Secret is in it', async () => {
      const { admin, reader } = get();
      const secrets = path.replace('configmaps', 'secrets');
      await admin.post(secrets, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'a' },
        stringData: { password: 'never to be seen' },
      });
      const { body } = await reader.get(secrets, METADATA_LIST);
      expect(body).toMatchObject({
        kind: 'PartialObjectMetadataList',
        apiVersion: 'meta.k8s.io/v1',
        items: [{ kind: 'PartialObjectMetadata', metadata: { name: 'a' } }],
      });
      expect(body.items[0]).not.toHaveProperty('data');
      expect(JSON.stringify(body)).not.toContain(
        Buffer.from('never to be seen').toString('base64'),
      );
    });

    it('refuses the metadata form of one object for a list, and of a list for one object', async () => {
      const { reader } = get();
      expect(await reader.get(path, METADATA)).toMatchObject(
        failure(
          406,
          'NotAcceptable',
          'you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)',
        ),
      );
      expect(await reader.get(`${path}/a`, METADATA_LIST)).toMatchObject(
        failure(
          406,
          'NotAcceptable',
          'you requested PartialObjectMetadataList, but the requested object is not a list (*core.ConfigMap)',
        ),
      );
    });

    it('gives a table of a built-in kind', async () => {
      const { body } = await get().reader.get(
        `${path}?labelSelector=mine`,
        TABLE,
      );
      expect(body).toMatchObject({
        kind: 'Table',
        apiVersion: 'meta.k8s.io/v1',
        columnDefinitions: [
          { name: 'Name', type: 'string', format: 'name', priority: 0 },
          { name: 'Data', type: 'string', format: '', priority: 0 },
          { name: 'Age', type: 'string', format: '', priority: 0 },
        ],
        rows: [
          {
            cells: ['a', 1, expect.stringMatching(/^\d+s$/)],
            object: {
              kind: 'PartialObjectMetadata',
              apiVersion: 'meta.k8s.io/v1',
              metadata: { name: 'a' },
            },
          },
        ],
      });
    });

    it("gives a table of a custom resource by its definition's columns", async () => {
      const { body } = await get().reader.get(`${widgets}/a`, TABLE);
      expect(body).toMatchObject({
        columnDefinitions: [
          { name: 'Name' },
          { name: 'Size', type: 'integer' },
          { name: 'Age', type: 'date' },
        ],
        rows: [{ cells: ['a', 3, expect.stringMatching(/^\d+s$/)] }],
      });
    });

    it('puts whole objects, or none, into a table where asked to', async () => {
      const { reader } = get();
      const whole = await reader.get(`${path}/a?includeObject=Object`, TABLE);
      expect(whole.body.rows[0].object).toMatchObject({
        kind: 'ConfigMap',
        data: { key: 'value' },
      });
      const none = await reader.get(`${path}/a?includeObject=None`, TABLE);
      expect(none.body.rows[0].object).toBeNull();
      expect(
        (await reader.get(`${path}/a?includeObject=Some`, TABLE)).code,
      ).toBe(400);
    });

    it.each([
      ['namespaces', 'Status Age'],
      [
        'pods',
        'Ready Status Restarts Age IP Node Nominated_Node Readiness_Gates',
      ],
      ['services', 'Type Cluster-IP External-IP Port(s) Age Selector'],
      ['serviceaccounts', 'Age'],
      ['secrets', 'Type Data Age'],
      [
        'deployments.apps',
        'Ready Up-to-date Available Age Containers Images Selector',
      ],
      [
        'replicasets.apps',
        'Desired Current Ready Age Containers Images Selector',
      ],
      ['statefulsets.apps', 'Ready Age Containers Images'],
      [
        'daemonsets.apps',
        'Desired Current Ready Up-to-date Available Node_Selector Age Containers Images Selector',
      ],
      ['networkpolicies.networking.k8s.io', 'Pod-Selector Age'],
    ])('has the columns of kubectl for %s', async (resource, columns) => {
      const [plural, ...group] = resource.split('.');
      const root =
        group.length === 0 ? '/api/v1' : `/apis/${group.join('.')}/v1`;
      const { body } = await get().reader.get(
        `${root}/${plural}?limit=1`,
        TABLE,
      );
      expect(
        body.columnDefinitions
          .slice(1)
          .map(({ name }) => name.replaceAll(' ', '_'))
          .join(' '),
      ).toBe(columns);
    });

    it('takes the first form that it knows, and refuses where there is none', async () => {
      const { reader } = get();
      const unknown = 'application/json;as=Poem;v=v1;g=meta.k8s.io';
      const second = await reader.get(
        `${path}/a`,
        `${unknown}, application/json`,
      );
      expect(second.body.kind).toBe('ConfigMap');
      expect((await reader.get(`${path}/a`, unknown)).code).toBe(406);
      expect(await reader.get(`${path}/a`, 'text/html')).toMatchObject({
        code: 406,
        body: { reason: 'NotAcceptable' },
      });
    });
  });
}
