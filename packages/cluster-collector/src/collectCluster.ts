/** One look at a live cluster, for who does not stay. */
import {
  ClusterSettings,
  ClusterSnapshot,
  Coverage,
  KINDS,
  KIND_NAMES,
  KindCoverage,
  KindDefinition,
  KindName,
  KubernetesObject,
  NameCoverage,
  coverageByName,
} from '@backstage-zero-trust/posture-engine';
import pLimit from 'p-limit';
import { namespacesToTry } from './collector/namespaces';
import type { ClusterConnection } from './connection/ClusterConnection';
import { ClusterRequestError } from './connection/ClusterRequestError';
import { discoverKinds } from './discovery/discoverKinds';
import type { KindScope } from './listing/kindPath';
import { listKind } from './listing/listKind';

export interface CollectClusterOptions {
  /** The cluster's name, as people call it. */
  cluster: string;
  /** To look into one by one where looking into all is forbidden; the cluster's own if omitted. */
  namespaces?: readonly string[];
  settings?: ClusterSettings;
  signal?: AbortSignal;
}

interface KindLook {
  coverage: KindCoverage;
  objects: KubernetesObject[];
}

interface ScopeLook extends KindLook {
  coverage: NameCoverage;
}

const MOST_LISTS_AT_A_TIME = 6;

/**
 * A kind that cannot be listed is a gap in the coverage and costs nothing else;
 * throws a {@link ClusterRequestError} where the cluster as a whole cannot be
 * reached or does not accept the credentials.
 */
export async function collectCluster(
  connection: ClusterConnection,
  options: CollectClusterOptions,
): Promise<ClusterSnapshot> {
  const { cluster, settings, signal } = options;
  const discovered = await discoverKinds(connection, signal);
  const limit = pLimit(MOST_LISTS_AT_A_TIME);
  const look = async (
    kind: KindName,
    existing: readonly string[],
  ): Promise<KindLook> => {
    const discovery = discovered.get(kind);
    return discovery?.state === 'served'
      ? lookAt(connection, kind, discovery.version, {
          limit,
          signal,
          namespaces: namespacesToTry(options.namespaces, existing),
        })
      : { coverage: discovery ?? { state: 'not-installed' }, objects: [] };
  };

  const namespaces = await look('Namespace', []);
  const existing = namespaces.objects.map(({ metadata }) => metadata.name);
  const coverage: Partial<Record<KindName, KindCoverage>> = {};
  const objects: KubernetesObject[] = [];
  const looks = await Promise.all(
    KIND_NAMES.map(async kind => ({
      kind,
      seen: kind === 'Namespace' ? namespaces : await look(kind, existing),
    })),
  );
  for (const { kind, seen } of looks) {
    coverage[kind] = seen.coverage;
    objects.push(...seen.objects);
  }
  return ClusterSnapshot.create({
    cluster,
    objects,
    observedAt: new Date().toISOString(),
    coverage: problems => Coverage.create(coverage, problems),
    settings,
  });
}

interface LookOptions {
  limit: pLimit.Limit;
  namespaces: readonly string[];
  signal?: AbortSignal;
}

async function lookAt(
  connection: ClusterConnection,
  kind: KindName,
  version: string,
  options: LookOptions,
): Promise<KindLook> {
  const { names }: KindDefinition = KINDS[kind];
  if (!names) {
    return lookAtScope(connection, { kind, version }, options);
  }
  const coverage: Record<string, NameCoverage> = {};
  const objects: KubernetesObject[] = [];
  for (const name of names) {
    const look = await lookAtScope(
      connection,
      { kind, version, name },
      options,
    );
    coverage[name] = look.coverage;
    objects.push(...look.objects);
  }
  return { coverage: coverageByName(coverage), objects };
}

async function lookAtScope(
  connection: ClusterConnection,
  scope: KindScope,
  { limit, namespaces, signal }: LookOptions,
): Promise<ScopeLook> {
  const list = async (namespace?: string) => {
    const { objects } = await limit(() =>
      listKind(connection, { ...scope, namespace }, { signal }),
    );
    return objects.map(({ object }) => object);
  };
  try {
    return { coverage: { state: 'listed' }, objects: await list() };
  } catch (error) {
    const gap = await gapOf(connection, error, signal);
    if (gap.state !== 'forbidden' || !KINDS[scope.kind].namespaced) {
      return { coverage: gap, objects: [] };
    }
    return (
      (await lookIntoEach(namespaces, list)) ?? { coverage: gap, objects: [] }
    );
  }
}

/** Undefined where no namespace can be looked into. */
async function lookIntoEach(
  namespaces: readonly string[],
  list: (namespace: string) => Promise<KubernetesObject[]>,
): Promise<ScopeLook | undefined> {
  const seen: string[] = [];
  const objects: KubernetesObject[] = [];
  await Promise.all(
    namespaces.map(async namespace => {
      try {
        objects.push(...(await list(namespace)));
        seen.push(namespace);
      } catch (error) {
        if (!(error instanceof ClusterRequestError)) {
          throw error;
        }
      }
    }),
  );
  return seen.length === 0
    ? undefined
    : { coverage: { state: 'listed', namespaces: seen.sort() }, objects };
}

/** What a failed list says of the kind; rethrown where it is about the whole cluster. */
async function gapOf(
  connection: ClusterConnection,
  error: unknown,
  signal: AbortSignal | undefined,
): Promise<NameCoverage> {
  if (!(error instanceof ClusterRequestError)) {
    throw error;
  }
  if (error.concernsCluster) {
    await connection.getJson('/version', { signal });
  }
  return error.problem === 'forbidden'
    ? { state: 'forbidden', verb: 'list' }
    : { state: 'failed', reason: error.message };
}
