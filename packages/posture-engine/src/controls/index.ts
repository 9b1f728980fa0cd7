/** The catalogue: every control, in the order people read them. Nothing else is here. */
import { Control } from './control';
import { clientTransports } from './authentication/clientTransports';
import { dataPlaneClass } from './authentication/dataPlaneClass';
import { inboundMutualTls } from './authentication/inboundMutualTls';
import { linkerdIdentity } from './authentication/linkerdIdentity';
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
import { edge } from './edge/edge';
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
import { layersAgree } from './network/layersAgree';
import { staticSecrets } from './secrets/staticSecrets';
import { podSecurityRestricted } from './workload/podSecurityRestricted';
import { unlessPatched } from './unlessPatched';

export const CONTROLS: readonly Control[] = [
  ownServiceAccount,
  tokenMount,
  spiffeIdIssued,
  svidShape,
  trustDomain,
  forgeableIdentity,
  dataPlaneClass,
  unlessPatched(inboundMutualTls),
  clientTransports,
  outboundCapture,
  startUp,
  unlessPatched(userTokens),
  linkerdIdentity,
  unlessPatched(meshDefaultDeny),
  dryRun,
  attachment,
  ambientHttp,
  waypointBypass,
  unlessPatched(identityInPlaintext),
  unlessPatched(readableRules),
  unlessPatched(breadth),
  defaultDeny,
  ciliumPolicies,
  clusterTiers,
  enforcement,
  egress,
  infrastructure,
  layersAgree,
  exposure,
  staticSecrets,
  podSecurityRestricted,
  edge,
];

export * from './control';
