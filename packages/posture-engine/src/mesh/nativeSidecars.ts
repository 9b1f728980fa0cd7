/**
 * Whether Istio adds its proxy as a native sidecar, an init container that runs
 * on: then it is there before the application's own init containers. Since 1.27
 * that is the default where every kubelet can do it (1.33).
 */
import { ClusterSnapshot, PodView, Workload } from '../snapshot';
import { FieldValue, metadataEvidence } from './podFields';

const ANNOTATION = 'sidecar.istio.io/nativeSidecar';
const FIRST_MINOR = 33;

/** What the nodes decide where no pod says otherwise; undefined where no node was seen. Use as `snapshot.derive(nativeByDefault)`. */
export function nativeByDefault(
  snapshot: ClusterSnapshot,
): boolean | undefined {
  const versions = snapshot
    .all('Node')
    .map(({ status }) =>
      /^v?1\.(\d+)/.exec(status?.nodeInfo?.kubeletVersion ?? ''),
    );
  return versions.length === 0 || versions.includes(null)
    ? undefined
    : versions.every(version => Number(version?.[1]) >= FIRST_MINOR);
}

/** Whether the proxy of a pod that is still to be injected will be native, and the pod's own word on it. */
export function nativeSidecarOf(
  workload: Workload,
  pod: PodView,
  snapshot: ClusterSnapshot,
): { native: boolean | undefined; evidence: FieldValue } {
  const evidence = metadataEvidence(workload, pod, 'annotations', ANNOTATION);
  switch (evidence.value) {
    case 'true':
      return { native: true, evidence };
    case 'false':
      return { native: false, evidence };
    default:
      return { native: snapshot.derive(nativeByDefault), evidence };
  }
}
