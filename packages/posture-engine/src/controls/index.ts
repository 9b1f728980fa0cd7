/** The catalogue: every control, in the order people read them. Nothing else is here. */
import { Control } from './control';
import { dataPlaneClass } from './authentication/dataPlaneClass';
import { inboundMutualTls } from './authentication/inboundMutualTls';
import { dryRun } from './authorization/dryRun';
import { meshDefaultDeny } from './authorization/meshDefaultDeny';
import { ownServiceAccount } from './identity/ownServiceAccount';
import { tokenMount } from './identity/tokenMount';
import { ciliumPolicies } from './network/ciliumPolicies';
import { clusterTiers } from './network/clusterTiers';
import { defaultDeny } from './network/defaultDeny';
import { enforcement } from './network/enforcement';
import { egress } from './network/egress';
import { exposure } from './network/exposure';
import { infrastructure } from './network/infrastructure';
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
  ciliumPolicies,
  clusterTiers,
  enforcement,
  egress,
  infrastructure,
  exposure,
  staticSecrets,
  podSecurityRestricted,
];

export * from './control';
