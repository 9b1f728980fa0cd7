/** The mesh's own parts, which cannot be in the data plane that they make. */
import { ClusterSnapshot, Workload } from '../snapshot';
import { CONTROL_PLANE_NAMESPACE, meshOf } from './mesh';
import { linkerdMeshOf } from './linkerd/linkerdMesh';
import { entryOf } from './podFields';

const PARTS: ReadonlySet<string | undefined> = new Set([
  'istiod',
  'ztunnel',
  'istio-cni-node',
]);

/** What Linkerd's chart calls its own. */
const LINKERD_PART = 'linkerd.io/control-plane-component';

/** Whether a workload is istiod, ztunnel or istio-cni, or a part of Linkerd's control plane, in a namespace of the mesh's own. */
export function isMeshInfrastructure(
  workload: Workload,
  snapshot: ClusterSnapshot,
): boolean {
  const { namespace } = workload.reference;
  if (
    namespace === snapshot.derive(linkerdMeshOf).controlPlaneNamespace &&
    workload.pods.every(
      ({ labels }) => entryOf(labels, LINKERD_PART) !== undefined,
    )
  ) {
    return true;
  }
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
