/** What of a cluster as a whole makes rights at the API server a way to act as a workload. */
import { meshOf } from '../../mesh/mesh';
import { ClusterSnapshot } from '../../snapshot';

export interface Surroundings {
  rootNamespace: string;
  mesh: boolean;
  spire: boolean;
}

/** Plain data, for a control's `facts`. */
export function surroundingsOf(snapshot: ClusterSnapshot): Surroundings {
  const isServed = (kind: 'AuthorizationPolicy' | 'ClusterSPIFFEID') =>
    snapshot.coverage.kinds[kind]?.state !== 'not-installed';
  return {
    rootNamespace: snapshot.derive(meshOf).rootNamespace,
    mesh:
      isServed('AuthorizationPolicy') &&
      (snapshot.settings.meshConfig !== undefined ||
        snapshot.get('ConfigMap', 'istio', 'istio-system') !== undefined ||
        snapshot.all('AuthorizationPolicy').length > 0 ||
        snapshot.all('PeerAuthentication').length > 0),
    spire:
      isServed('ClusterSPIFFEID') && snapshot.all('ClusterSPIFFEID').length > 0,
  };
}
