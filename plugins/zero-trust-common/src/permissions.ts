/** The permissions of the zero-trust plugin. Reading a posture also needs the right to read the entity. */
import { createPermission } from '@backstage/plugin-permission-common';

/** Postures and findings of single services. */
export const zeroTrustPostureReadPermission = createPermission({
  name: 'zero-trust.posture.read',
  attributes: { action: 'read' },
});

/** The state of clusters and what their accounts may not see. */
export const zeroTrustClustersReadPermission = createPermission({
  name: 'zero-trust.clusters.read',
  attributes: { action: 'read' },
});

export const zeroTrustPermissions = [
  zeroTrustPostureReadPermission,
  zeroTrustClustersReadPermission,
];
