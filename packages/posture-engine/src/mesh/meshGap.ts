/** What of the mesh's own objects could not be seen, so that no decision about it may be made. */
import { ClusterSnapshot, KindName } from '../snapshot';
import { CONTROL_PLANE_NAMESPACE, requireMesh } from './mesh';

/** Why some kinds are not fully known in some namespaces and in the root namespace; undefined where they are. */
export function meshGap(
  kinds: readonly KindName[],
  namespaces: readonly string[],
  snapshot: ClusterSnapshot,
): string | undefined {
  const { coverage, settings } = snapshot;
  const config = settings.meshConfig
    ? undefined
    : coverage.gap('ConfigMap', [CONTROL_PLANE_NAMESPACE], 'istio');
  if (config) {
    return config.reason;
  }
  const { rootNamespace } = requireMesh(snapshot);
  const asked = [...new Set([...namespaces, rootNamespace])];
  for (const kind of kinds) {
    const gap = coverage.gap(kind, asked);
    if (gap) {
      return gap.reason;
    }
  }
  return undefined;
}
