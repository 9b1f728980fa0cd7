/**
 * Which `Sidecar` (networking.istio.io) rules a pod's proxy: one alone, never
 * merged. A matching workloadSelector beats the namespace's default, which
 * beats the root namespace's; the oldest among equals.
 */
import { ClusterSnapshot, PodView } from '../snapshot';
import { Sidecar } from '../snapshot/kinds';
import { matchesLabels } from '../selectors';
import { requireMesh } from './mesh';
import { compareAge } from './precedence';

interface NamespaceSidecars {
  /** Oldest first. */
  selecting: Sidecar[];
  defaults: Sidecar[];
}

function indexSidecars(
  snapshot: ClusterSnapshot,
): ReadonlyMap<string, NamespaceSidecars> {
  const index = new Map<string, NamespaceSidecars>();
  for (const sidecar of [...snapshot.all('Sidecar')].sort(compareAge)) {
    const namespace = sidecar.metadata.namespace ?? 'default';
    const entry = index.get(namespace) ?? { selecting: [], defaults: [] };
    // An empty workloadSelector selects every pod, and still ranks as a selector.
    (sidecar.spec?.workloadSelector ? entry.selecting : entry.defaults).push(
      sidecar,
    );
    index.set(namespace, entry);
  }
  return index;
}

/** The `Sidecar` in force for a pod, or undefined where Istio's own default is. */
export function sidecarOf(
  pod: PodView,
  snapshot: ClusterSnapshot,
): Sidecar | undefined {
  const index = snapshot.derive(indexSidecars);
  const own = index.get(pod.namespace);
  return (
    own?.selecting.find(({ spec }) =>
      matchesLabels(spec?.workloadSelector?.labels, pod.labels),
    ) ??
    own?.defaults[0] ??
    index.get(requireMesh(snapshot).rootNamespace)?.defaults[0]
  );
}
