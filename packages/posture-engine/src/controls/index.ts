/** The catalogue: every control, in the order people read them. Nothing else is here. */
import { Control } from './control';
import { clientTransports } from './authentication/clientTransports';
import { dataPlaneClass } from './authentication/dataPlaneClass';
import { inboundMutualTls } from './authentication/inboundMutualTls';
import { outboundCapture } from './authentication/outboundCapture';
import { startUp } from './authentication/startUp';
import { userTokens } from './authentication/userTokens';
import { ambientHttp } from './authorization/ambientHttp';
import { attachment } from './authorization/attachment';
import { breadth } from './authorization/breadth';
import { dryRun } from './authorization/dryRun';
import { identityInPlaintext } from './authorization/identityInPlaintext';
import { meshDefaultDeny } from './authorization/meshDefaultDeny';
import { readableRules } from './authorization/readableRules';
import { waypointBypass } from './authorization/waypointBypass';
import { forgeableIdentity } from './identity/forgeableIdentity';
import { ownServiceAccount } from './identity/ownServiceAccount';
import { spiffeIdIssued } from './identity/spiffeIdIssued';
import { svidShape } from './identity/svidShape';
import { tokenMount } from './identity/tokenMount';
import { trustDomain } from './identity/trustDomain';
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
  spiffeIdIssued,
  svidShape,
  trustDomain,
  forgeableIdentity,
  dataPlaneClass,
  inboundMutualTls,
  clientTransports,
  outboundCapture,
  startUp,
  userTokens,
  meshDefaultDeny,
  dryRun,
  attachment,
  ambientHttp,
  waypointBypass,
  identityInPlaintext,
  readableRules,
  breadth,
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
