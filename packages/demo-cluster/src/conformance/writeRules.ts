/** Create, update, delete: conflicts, dry runs, what is refused and in which words. */
import {
  configMap,
  createNamespace,
  deployment,
  failure,
  GetContext,
  matching,
  WIDGETS,
  widget,
} from './context';

export function describeWrites(get: GetContext): void {
  describe('writes', () => {
    let namespace = '';
    let path = '';
    let widgets = '';
    let deployments = '';

    beforeAll(async () => {
      namespace = await createNamespace(get());
      path = `/api/v1/namespaces/${namespace}/configmaps`;
      widgets = `${WIDGETS}/namespaces/${namespace}/widgets`;
      deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
    });

    it('creates with 201 and gives the object a uid, an age and a resourceVersion', async () => {
      const { code, body } = await get().admin.post(path, configMap('created'));
      expect(code).toBe(201);
      expect(body).toMatchObject({
        kind: 'ConfigMap',
        metadata: { name: 'created', namespace, uid: expect.any(String) },
      });
      expect(body.metadata.resourceVersion).toMatch(/^\d+$/);
    });

    it('makes up a name from generateName', async () => {
      const { body } = await get().admin.post(path, {
        ...configMap(''),
        metadata: { generateName: 'made-' },
      });
      expect(body.metadata.name).toMatch(/^made-[a-z0-9]{5}$/);
    });

    it('refuses to create what is there', async () => {
      expect(await get().admin.post(path, configMap('created'))).toMatchObject(
        failure(409, 'AlreadyExists', 'configmaps "created" already exists', {
          name: 'created',
          kind: 'configmaps',
        }),
      );
    });

    it('refuses to create in a namespace that is not there', async () => {
      expect(
        await get().admin.post(
          '/api/v1/namespaces/nowhere/configmaps',
          configMap('a'),
        ),
      ).toMatchObject(
        failure(404, 'NotFound', 'namespaces "nowhere" not found', {
          name: 'nowhere',
          kind: 'namespaces',
        }),
      );
    });

    it('refuses names, labels and kinds that cannot be, in the words of the server', async () => {
      const { admin } = get();
      const refused: [unknown, number, string | RegExp][] = [
        [
          configMap('Not_A_Name'),
          422,
          /^ConfigMap "Not_A_Name" is invalid: metadata\.name: Invalid value: "Not_A_Name": a lowercase RFC 1123 subdomain must consist/,
        ],
        [
          { ...configMap(''), metadata: {} },
          422,
          'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
        ],
        [
          configMap('a', { labels: { key: 'not a label' } }),
          422,
          /^ConfigMap "a" is invalid: metadata\.labels: Invalid value: "not a label": a valid label must be/,
        ],
        [
          configMap('a', { labels: { key: 1 } }),
          400,
          'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
        ],
        [
          { ...configMap('a'), data: { key: true } },
          400,
          'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal bool into Go struct field ConfigMap.data of type string',
        ],
        [
          configMap('a', { namespace: 'elsewhere' }),
          400,
          'the namespace of the provided object does not match the namespace sent on the request',
        ],
        [
          { ...configMap('a'), apiVersion: 'v9' },
          400,
          /^ConfigMap in version "v9" cannot be handled as a ConfigMap: no kind "ConfigMap" is registered for version "v9"/,
        ],
        [
          configMap('a', { resourceVersion: '1' }),
          500,
          'resourceVersion should not be set on objects to be created',
        ],
        [
          '{"kind":',
          400,
          /^the object provided is unrecognized \(must be of type ConfigMap\): couldn't get version\/kind; json parse error/,
        ],
      ];
      for (const [object, code, message] of refused) {
        const answer = await admin.post(path, object);
        expect([answer.code, answer.body.message]).toEqual([
          code,
          matching(message),
        ]);
      }
    });

    it('names every field of a workload that is missing', async () => {
      expect(
        await get().admin.post(deployments, {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'empty' },
        }),
      ).toMatchObject({
        code: 422,
        body: {
          reason: 'Invalid',
          details: {
            name: 'empty',
            group: 'apps',
            kind: 'Deployment',
            causes: [
              { reason: 'FieldValueRequired', field: 'spec.selector' },
              {
                reason: 'FieldValueInvalid',
                field: 'spec.template.metadata.labels',
              },
              {
                reason: 'FieldValueRequired',
                field: 'spec.template.spec.containers',
              },
            ],
          },
        },
      });
    });

    it('drops an unknown field, or refuses it where told to be strict', async () => {
      const { admin } = get();
      const object = { ...configMap('strict'), unheardOf: 1 };
      expect(
        await admin.post(`${path}?fieldValidation=Strict`, object),
      ).toMatchObject(
        failure(
          400,
          'BadRequest',
          'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "unheardOf"',
        ),
      );
      const { body } = await admin.post(
        `${path}?fieldValidation=Ignore`,
        object,
      );
      expect(body).not.toHaveProperty('unheardOf');
    });

    it('stores nothing on a dry run', async () => {
      const { admin } = get();
      const dry = await admin.post(`${path}?dryRun=All`, configMap('dry'));
      expect(dry.code).toBe(201);
      expect((await admin.get(`${path}/dry`)).code).toBe(404);
      expect(
        (await admin.post(`${path}?dryRun=Some`, configMap('dry'))).body
          .message,
      ).toBe(
        'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All"',
      );
    });

    it('takes YAML, as version 1.1 reads it', async () => {
      const { code, body } = await get().admin.request(path, {
        method: 'POST',
        contentType: 'application/yaml',
        body: 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: on-paper, labels: { on: "yes" } }\n',
      });
      expect(code).toBe(201);
      expect(body.metadata.labels).toEqual({ true: 'yes' });
    });

    it('updates, unless the object has changed since', async () => {
      const { admin } = get();
      const { body: first } = await admin.post(path, configMap('raced'));
      const second = await admin.put(`${path}/raced`, {
        ...first,
        data: { key: 'new' },
      });
      expect(second.code).toBe(200);
      expect(second.body.metadata.uid).toBe(first.metadata.uid);
      expect(Number(second.body.metadata.resourceVersion)).toBeGreaterThan(
        Number(first.metadata.resourceVersion),
      );
      expect(
        await admin.put(`${path}/raced`, { ...first, data: { key: 'newer' } }),
      ).toMatchObject(
        failure(
          409,
          'Conflict',
          'Operation cannot be fulfilled on configmaps "raced": the object has been modified; please apply your changes to the latest version and try again',
          { name: 'raced', kind: 'configmaps' },
        ),
      );
    });

    it('makes no new version of an update that changes nothing', async () => {
      const { admin } = get();
      const { body } = await admin.get(`${path}/raced`);
      const again = await admin.put(`${path}/raced`, body);
      expect(again.body.metadata.resourceVersion).toBe(
        body.metadata.resourceVersion,
      );
    });

    it('demands a resourceVersion for the update of a custom resource', async () => {
      const { admin } = get();
      await admin.post(widgets, widget('w', 1));
      expect(await admin.put(`${widgets}/w`, widget('w', 2))).toMatchObject({
        code: 422,
        body: {
          message:
            'widgets.conformance.example "w" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
        },
      });
    });

    it('refuses an update under another name, and of what is not there', async () => {
      const { admin } = get();
      expect(
        (await admin.put(`${path}/raced`, configMap('other'))).body.message,
      ).toBe(
        'the name of the object (other) does not match the name on the URL (raced)',
      );
      expect(
        (await admin.put(`${path}/nothing`, configMap('nothing'))).code,
      ).toBe(404);
    });

    it('counts generation up for the spec, not for metadata or status', async () => {
      const { admin } = get();
      await admin.post(widgets, widget('counted', 1));
      const change = async (below: string, body: unknown) =>
        (await admin.patch(`${widgets}/counted${below}`, 'merge', body)).body
          .metadata.generation;
      expect(await change('', { metadata: { labels: { a: 'b' } } })).toBe(1);
      expect(await change('/status', { status: { phase: 'Ready' } })).toBe(1);
      expect(await change('', { spec: { size: 2 } })).toBe(2);
    });

    it('keeps spec and status apart: each is written under its own path', async () => {
      const { admin } = get();
      const { body: main } = await admin.patch(`${widgets}/counted`, 'merge', {
        spec: { size: 7 },
        status: { phase: 'Forged' },
      });
      expect(main).toMatchObject({
        spec: { size: 7 },
        status: { phase: 'Ready' },
      });
      const { body: below } = await admin.patch(
        `${widgets}/counted/status`,
        'merge',
        {
          spec: { size: 9 },
          status: { phase: 'Done' },
        },
      );
      expect(below).toMatchObject({
        spec: { size: 7 },
        status: { phase: 'Done' },
      });
    });

    it('scales by the scale subresource', async () => {
      const { admin } = get();
      await admin.post(deployments, deployment('scaled'));
      const { body } = await admin.patch(
        `${deployments}/scaled/scale`,
        'merge',
        {
          spec: { replicas: 0 },
        },
      );
      expect(body).toMatchObject({
        kind: 'Scale',
        apiVersion: 'autoscaling/v1',
        metadata: { name: 'scaled' },
        status: { selector: 'app=scaled' },
      });
      expect((await admin.get(`${path}/created/scale`)).code).toBe(404);
    });

    it('fills in the defaults of workloads, Services and NetworkPolicies', async () => {
      const { admin } = get();
      const { body: workload } = await admin.post(
        deployments,
        deployment('defaulted'),
      );
      expect(workload.spec).toMatchObject({
        strategy: {
          type: 'RollingUpdate',
          rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' },
        },
        revisionHistoryLimit: 10,
        template: {
          spec: {
            restartPolicy: 'Always',
            dnsPolicy: 'ClusterFirst',
            securityContext: {},
            containers: [{ imagePullPolicy: 'IfNotPresent' }],
          },
        },
      });
      const { body: service } = await admin.post(
        `/api/v1/namespaces/${namespace}/services`,
        {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: 'defaulted' },
          spec: { selector: { app: 'defaulted' }, ports: [{ port: 80 }] },
        },
      );
      expect(service.spec).toMatchObject({
        type: 'ClusterIP',
        clusterIP: expect.stringMatching(/^10\.96\./),
        ports: [{ port: 80, targetPort: 80, protocol: 'TCP' }],
      });
      const policies = `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`;
      const { body: policy } = await admin.post(policies, {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'defaulted' },
        spec: { ingress: [{ from: [], ports: [{ port: 80 }] }], egress: [] },
      });
      expect(policy.spec).toEqual({
        podSelector: {},
        policyTypes: ['Ingress'],
        ingress: [{ ports: [{ port: 80, protocol: 'TCP' }] }],
      });
    });

    it('deletes, and says what it deleted', async () => {
      const { admin } = get();
      const { body } = await admin.post(path, configMap('gone'));
      expect(await admin.delete(`${path}/gone`)).toMatchObject({
        code: 200,
        body: {
          kind: 'Status',
          apiVersion: 'v1',
          status: 'Success',
          details: { name: 'gone', kind: 'configmaps', uid: body.metadata.uid },
        },
      });
      expect((await admin.delete(`${path}/gone`)).code).toBe(404);
    });

    it('deletes only what meets the preconditions, and not on a dry run', async () => {
      const { admin } = get();
      const object = `${path}/created`;
      const refused = await admin.delete(object, {
        preconditions: { uid: 'another' },
      });
      expect(refused).toMatchObject({
        code: 409,
        body: {
          message: expect.stringMatching(
            /^Operation cannot be fulfilled on ConfigMap "created": the UID in the precondition \(another\) does not match the UID in record/,
          ),
        },
      });
      expect((await admin.delete(`${object}?dryRun=All`)).code).toBe(200);
      expect((await admin.get(object)).code).toBe(200);
    });

    it('keeps an object with finalizers until they are gone', async () => {
      const { admin } = get();
      const finalizers = ['conformance.example/wait'];
      await admin.post(path, configMap('held', { finalizers }));
      const { body } = await admin.delete(`${path}/held`);
      expect(body.metadata.deletionTimestamp).toEqual(expect.any(String));
      expect((await admin.get(`${path}/held`)).code).toBe(200);
      await admin.patch(`${path}/held`, 'merge', {
        metadata: { finalizers: null },
      });
      expect((await admin.get(`${path}/held`)).code).toBe(404);
    });

    it('deletes a collection by selector, and only inside a namespace', async () => {
      const { admin } = get();
      for (const name of ['k1', 'k2']) {
        await admin.post(path, configMap(name, { labels: { batch: 'k' } }));
      }
      expect(
        (await admin.delete('/api/v1/configmaps?labelSelector=batch')).code,
      ).toBe(405);
      const { code, body } = await admin.delete(
        `${path}?labelSelector=batch%3Dk`,
      );
      expect(code).toBe(200);
      expect(body.items).toHaveLength(2);
      expect(
        (await admin.get(`${path}?labelSelector=batch`)).body.items,
      ).toEqual([]);
      expect((await admin.get(`${path}/created`)).code).toBe(200);
    });

    it('does not allow methods that make no sense', async () => {
      const { admin } = get();
      for (const answer of [
        await admin.put(path, configMap('a')),
        await admin.post(`${path}/created`, configMap('created')),
        await admin.post('/api/v1/configmaps', configMap('a')),
      ]) {
        expect(answer).toMatchObject(
          failure(
            405,
            'MethodNotAllowed',
            'the server does not allow this method on the requested resource',
          ),
        );
      }
    });
  });
}
