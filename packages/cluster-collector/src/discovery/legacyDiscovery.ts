/** Discovery as servers before aggregated discovery answer it: a request for each version of a group. */
import type { ClusterConnection } from '../connection/ClusterConnection';
import { ClusterRequestError } from '../connection/ClusterRequestError';
import { isRecord, recordsOf, textOf } from '../json';
import { DiscoveredGroup, DiscoveredVersion, canBeListed } from './groups';

export interface LegacyGroup {
  group: string;
  /** The preferred version first. */
  versions: readonly string[];
}

/** Reads an `APIVersions` (the core group) or an `APIGroupList`. */
export function legacyGroups(body: Record<string, unknown>): LegacyGroup[] {
  if (body.kind === 'APIVersions') {
    const versions = Array.isArray(body.versions) ? body.versions : [];
    return [{ group: '', versions: versions.map(textOf) }];
  }
  return recordsOf(body.groups).map(group => {
    const versions = recordsOf(group.versions).map(({ version }) =>
      textOf(version),
    );
    const preferred = isRecord(group.preferredVersion)
      ? textOf(group.preferredVersion.version)
      : undefined;
    return {
      group: textOf(group.name),
      versions: [...versions].sort(
        (left, right) =>
          Number(right === preferred) - Number(left === preferred),
      ),
    };
  });
}

/** A version that cannot be looked into is the group's failure; the other versions count. */
export async function discoverLegacyGroup(
  connection: ClusterConnection,
  { group, versions }: LegacyGroup,
  signal?: AbortSignal,
): Promise<DiscoveredGroup> {
  const found: DiscoveredVersion[] = [];
  let failure: string | undefined;
  for (const version of versions) {
    try {
      const body = await connection.getJson(
        group === '' ? `/api/${version}` : `/apis/${group}/${version}`,
        { signal },
      );
      const resources = isRecord(body) ? recordsOf(body.resources) : [];
      found.push({
        version,
        resources: resources
          .filter(canBeListed)
          .map(({ name }) => textOf(name)),
      });
    } catch (error) {
      if (
        !(error instanceof ClusterRequestError) ||
        error.problem === 'unauthorized'
      ) {
        throw error;
      }
      // The list of groups has just been answered, so this is about the group:
      // an aggregated API server that is down answers 503 in plain text.
      if (error.problem !== 'not-found') {
        failure ??= error.message;
      }
    }
  }
  return {
    group,
    versions: found,
    ...(failure === undefined ? {} : { failure }),
  };
}
