/**
 * What Istio's validating webhook refuses beyond the schemas of its kinds, per
 * `pkg/config/validation` of istio/istio (1.31). It is asked only where the
 * schema found nothing wrong, so values have the types that the schema says.
 */
import { Findings } from '../findings';
import { Fields, textOf } from '../json';
import { IstioCheck, IstioObject } from './Checks';
import { checkAuthorizationPolicy } from './authorizationPolicy';
import { checkDestinationRule } from './destinationRule';
import { checkEnvoyFilter } from './envoyFilter';
import {
  checkProxyConfig,
  checkTrafficExtension,
  checkWasmPlugin,
} from './extensions';
import { checkGateway } from './gateway';
import { checkRequestAuthentication } from './requestAuthentication';
import { checkServiceEntry } from './serviceEntry';
import { checkSelector } from './shared';
import { checkSidecar } from './sidecar';
import { checkTelemetry } from './telemetry';
import { checkVirtualService } from './virtualService';
import { checkWorkloadEntry, checkWorkloadGroup } from './workloadEntry';

const SECURITY: Readonly<Record<string, IstioCheck>> = {
  AuthorizationPolicy: checkAuthorizationPolicy,
  PeerAuthentication: object =>
    checkSelector(object, object.spec.selector, 'matchLabels', 'spec.selector'),
  RequestAuthentication: checkRequestAuthentication,
};
const NETWORKING: Readonly<Record<string, IstioCheck>> = {
  DestinationRule: checkDestinationRule,
  EnvoyFilter: checkEnvoyFilter,
  Gateway: checkGateway,
  ProxyConfig: checkProxyConfig,
  ServiceEntry: checkServiceEntry,
  Sidecar: checkSidecar,
  VirtualService: checkVirtualService,
  WorkloadEntry: checkWorkloadEntry,
  WorkloadGroup: checkWorkloadGroup,
};
const OTHERS: Readonly<Record<string, IstioCheck>> = {
  Telemetry: checkTelemetry,
  WasmPlugin: checkWasmPlugin,
  TrafficExtension: checkTrafficExtension,
};

const CHECKS: Readonly<Record<string, Readonly<Record<string, IstioCheck>>>> = {
  'security.istio.io': SECURITY,
  'networking.istio.io': NETWORKING,
  'telemetry.istio.io': OTHERS,
  'extensions.istio.io': OTHERS,
};

/** No object may bear these: Istio gives them itself. */
const OWN_ANNOTATIONS = [
  'internal.istio.io/parents',
  'internal.istio.io/parent-namespace',
  'internal.istio.io/webhook-always-reject',
];
const DRY_RUN = 'istio.io/dry-run';

/** Asks the webhook about an object that its schema allows; other kinds than Istio's are none of its business. */
export function checkIstio(
  fields: Fields,
  group: string,
  findings: Findings,
): void {
  const kind = textOf(fields, 'kind') ?? '';
  const check = Object.hasOwn(CHECKS, group) ? CHECKS[group][kind] : undefined;
  if (!check) {
    return;
  }
  const object = IstioObject.create(fields, findings);
  for (const name of OWN_ANNOTATIONS) {
    if (object.annotation(name) !== undefined) {
      object.refuse(`metadata.annotations['${name}']`, 'is for Istio alone');
    }
  }
  if (
    kind !== 'AuthorizationPolicy' &&
    object.annotation(DRY_RUN) !== undefined
  ) {
    object.refuse(
      `metadata.annotations['${DRY_RUN}']`,
      'has a meaning for AuthorizationPolicies only',
    );
  }
  check(object);
}
