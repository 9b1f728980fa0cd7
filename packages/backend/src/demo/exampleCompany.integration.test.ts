/** A real API server takes the example company as it is written, and the engine says the same of what it gives back. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  Finding,
  KINDS,
  KubernetesObject,
  groupOf,
  parseManifests,
} from '@backstage-zero-trust/posture-engine';
import {
  KubernetesServers,
  describeWithServers,
} from '@backstage-zero-trust/test-servers';
import {
  CLUSTERS,
  findingsIn,
  readCluster,
} from './__testUtils__/exampleCompany';

const CRDS = resolve(__dirname, '../../../../../shared/crds');
const CRD_FILES = [
  'istio/crd-all.gen.yaml',
  'gateway-api/gateway.networking.k8s.io_gateways.yaml',
  'gateway-api/gateway.networking.k8s.io_httproutes.yaml',
  'spire/spire.spiffe.io_clusterspiffeids.yaml',
];

jest.setTimeout(120_000);

interface ResourceList {
  resources: { name: string; kind: string; namespaced: boolean }[];
}

async function create(
  server: KubernetesServers,
  object: KubernetesObject,
): Promise<void> {
  const { apiVersion, kind, metadata } = object;
  const root = `${groupOf(apiVersion) === '' ? '/api' : '/apis'}/${apiVersion}`;
  const { body } = await server.request<ResourceList>(root);
  const resource = body.resources?.find(candidate => candidate.kind === kind);
  const namespace = resource?.namespaced
    ? `/namespaces/${metadata.namespace}`
    : '';
  const answer = await server.request<{
    message?: string;
    metadata?: KubernetesObject['metadata'];
  }>(`${root}${namespace}/${resource?.name}?fieldValidation=Strict`, {
    method: 'POST',
    body: object,
  });
  expect({ kind, ...metadata, message: answer.body.message }).toEqual({
    kind,
    ...metadata,
    message: undefined,
  });
  expect({ kind, ...metadata, status: answer.status }).toMatchObject({
    status: 201,
  });
  if (object.status !== undefined && resource) {
    // As a controller would: who creates an object says nothing of its status.
    const updated = await server.request(
      `${root}${namespace}/${resource.name}/${metadata.name}/status`,
      { method: 'PUT', body: { ...object, metadata: answer.body.metadata } },
    );
    expect(updated.status).toBe(200);
  }
}

/** Creates the definitions, and waits until the server knows their kinds. */
async function createDefinitions(server: KubernetesServers): Promise<void> {
  const definitions = CRD_FILES.flatMap(file =>
    parseManifests(readFileSync(join(CRDS, file), 'utf8'), file).objects.map(
      ({ object }) => object,
    ),
  );
  for (const definition of definitions) {
    await create(server, definition);
  }
  for (const { metadata } of definitions) {
    for (;;) {
      const { body } = await server.request<{
        status?: { conditions?: { type: string; status: string }[] };
      }>(
        `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${metadata.name}`,
      );
      const established = body.status?.conditions?.some(
        ({ type, status }) => type === 'Established' && status === 'True',
      );
      if (established) {
        break;
      }
    }
  }
}

async function readBack(
  server: KubernetesServers,
): Promise<KubernetesObject[]> {
  const objects: KubernetesObject[] = [];
  for (const { group, kind, plural, versions } of Object.values(KINDS)) {
    const version = versions[0];
    const apiVersion = group === '' ? version : `${group}/${version}`;
    const { status, body } = await server.request<{ items: object[] }>(
      `${group === '' ? '/api' : '/apis'}/${apiVersion}/${plural}`,
    );
    if (status === 200) {
      objects.push(
        ...body.items.map(
          item => ({ apiVersion, kind, ...item } as KubernetesObject),
        ),
      );
    }
  }
  return objects;
}

function verdicts(findings: readonly Finding[]): string[] {
  return findings.map(
    ({ subject, control, verdict, severity }) =>
      `${subject.kind} ${subject.namespace}/${subject.name}:${subject.port} ${control} ${verdict} ${severity}`,
  );
}

const describeWithDefinitions = existsSync(CRDS) ? describe : describe.skip;

describeWithServers('the example company on a real API server', () => {
  describeWithDefinitions('(skipped where ../shared/crds is absent)', () => {
    it.each(CLUSTERS)(
      '%s is accepted, field by field, and gets the same verdicts as its folder',
      async cluster => {
        const server = await KubernetesServers.start();
        try {
          await createDefinitions(server);
          const objects = readCluster(cluster).filter(
            ({ kind }) => kind !== 'DemoCluster',
          );
          const isNamespace = ({ kind }: KubernetesObject) =>
            kind === 'Namespace';
          const others = objects.filter(object => !isNamespace(object));
          for (const object of objects.filter(isNamespace).concat(others)) {
            await create(server, object);
          }
          expect(verdicts(findingsIn(cluster, await readBack(server)))).toEqual(
            verdicts(findingsIn(cluster, objects)),
          );
        } finally {
          await server.stop();
        }
      },
    );
  });
});
