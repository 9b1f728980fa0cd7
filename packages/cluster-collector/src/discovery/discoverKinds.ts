/**
 * Which of the engine's kinds an API server serves, and in which version: asked
 * of its discovery, never assumed. Aggregated discovery takes two requests;
 * servers without it are asked group by group.
 */
import {
  KINDS,
  KIND_NAMES,
  KindDefinition,
  KindName,
} from '@backstage-zero-trust/posture-engine';
import type { ClusterConnection } from '../connection/ClusterConnection';
import { ClusterRequestError } from '../connection/ClusterRequestError';
import { isRecord, recordsOf, textOf } from '../json';
import { DiscoveredGroup, canBeListed } from './groups';
import { discoverLegacyGroup, legacyGroups } from './legacyDiscovery';

export type KindDiscovery =
  | { state: 'served'; version: string }
  | { state: 'not-installed' }
  | { state: 'failed'; reason: string };

const AGGREGATED = ['v2', 'v2beta1']
  .map(
    version =>
      `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
  )
  .concat('application/json')
  .join(',');

/** Throws a {@link ClusterRequestError} where discovery as a whole is not to be had. */
export async function discoverKinds(
  connection: ClusterConnection,
  signal?: AbortSignal,
): Promise<ReadonlyMap<KindName, KindDiscovery>> {
  const groups = new Map<string, DiscoveredGroup>();
  for (const root of ['/api', '/apis']) {
    for (const group of await discoverRoot(connection, root, signal)) {
      groups.set(group.group, group);
    }
  }
  const kinds = new Map<KindName, KindDiscovery>();
  for (const name of KIND_NAMES) {
    kinds.set(name, findKind(name, groups));
  }
  return kinds;
}

function findKind(
  name: KindName,
  groups: ReadonlyMap<string, DiscoveredGroup>,
): KindDiscovery {
  const { group, plural, versions }: KindDefinition = KINDS[name];
  const discovered = groups.get(group);
  const serving = (discovered?.versions ?? []).filter(({ resources }) =>
    resources.includes(plural),
  );
  // One that the engine understands, or else the server's choice: its objects
  // are then problems that name the version, which is better than no objects.
  const found =
    serving.find(({ version }) => versions.includes(version)) ?? serving[0];
  if (found) {
    return { state: 'served', version: found.version };
  }
  return discovered?.failure === undefined
    ? { state: 'not-installed' }
    : { state: 'failed', reason: discovered.failure };
}

async function discoverRoot(
  connection: ClusterConnection,
  root: string,
  signal?: AbortSignal,
): Promise<DiscoveredGroup[]> {
  const body = await connection.getJson(root, { accept: AGGREGATED, signal });
  if (!isRecord(body)) {
    throw notDiscovery(connection, root);
  }
  switch (body.kind) {
    case 'APIGroupDiscoveryList':
      return recordsOf(body.items).map(readAggregatedGroup);
    case 'APIVersions':
    case 'APIGroupList': {
      const wanted = new Set<string>(KIND_NAMES.map(name => KINDS[name].group));
      const groups = legacyGroups(body).filter(({ group }) =>
        wanted.has(group),
      );
      return Promise.all(
        groups.map(group => discoverLegacyGroup(connection, group, signal)),
      );
    }
    default:
      throw notDiscovery(connection, root);
  }
}

function notDiscovery({ server }: ClusterConnection, root: string) {
  return new ClusterRequestError(
    'unreachable',
    `${server} answered ${root} with something that is not API discovery: it may not be a Kubernetes API server`,
  );
}

function readAggregatedGroup(item: Record<string, unknown>): DiscoveredGroup {
  const metadata = isRecord(item.metadata) ? item.metadata : {};
  const versions = recordsOf(item.versions);
  const stale = versions.filter(({ freshness }) => freshness === 'Stale');
  return {
    group: textOf(metadata.name),
    versions: versions.map(version => ({
      version: textOf(version.version),
      resources: recordsOf(version.resources)
        .filter(canBeListed)
        .map(({ resource }) => textOf(resource)),
    })),
    ...(stale.length === 0
      ? {}
      : {
          failure: `the API server behind ${textOf(metadata.name)}/${textOf(
            stale[0].version,
          )} does not answer`,
        }),
  };
}
