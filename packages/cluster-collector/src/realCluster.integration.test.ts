/** The collector against a real API server, with the rights that the documentation asks for. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  KubernetesObject,
  parseManifests,
} from '@backstage-zero-trust/posture-engine';
import {
  KubernetesServers,
  describeWithServers,
} from '@backstage-zero-trust/test-servers';
import { ClusterConnection, collectCluster } from '.';
import { listKind } from './listing/listKind';
import { observe, waitFor } from './testing/observe';

const PLURALS: Record<string, string> = {
  Namespace: 'api/v1/namespaces',
  ServiceAccount: 'api/v1/namespaces/*/serviceaccounts',
  Secret: 'api/v1/namespaces/*/secrets',
  ConfigMap: 'api/v1/namespaces/*/configmaps',
  Pod: 'api/v1/namespaces/*/pods',
  NetworkPolicy: 'apis/networking.k8s.io/v1/namespaces/*/networkpolicies',
  ClusterRole: 'apis/rbac.authorization.k8s.io/v1/clusterroles',
  ClusterRoleBinding: 'apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
  RoleBinding: 'apis/rbac.authorization.k8s.io/v1/namespaces/*/rolebindings',
  CustomResourceDefinition:
    'apis/apiextensions.k8s.io/v1/customresourcedefinitions',
};

function pathOf({ kind, metadata }: KubernetesObject): string {
  return `/${PLURALS[kind].replace('*', metadata.namespace ?? 'default')}`;
}

/** The YAML of the documentation, bound to the user of the tests instead of a service account. */
function documentedRoles(): KubernetesObject[] {
  const page = readFileSync(
    join(__dirname, '../../../docs/install-permissions.md'),
    'utf8',
  );
  const reader = {
    apiGroup: 'rbac.authorization.k8s.io',
    kind: 'User',
    name: 'reader',
  };
  return [...page.matchAll(/^```yaml\n(.*?)^```/gms)]
    .flatMap(
      ([, yaml]) => parseManifests(yaml, 'install-permissions.md').objects,
    )
    .map(({ object }) =>
      object.kind === 'ClusterRoleBinding'
        ? { ...object, subjects: [reader] }
        : object,
    )
    .filter(({ kind }) => kind.startsWith('ClusterRole'));
}

function pod(name: string, namespace: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace },
    spec: { containers: [{ name: 'main', image: 'example/main:1' }] },
  };
}

const TOKEN_SECRET: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'kubernetes.io/service-account-token',
  metadata: {
    name: 'long-lived',
    namespace: 'shop',
    annotations: {
      'kubernetes.io/service-account.name': 'robot',
      'kubectl.kubernetes.io/last-applied-configuration': '{"data":"secret"}',
    },
  },
  data: { token: Buffer.from('do-not-read').toString('base64') },
};

