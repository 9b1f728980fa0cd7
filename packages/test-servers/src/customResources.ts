/** Kinds that a real API server learns from CustomResourceDefinitions. */
import { readFile } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';
import { KubernetesServers } from './KubernetesServers';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

interface Definition {
  metadata: { name: string };
  status?: { conditions?: { type: string; status: string }[] };
}

/** Applies a YAML file of definitions, and waits until the server knows their kinds. Those that it has stay as they are. */
export async function installDefinitions(
  servers: KubernetesServers,
  file: string,
): Promise<void> {
  const definitions = parseAllDocuments(await readFile(file, 'utf8'))
    .map(document => document.toJS() as Definition | null)
    .filter(definition => definition !== null);
  await Promise.all(
    definitions.map(async definition => {
      const { status, body } = await servers.request(DEFINITIONS, {
        method: 'POST',
        body: definition,
      });
      if (status !== 201 && status !== 409) {
        throw new Error(
          `the API server refuses ${definition.metadata.name}: ${JSON.stringify(
            body,
          )}`,
        );
      }
    }),
  );
  const names = new Set(definitions.map(({ metadata }) => metadata.name));
  while (names.size > 0) {
    const { body } = await servers.request<{ items: Definition[] }>(
      DEFINITIONS,
    );
    for (const { metadata, status } of body.items) {
      const established = status?.conditions?.some(
        condition =>
          condition.type === 'Established' && condition.status === 'True',
      );
      if (established) {
        names.delete(metadata.name);
      }
    }
  }
}
