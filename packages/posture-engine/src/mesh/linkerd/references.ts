/** How Linkerd's policies refer to other objects. */
import { LinkerdReference } from '../../snapshot/kinds';

export const LINKERD_GROUP = 'policy.linkerd.io';
export const GATEWAY_GROUP = 'gateway.networking.k8s.io';

/** As `targets_kind`: no group is the core's, and case does not count. */
export function refersTo(
  { group, kind }: { group?: string; kind?: string },
  wantedGroup: string,
  wantedKind: string,
): boolean {
  return (
    (group || 'core').toLowerCase() === (wantedGroup || 'core') &&
    kind?.toLowerCase() === wantedKind.toLowerCase()
  );
}

/** A reference with the name that it must have; undefined where it has none. */
export function named(
  reference: LinkerdReference,
): (LinkerdReference & { name: string }) | undefined {
  const { name } = reference;
  return name ? { ...reference, name } : undefined;
}
