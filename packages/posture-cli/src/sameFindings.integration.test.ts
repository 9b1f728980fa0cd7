import { resolve } from 'node:path';
import { readManifestFolder } from '@backstage-zero-trust/cluster-collector';
import {
  KINDS,
  KindName,
  KubernetesObject,
  compare,
  groupOf,
  kindNameOf,
} from '@backstage-zero-trust/posture-engine';
import {
  KubernetesServers,
  describeWithServers,
} from '@backstage-zero-trust/test-servers';
import { runCommand } from './testing/runCommand';

jest.setTimeout(120_000);

const company = resolve(__dirname, '../../../examples/company/clusters');

describeWithServers('a real API server', () => {
  let servers: KubernetesServers;
  beforeEach(async () => {
    servers = await KubernetesServers.start();
  });
  afterEach(() => servers.stop());

  it.each(['prod-eu', 'prod-us'])(
    'that holds the objects of a folder gives the findings of the folder, evidence included (%s)',
    async name => {
      const folder = resolve(company, name);
      const { objects } = await readManifestFolder(folder);
      await applyAll(
        servers,
        objects.map(({ object }) => object),
      );
      const scan = async (...source: string[]) => {
        const { stdout } = await runCommand([
          'scan',
          ...source,
          '--format',
          'json',
        ]);
        return JSON.parse(stdout).findings;
      };
      const live = await scan(
        '--kubeconfig',
        servers.kubeconfigFile,
        '--context',
        'admin',
      );
      expect(live).toEqual(await scan(folder));
      expect(live.length).toBeGreaterThan(20);
    },
  );
});

/** Without controllers, so that nothing is added: no pods, no accounts. */
async function applyAll(
  servers: KubernetesServers,
  objects: readonly KubernetesObject[],
): Promise<void> {
  const known = objects.flatMap(object => {
    const kind = kindNameOf(groupOf(object.apiVersion), object.kind);
    return kind ? [{ kind, object }] : [];
  });
  const custom = new Set(
    known.map(({ kind }) => kind).filter(kind => isCustom(KINDS[kind].group)),
  );
  await Promise.all([...custom].map(kind => serve(servers, kind)));
  // Namespaces first; then by name, as objects of one age are told: they may not all be made within a second.
  known.sort(
    (left, right) =>
      Number(right.kind === 'Namespace') - Number(left.kind === 'Namespace') ||
      compare(left.object.metadata.name, right.object.metadata.name),
  );
  for (const { kind, object } of known) {
    const { status, body } = await servers.request(pathOf(kind, object), {
      method: 'POST',
      body: object,
    });
    // Namespaces such as `default` are there already.
    if (status !== 201 && !(status === 409 && kind === 'Namespace')) {
      throw new Error(JSON.stringify(body));
    }
  }
}

/** Whether the API server serves the group by itself. */
function isCustom(group: string): boolean {
  return group.includes('.') && group !== 'networking.k8s.io';
}

function pathOf(
  kind: KindName,
  { apiVersion, metadata }: KubernetesObject,
): string {
  const { plural, namespaced } = KINDS[kind];
  return [
    apiVersion.includes('/') ? '/apis' : '/api',
    apiVersion,
    ...(namespaced ? ['namespaces', metadata.namespace ?? 'default'] : []),
    plural,
  ].join('/');
}

/** A definition that takes everything, since what is valid is not the question here. */
async function serve(
  servers: KubernetesServers,
  name: KindName,
): Promise<void> {
  const { group, kind, plural, namespaced, versions } = KINDS[name];
  const names = { kind, plural, singular: kind.toLowerCase() };
  const { status, body } = await servers.request(
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    {
      method: 'POST',
      body: {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: {
          name: `${plural}.${group}`,
          annotations: { 'api-approved.kubernetes.io': 'unapproved, a test' },
        },
        spec: {
          group,
          names: { ...names, listKind: `${kind}List` },
          scope: namespaced ? 'Namespaced' : 'Cluster',
          versions: versions.map((version, index) => ({
            name: version,
            served: true,
            storage: index === 0,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                'x-kubernetes-preserve-unknown-fields': true,
              },
            },
          })),
        },
      },
    },
  );
  if (status !== 201) {
    throw new Error(JSON.stringify(body));
  }
  const path = `/apis/${group}/${versions[0]}/${plural}`;
  while ((await servers.request(path)).status !== 200) {
    await new Promise(done => setTimeout(done, 50));
  }
}
