/** From SOURCEs and contexts to snapshots: files are one cluster together, each context is one of its own. */
import {
  ClusterSettings,
  ClusterSnapshot,
  KIND_NAMES,
  KubernetesObject,
  NetworkName,
  readDocuments,
} from '@backstage-zero-trust/posture-engine';
import {
  ClusterConnection,
  ClusterRequestError,
  collectCluster,
  readKubeconfigContexts,
} from '@backstage-zero-trust/cluster-collector';
import { InputError } from '../errors';
import { oneLine } from '../output/text';
import { Terminal } from '../terminal';
import { STANDARD_INPUT_NAME, readSources, readTextFile } from './files';
import { SourceOptions } from './options';
import { Places } from './places';

export interface Clusters {
  snapshots: ClusterSnapshot[];
  /** Whether results have to say which cluster they are about. */
  several: boolean;
  /** Clusters that were asked for and could not be looked at. */
  unreachable: { cluster: string; reason: string }[];
  /** Where the objects of the first snapshot were written, unless that is a live cluster. */
  places?: Places;
}

/** What the files are together. */
const FILES = 'manifests';

/** Throws an {@link InputError} or a ClusterRequestError where there is nothing to look at. */
export async function readClusters(
  sources: readonly string[],
  options: SourceOptions,
  terminal: Terminal,
): Promise<Clusters> {
  const { context, kubeconfig, allContexts = false } = options;
  const isLive =
    allContexts || context !== undefined || kubeconfig !== undefined;
  if (sources.length === 0 && !isLive) {
    throw new InputError(
      'nothing to look at: give a folder, a file, - or --context',
    );
  }
  const meshConfig =
    options.meshConfig === undefined
      ? undefined
      : await readMeshConfig(options.meshConfig);
  const clusters: Clusters = {
    snapshots: [],
    several: allContexts || (isLive && sources.length > 0),
    unreachable: [],
  };
  if (sources.length > 0) {
    const objects = await readSources(sources, terminal, options);
    clusters.places = Places.create(objects, readAgain);
    clusters.snapshots.push(
      ClusterSnapshot.create({
        cluster: FILES,
        observedAt: terminal.now().toISOString(),
        objects: objects.map(({ object }) => object),
      }),
    );
  }
  if (allContexts) {
    await collectAll(clusters, kubeconfig, terminal);
  } else if (isLive) {
    clusters.snapshots.push(await collectOne(kubeconfig, context));
  }
  return {
    ...clusters,
    snapshots: clusters.snapshots.map(snapshot =>
      withSettings(snapshot, meshConfig, options.cni),
    ),
  };
}

/** Standard input is gone once it was read. */
async function readAgain(file: string): Promise<string | undefined> {
  return file === STANDARD_INPUT_NAME ? undefined : readTextFile(file);
}

async function collectOne(
  file: string | undefined,
  context: string | undefined,
): Promise<ClusterSnapshot> {
  const connection = await ClusterConnection.fromKubeconfig({ file, context });
  return collectCluster(connection, { cluster: context ?? connection.server });
}

async function collectAll(
  clusters: Clusters,
  file: string | undefined,
  terminal: Terminal,
): Promise<void> {
  const contexts = await readKubeconfigContexts(file);
  const looks = await Promise.allSettled(
    contexts.map(({ name }) => collectOne(file, name)),
  );
  looks.forEach((look, index) => {
    if (look.status === 'fulfilled') {
      clusters.snapshots.push(look.value);
      return;
    }
    const error: unknown = look.reason;
    if (!(error instanceof ClusterRequestError)) {
      throw error;
    }
    const { name: cluster } = contexts[index];
    clusters.unreachable.push({ cluster, reason: error.message });
    terminal.writeError(
      `${oneLine(`${cluster} could not be looked at: ${error.message}`)}\n`,
    );
  });
}

type MeshConfig = NonNullable<ClusterSettings['meshConfig']>;

/** A MeshConfig file. Throws an {@link InputError}. */
export async function readMeshConfig(file: string): Promise<MeshConfig> {
  const documents = readDocuments(await readTextFile(file));
  const [document] = documents;
  if (documents.length !== 1 || 'error' in document) {
    throw new InputError(
      `${file}, document 1: ${
        document && 'error' in document
          ? document.error
          : 'must be one document, the MeshConfig'
      }`,
    );
  }
  const { content } = document;
  if (
    typeof content !== 'object' ||
    content === null ||
    Array.isArray(content)
  ) {
    throw new InputError(`${file}, document 1: is not a MeshConfig`);
  }
  if ('apiVersion' in content && 'kind' in content) {
    throw new InputError(
      `${file}, document 1: is a Kubernetes object; give the MeshConfig itself, which the ConfigMap istio has under data.mesh`,
    );
  }
  return content as MeshConfig;
}

/** A cluster's own MeshConfig is the better witness; of its network, whoever states it. */
function withSettings(
  snapshot: ClusterSnapshot,
  meshConfig: MeshConfig | undefined,
  cni: NetworkName | undefined,
): ClusterSnapshot {
  const settings: ClusterSettings = {
    ...(meshConfig && !snapshot.get('ConfigMap', 'istio', 'istio-system')
      ? { meshConfig }
      : {}),
    ...(cni === undefined ? {} : { cni }),
  };
  if (Object.keys(settings).length === 0) {
    return snapshot;
  }
  return ClusterSnapshot.create({
    cluster: snapshot.cluster,
    ...(snapshot.observedAt === undefined
      ? {}
      : { observedAt: snapshot.observedAt }),
    objects: KIND_NAMES.flatMap(
      kind => snapshot.all(kind) as readonly unknown[] as KubernetesObject[],
    ),
    coverage: () => snapshot.coverage,
    settings,
  });
}

/** For questions that only make sense in one cluster; `refusal` says so where the sources are several. Throws an InputError. */
export async function readCluster(
  sources: readonly string[],
  options: SourceOptions,
  terminal: Terminal,
  refusal: string,
): Promise<ClusterSnapshot> {
  const { snapshots, several } = await readClusters(sources, options, terminal);
  if (several || snapshots.length !== 1) {
    throw new InputError(refusal);
  }
  return snapshots[0];
}
