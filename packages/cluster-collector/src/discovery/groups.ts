/** What discovery tells of an API group, whichever form it comes in. */

/** One version of a group. */
export interface DiscoveredVersion {
  version: string;
  /** Plural names that can be listed. */
  resources: readonly string[];
}

export interface DiscoveredGroup {
  /** Empty for the core group. */
  group: string;
  /** In the server's order of preference. */
  versions: readonly DiscoveredVersion[];
  /** Why the group could not be looked into whole, as when an aggregated API server is down. */
  failure?: string;
}

export function canBeListed({ verbs }: Record<string, unknown>): boolean {
  return Array.isArray(verbs) && verbs.includes('list');
}
