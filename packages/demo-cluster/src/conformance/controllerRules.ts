/** What the controllers of a cluster make of workloads; a real one needs a moment for it. */
import type { Body } from './ApiClient';
import { createNamespace, deployment, eventually, GetContext } from './context';

export function describeControllers(get: GetContext): void {
  describe('controllers', () => {
    let namespace = '';
    let deployments = '';
    let pods = '';
    let sets = '';

    beforeAll(async () => {
      namespace = await createNamespace(get());
      deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
      sets = `/apis/apps/v1/namespaces/${namespace}/replicasets`;
      pods = `/api/v1/namespaces/${namespace}/pods`;
    });

    const list = async (path: string, app: string) =>
      (await get().reader.get(`${path}?labelSelector=app%3D${app}`)).body.items;
    const running = (app: string, wanted: (items: Body[]) => boolean) =>
      eventually(
        () => list(pods, app),
        items =>
          wanted(items) &&
          items.every(
            ({ status, metadata }) =>
              status.phase === 'Running' && !metadata.deletionTimestamp,
          ),
      );
    const withReplicas = (name: string, replicas: number) => {
      const { spec, ...rest } = deployment(name);
      return { ...rest, spec: { ...spec, replicas } };
    };

    it.each(['serviceaccounts/default', 'configmaps/kube-root-ca.crt'])(
      'give every namespace its %s',
      async path => {
        const { code } = await eventually(
          () => get().reader.get(`/api/v1/namespaces/${namespace}/${path}`),
          answer => answer.code === 200,
        );
        expect(code).toBe(200);
      },
    );

    it('make a ReplicaSet and running pods with addresses for a Deployment', async () => {
      await get().admin.post(deployments, withReplicas('made', 2));
      const items = await running('made', ({ length }) => length === 2);
      const [set] = await list(sets, 'made');
      expect(set).toMatchObject({
        metadata: {
          name: expect.stringMatching(/^made-[a-z0-9]{6,10}$/),
          ownerReferences: [
            {
              apiVersion: 'apps/v1',
              kind: 'Deployment',
              name: 'made',
              controller: true,
              blockOwnerDeletion: true,
            },
          ],
        },
        spec: { replicas: 2 },
      });
      for (const item of items) {
        expect(item).toMatchObject({
          metadata: {
            generateName: `${set.metadata.name}-`,
            labels: set.metadata.labels,
            ownerReferences: [
              {
                kind: 'ReplicaSet',
                name: set.metadata.name,
                uid: set.metadata.uid,
              },
            ],
          },
          spec: {
            nodeName: expect.any(String),
            serviceAccountName: 'default',
            serviceAccount: 'default',
            enableServiceLinks: true,
            preemptionPolicy: 'PreemptLowerPriority',
          },
          status: { podIP: expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/) },
        });
      }
    });

    it("mount the account's token into the pods", async () => {
      const [pod] = await running('made', ({ length }) => length === 2);
      const name = expect.stringMatching(/^kube-api-access-[a-z0-9]{5}$/);
      expect(pod.spec).toMatchObject({
        containers: [
          {
            volumeMounts: [
              {
                name,
                readOnly: true,
                mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
              },
            ],
          },
        ],
        volumes: expect.arrayContaining([
          {
            name,
            projected: {
              defaultMode: 420,
              sources: [
                {
                  serviceAccountToken: {
                    expirationSeconds: 3607,
                    path: 'token',
                  },
                },
                {
                  configMap: {
                    name: 'kube-root-ca.crt',
                    items: [{ key: 'ca.crt', path: 'ca.crt' }],
                  },
                },
                {
                  downwardAPI: {
                    items: [
                      {
                        path: 'namespace',
                        fieldRef: {
                          apiVersion: 'v1',
                          fieldPath: 'metadata.namespace',
                        },
                      },
                    ],
                  },
                },
              ],
            },
          },
        ]),
      });
    });

    it('report the pods in the status', async () => {
      const { body } = await eventually(
        () => get().reader.get(`${deployments}/made`),
        answer => answer.body.status.availableReplicas === 2,
      );
      expect(body.status).toMatchObject({
        observedGeneration: body.metadata.generation,
        replicas: 2,
        updatedReplicas: 2,
        readyReplicas: 2,
        availableReplicas: 2,
        conditions: expect.arrayContaining([
          expect.objectContaining({
            type: 'Available',
            status: 'True',
            reason: 'MinimumReplicasAvailable',
          }),
        ]),
      });
    });

    it('replace the pods when the template changes', async () => {
      const before = await list(pods, 'made');
      const old = before.map(({ metadata }) => metadata.uid);
      await get().admin.patch(`${deployments}/made`, 'strategic-merge', {
        spec: {
          template: {
            spec: { containers: [{ name: 'main', image: 'main:2' }] },
          },
        },
      });
      const after = await running(
        'made',
        items =>
          items.length === 2 &&
          items.every(({ metadata }) => !old.includes(metadata.uid)),
      );
      expect(after).toHaveLength(2);
      const replicas = (await list(sets, 'made')).map(
        ({ spec }) => spec.replicas,
      );
      expect(replicas.sort()).toEqual([0, 2]);
    });

    it('make the ordered pods of a StatefulSet', async () => {
      const { spec } = deployment('ordered');
      await get().admin.post(
        `/apis/apps/v1/namespaces/${namespace}/statefulsets`,
        {
          apiVersion: 'apps/v1',
          kind: 'StatefulSet',
          metadata: { name: 'ordered' },
          spec: { ...spec, replicas: 2, serviceName: 'ordered' },
        },
      );
      const items = await running('ordered', ({ length }) => length === 2);
      expect(items).toMatchObject(
        [0, 1].map(index => ({
          metadata: {
            name: `ordered-${index}`,
            labels: {
              'apps.kubernetes.io/pod-index': String(index),
              'statefulset.kubernetes.io/pod-name': `ordered-${index}`,
              'controller-revision-hash': expect.stringMatching(/^ordered-/),
            },
          },
        })),
      );
    });

    it('put a pod of a DaemonSet on every node', async () => {
      const { replicas, ...spec } = deployment('agent').spec;
      await get().admin.post(
        `/apis/apps/v1/namespaces/${namespace}/daemonsets`,
        {
          apiVersion: 'apps/v1',
          kind: 'DaemonSet',
          metadata: { name: 'agent' },
          spec,
        },
      );
      const nodes = (await get().reader.get('/api/v1/nodes')).body.items.map(
        ({ metadata }) => metadata.name,
      );
      const items = await running(
        'agent',
        ({ length }) => length === nodes.length,
      );
      expect(items.map(item => item.spec.nodeName).sort()).toEqual(
        nodes.sort(),
      );
    });

    it('make no pod whose account is missing, and say why', async () => {
      const made = withReplicas('unaccounted', 1);
      await get().admin.post(deployments, {
        ...made,
        spec: {
          ...made.spec,
          template: {
            ...made.spec.template,
            spec: { ...made.spec.template.spec, serviceAccountName: 'missing' },
          },
        },
      });
      const failed = ({ body }: { body: Body }) =>
        JSON.stringify(body.status.conditions ?? []).includes('ReplicaFailure');
      const { body } = await eventually(
        () => get().reader.get(`${deployments}/unaccounted`),
        failed,
      );
      const [set] = await list(sets, 'unaccounted');
      expect(body.status.conditions).toContainEqual(
        expect.objectContaining({
          type: 'ReplicaFailure',
          status: 'True',
          reason: 'FailedCreate',
          message: `pods "${set.metadata.name}-" is forbidden: error looking up service account ${namespace}/missing: serviceaccount "missing" not found`,
        }),
      );
    });

    it('remove what an object owned when it is deleted', async () => {
      await get().admin.delete(`${deployments}/made`);
      const left = await eventually(
        async () => [
          ...(await list(pods, 'made')),
          ...(await list(sets, 'made')),
        ],
        ({ length }) => length === 0,
      );
      expect(left).toEqual([]);
    });

    it('empty a namespace that is deleted, and then remove it', async () => {
      const { admin, reader } = get();
      const { body } = await admin.delete(`/api/v1/namespaces/${namespace}`);
      expect(body).toMatchObject({
        kind: 'Namespace',
        metadata: { deletionTimestamp: expect.any(String) },
        status: { phase: 'Terminating' },
      });
      const { code } = await eventually(
        () => reader.get(`/api/v1/namespaces/${namespace}`),
        answer => answer.code === 404,
      );
      expect(code).toBe(404);
      expect((await reader.get(pods)).body.items).toEqual([]);
    });
  });
}
