/** The mesh's own parts, which cannot be in the data plane that they make. */
import { ClusterSnapshot, Workload } from '../snapshot';
import { CONTROL_PLANE_NAMESPACE, meshOf } from './mesh';
import { entryOf } from './podFields';

const PARTS: ReadonlySet<string | undefined> = new Set([
  'istiod',
  'ztunnel',
  'istio-cni-node',
]);

/** Whether a workload is istiod, ztunnel or istio-cni, in a namespace of the mesh's own. */
export function isMeshInfrastructure(
  workload: Workload,
  snapshot: ClusterSnapshot,
): boolean {
  const { namespace } = workload.reference;
  return (
    [CONTROL_PLANE_NAMESPACE, snapshot.derive(meshOf).rootNamespace].includes(
      namespace,
    ) &&
    workload.pods.every(({ labels }) =>
      [entryOf(labels, 'app'), entryOf(labels, 'k8s-app')].some(
        name => name !== undefined && PARTS.has(name),
      ),
    )
  );
}
