/** How other modules extend the zero-trust backend. */
import type { Control } from '@backstage-zero-trust/posture-engine';
import { createExtensionPoint } from '@backstage/backend-plugin-api';
import type { ClusterSource } from './clusterSource';

export interface ZeroTrustClusterSourcesExtensionPoint {
  /** Adds to the sources of the configuration; an id that is taken is an error. */
  addClusterSource(source: ClusterSource): void;
}

/**
 * Adds sources of clusters.
 *
 * @example
 * ```ts
 * export default createBackendModule({
 *   pluginId: 'zero-trust',
 *   moduleId: 'inventory',
 *   register(env) {
 *     env.registerInit({
 *       deps: { sources: zeroTrustClusterSourcesExtensionPoint },
 *       async init({ sources }) {
 *         sources.addClusterSource({
 *           id: 'inventory',
 *           async list() {
 *             const clusters = await readInventory();
 *             return clusters.map(({ name, kubeconfig }) =>
 *               observableCluster({
 *                 name,
 *                 connect: () => ClusterConnection.fromKubeconfig({ file: kubeconfig }),
 *               }),
 *             );
 *           },
 *         });
 *       },
 *     });
 *   },
 * });
 * ```
 */
export const zeroTrustClusterSourcesExtensionPoint =
  createExtensionPoint<ZeroTrustClusterSourcesExtensionPoint>({
    id: 'zero-trust.clusterSources',
  });

export interface ZeroTrustControlsExtensionPoint {
  /** Adds to the suite's own controls; an id that is taken is an error. */
  addControl(control: Control): void;
}

/** Adds controls of a company's own; they are pure functions of the snapshot, as the suite's are. */
export const zeroTrustControlsExtensionPoint =
  createExtensionPoint<ZeroTrustControlsExtensionPoint>({
    id: 'zero-trust.controls',
  });