describeWithServers('a real API server', () => {
  let servers: KubernetesServers;

  const create = async (object: KubernetesObject) => {
    const { status, body } = await servers.request(pathOf(object), {
      method: 'POST',
      body: object,
    });
    if (status >= 300) {
      throw new Error(JSON.stringify(body));
    }
  };
  const remove = async (object: KubernetesObject) => {
    await servers.request(
      `${pathOf(object)}/${object.metadata.name}?gracePeriodSeconds=0`,
      { method: 'DELETE' },
    );
  };
  const reader = () =>
    ClusterConnection.fromKubeconfig({
      file: servers.kubeconfigFile,
      context: 'reader',
    });
  const admin = () =>
    ClusterConnection.fromKubeconfig({
      file: servers.kubeconfigFile,
      context: 'admin',
    });

  beforeAll(async () => {
    servers = await KubernetesServers.start({ compactionInterval: '2s' });
    const namespace = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shop' },
    };
    for (const object of [
      namespace,
      ...documentedRoles(),
      pod('web-1', 'shop'),
      TOKEN_SECRET,
      {
        ...TOKEN_SECRET,
        type: 'Opaque',
        metadata: { name: 'password', namespace: 'shop' },
      },
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'istio', namespace: 'shop' },
        data: { mesh: 'trustDomain: shop.example' },
      },
    ]) {
      await create(object);
    }
  }, 60_000);

  afterAll(() => servers?.stop());

  it('the documented role is enough for every kind that is served', async () => {
    const snapshot = await collectCluster(await reader(), { cluster: 'real' });
    const states = Object.entries(snapshot.coverage.kinds).filter(
      ([, coverage]) =>
        coverage.state !== 'listed' && coverage.state !== 'not-installed',
    );
    expect(states).toEqual([]);
    expect(snapshot.coverage.kinds.Pod).toEqual({ state: 'listed' });
    expect(snapshot.coverage.kinds.PeerAuthentication).toEqual({
      state: 'not-installed',
    });
    expect(snapshot.all('Pod').map(({ metadata }) => metadata.name)).toEqual([
      'web-1',
    ]);
    expect(
      snapshot.all('ConfigMap').map(({ metadata }) => metadata.name),
    ).toEqual(['istio']);
    expect(snapshot.coverage.problems).toEqual([]);
  });

  it('changes are seen as they happen, and what did not change stays the same object', async () => {
    const observed = observe(reader, 'real');
    try {
      await waitFor(() => observed.collector.status().state === 'ready');
      const before = observed.collector.current();
      await create(pod('web-2', 'shop'));
      await waitFor(
        () => observed.collector.current()?.all('Pod').length === 2,
      );
      const after = observed.collector.current();
      expect(after?.get('Pod', 'web-1', 'shop')).toBe(
        before?.get('Pod', 'web-1', 'shop'),
      );
      await remove(pod('web-2', 'shop'));
      await waitFor(
        () => observed.collector.current()?.all('Pod').length === 1,
      );
      expect(before?.all('Pod')).toHaveLength(1);
    } finally {
      await observed.collector.stop();
    }
  });

  it('a kind that is installed or removed meanwhile is followed', async () => {
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'ciliumnetworkpolicies.cilium.io' },
      spec: {
        group: 'cilium.io',
        scope: 'Namespaced',
        names: {
          plural: 'ciliumnetworkpolicies',
          singular: 'ciliumnetworkpolicy',
          kind: 'CiliumNetworkPolicy',
        },
        versions: ['v2alpha1', 'v2'].map(name => ({
          name,
          served: true,
          storage: name === 'v2',
          schema: {
            openAPIV3Schema: {
              type: 'object',
              'x-kubernetes-preserve-unknown-fields': true,
            },
          },
        })),
      },
    };
    const observed = observe(reader, 'real');
    const stateOf = () =>
      observed.collector.current()?.coverage.kinds.CiliumNetworkPolicy?.state;
    try {
      await waitFor(() => stateOf() === 'not-installed');
      await create(definition);
      await waitFor(() => stateOf() === 'listed');
      await servers.request(
        '/apis/cilium.io/v2/namespaces/shop/ciliumnetworkpolicies',
        {
          method: 'POST',
          body: {
            apiVersion: 'cilium.io/v2',
            kind: 'CiliumNetworkPolicy',
            metadata: { name: 'allow', namespace: 'shop' },
          },
        },
      );
      await waitFor(
        () =>
          observed.collector.current()?.all('CiliumNetworkPolicy')[0]
            ?.apiVersion === 'cilium.io/v2',
      );
      await remove(definition);
      await waitFor(() => stateOf() === 'not-installed');
      expect(observed.collector.current()?.all('CiliumNetworkPolicy')).toEqual(
        [],
      );
    } finally {
      await observed.collector.stop();
    }
  }, 30_000);

  it('pages whose token expires on the way give the list of one moment', async () => {
    for (let number = 10; number < 15; number++) {
      await create(pod(`paged-${number}`, 'shop'));
    }
    const connection = await admin();
    const getJson = connection.getJson.bind(connection);
    const asked: string[] = [];
    jest.spyOn(connection, 'getJson').mockImplementation(async (path, get) => {
      if (path.startsWith('/api/v1/pods')) {
        asked.push(path);
        if (asked.length === 2) {
          await create(pod('paged-15', 'shop'));
          // Until etcd has forgotten the moment of the first page.
          while ((await servers.request(path)).status !== 410) {
            await new Promise(resolve => setTimeout(resolve, 200));
          }
        }
      }
      return getJson(path, get);
    });
    const { objects } = await listKind(
      connection,
      { kind: 'Pod', version: 'v1' },
      { pageSize: 3 },
    );
    const names = objects
      .map(({ object }) => object.metadata.name)
      .filter(name => name.startsWith('paged-'));
    expect(names).toEqual([10, 11, 12, 13, 14, 15].map(n => `paged-${n}`));
    expect(asked.at(-1)).not.toContain('continue=');
  }, 30_000);

  it('a right that is withdrawn is missed at once, though the API server lets watches go on; and comes back', async () => {
    const observed = observe(reader, 'real', { forbidden: 60_000 });
    const pods = () => observed.collector.current()?.coverage.kinds.Pod;
    const binding = documentedRoles().find(
      ({ kind }) => kind === 'ClusterRoleBinding',
    )!;
    try {
      await waitFor(() => observed.collector.status().state === 'ready');
      await remove(binding);
      await waitFor(() => pods()?.state === 'forbidden');
      expect(observed.collector.current()?.all('Pod')).toEqual([]);
      await create(binding);
      await waitFor(() => observed.collector.status().state === 'ready');
      expect(pods()).toEqual({ state: 'listed' });
    } finally {
      await observed.collector.stop();
    }
  }, 60_000);

  it('an account that may do nothing sees which right it lacks', async () => {
    await servers.request(
      '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/backstage-zero-trust-reader',
      { method: 'DELETE' },
    );
    const observed = observe(reader, 'real', { forbidden: 200 });
    try {
      await waitFor(() => observed.collector.current() !== undefined);
      expect(
        observed.collector.current()?.coverage.gap('Pod')?.missing,
      ).toEqual({ verb: 'list', group: '', resource: 'pods' });
      expect(observed.collector.status().state).toBe('degraded');

      // In one namespace only, then everywhere.
      await create({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'reader', namespace: 'shop' },
        roleRef: {
          apiGroup: 'rbac.authorization.k8s.io',
          kind: 'ClusterRole',
          name: 'backstage-zero-trust-reader',
        },
        subjects: [
          {
            apiGroup: 'rbac.authorization.k8s.io',
            kind: 'User',
            name: 'reader',
          },
        ],
      });
      const inShop = observe(reader, 'real', { forbidden: 200 }, [
        'shop',
        'default',
      ]);
      try {
        const pods = () => inShop.collector.current()?.coverage.kinds.Pod;
        await waitFor(() => inShop.collector.current() !== undefined);
        expect(pods()).toEqual({ state: 'listed', namespaces: ['shop'] });
        expect(
          inShop.collector.current()?.get('Pod', 'web-1', 'shop'),
        ).toBeDefined();
        for (const role of documentedRoles()) {
          await servers.request(pathOf(role), { method: 'POST', body: role });
        }
        await waitFor(
          () =>
            pods()?.state === 'listed' &&
            inShop.collector.current()?.coverage.gap('Pod') === undefined,
        );
        await waitFor(() => observed.collector.status().state === 'ready');
      } finally {
        await inShop.collector.stop();
      }
    } finally {
      await observed.collector.stop();
    }
  }, 30_000);

  // Last: it judges everything that the tests before it made the reader do.
  it('no Secret was ever read, watched or got: only names of token Secrets were listed', async () => {
    const snapshot = await collectCluster(await reader(), { cluster: 'real' });
    const [secret, ...others] = snapshot.all('Secret');
    expect(others).toEqual([]);
    expect(secret).toMatchObject({
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/service-account-token',
      metadata: {
        name: 'long-lived',
        annotations: { 'kubernetes.io/service-account.name': 'robot' },
      },
    });
    expect(JSON.stringify(secret)).not.toContain('last-applied');

    const events = (await servers.auditEvents()).filter(
      ({ user, objectRef }) =>
        user.username === 'reader' && objectRef?.resource === 'secrets',
    );
    const answered = events.filter(
      ({ responseStatus }) => responseStatus?.code === 200,
    );
    expect(answered.length).toBeGreaterThan(0);
    expect(new Set(events.map(({ verb }) => verb))).toEqual(new Set(['list']));
    expect(
      new Set(answered.map(({ responseObject }) => responseObject?.kind)),
    ).toEqual(new Set(['PartialObjectMetadataList']));
    const written = JSON.stringify(events);
    expect(written).not.toContain(
      Buffer.from('do-not-read').toString('base64'),
    );
    expect(written).not.toContain('password');

    // And nothing else was done than the documented role allows.
    const done = (await servers.auditEvents()).flatMap(
      ({ user, objectRef, verb }) =>
        user.username === 'reader' && objectRef
          ? `${verb} ${verb === 'create' ? objectRef.resource : ''}`.trim()
          : [],
    );
    expect(new Set(done)).toEqual(
      new Set(['list', 'watch', 'create selfsubjectrulesreviews']),
    );
  });
});

describeWithServers('the collector of a real API server that stops', () => {
  it('keeps the last view and says that the cluster is unreachable', async () => {
    const servers = await KubernetesServers.start();
    const observed = observe(
      () => ClusterConnection.fromKubeconfig({ file: servers.kubeconfigFile }),
      'real',
    );
    try {
      await waitFor(() => observed.collector.status().state === 'ready');
      const last = observed.collector.current();
      await servers.stop();
      await waitFor(() => observed.collector.status().state === 'unreachable');
      expect(observed.collector.current()?.all('Namespace')).toEqual(
        last?.all('Namespace'),
      );
      // What is seen first, the cut or the closed port, is chance.
      expect(observed.collector.status().message).toMatch(/^[A-Z].*\.$/);
    } finally {
      await observed.collector.stop();
      await servers.stop();
    }
  }, 60_000);
});
