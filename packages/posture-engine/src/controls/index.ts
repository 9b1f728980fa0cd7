/** The catalogue: every control, in the order people read them. Nothing else is here. */
import { Control } from './control';
import { dataPlaneClass } from './authentication/dataPlaneClass';
import { inboundMutualTls } from './authentication/inboundMutualTls';
import { dryRun } from './authorization/dryRun';
import { meshDefaultDeny } from './authorization/meshDefaultDeny';
import { ownServiceAccount } from './identity/ownServiceAccount';
import { tokenMount } from './identity/tokenMount';
import { defaultDeny } from './network/defaultDeny';
import { exposure } from './network/exposure';
import { staticSecrets } from './secrets/staticSecrets';
import { podSecurityRestricted } from './workload/podSecurityRestricted';

export const CONTROLS: readonly Control[] = [
  ownServiceAccount,
  tokenMount,
  dataPlaneClass,
  inboundMutualTls,
  meshDefaultDeny,
  dryRun,
  defaultDeny,
  exposure,
  staticSecrets,
  podSecurityRestricted,
];

export * from './control';
