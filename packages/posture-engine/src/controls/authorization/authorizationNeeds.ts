/** What a control must name as needed that asks what a data plane's authorization answers. */
import type { Need } from '../control';

export const AUTHORIZATION_NEEDS: readonly Need[] = [
  { kind: 'Service', in: 'namespace' },
  { kind: 'AuthorizationPolicy', in: 'mesh' },
  { kind: 'RequestAuthentication', in: 'mesh' },
  { kind: 'Sidecar', in: 'mesh' },
  { kind: 'ConfigMap', in: 'control-plane' },
  // Only manifests need it, to tell their data plane; then its absence makes it unknown.
  { kind: 'Namespace', in: 'namespace', optional: true },
];

/** The same of a control that also asks whether there is a waypoint; then their absence makes it unknown. */
export const WAYPOINT_NEEDS: readonly Need[] = [
  ...AUTHORIZATION_NEEDS,
  { kind: 'Gateway', in: 'cluster', optional: true },
];
