/** The fields at the top of built-in kinds; decoding drops every other one, and refuses it where a client asks to be strict. */
import type { ServedKind } from './servedKind';

const USUAL = ['spec', 'status'];

const FIELDS: Record<string, readonly string[]> = {
  ConfigMap: ['data', 'binaryData', 'immutable'],
  Secret: ['data', 'stringData', 'type', 'immutable'],
  ServiceAccount: [
    'secrets',
    'imagePullSecrets',
    'automountServiceAccountToken',
  ],
  Role: ['rules'],
  ClusterRole: ['rules', 'aggregationRule'],
  RoleBinding: ['subjects', 'roleRef'],
  ClusterRoleBinding: ['subjects', 'roleRef'],
  EndpointSlice: ['addressType', 'endpoints', 'ports'],
  Endpoints: ['subsets'],
  ControllerRevision: ['data', 'revision'],
  ValidatingWebhookConfiguration: ['webhooks'],
  MutatingWebhookConfiguration: ['webhooks'],
  PriorityClass: ['value', 'globalDefault', 'description', 'preemptionPolicy'],
  StorageClass: [
    'provisioner',
    'parameters',
    'reclaimPolicy',
    'mountOptions',
    'allowVolumeExpansion',
    'volumeBindingMode',
    'allowedTopologies',
  ],
  Event: [
    'involvedObject',
    'reason',
    'message',
    'source',
    'firstTimestamp',
    'lastTimestamp',
    'count',
    'type',
    'eventTime',
    'series',
    'action',
    'related',
    'reportingComponent',
    'reportingInstance',
  ],
};

/** The top-level fields of an object that its kind does not have; none for custom resources, whose schema is not known here. */
export function unknownFields(
  kind: ServedKind,
  object: Readonly<Record<string, unknown>>,
): string[] {
  if (kind.custom) {
    return [];
  }
  const known = FIELDS[kind.kind] ?? USUAL;
  return Object.keys(object).filter(
    field =>
      !known.includes(field) &&
      !['apiVersion', 'kind', 'metadata'].includes(field),
  );
}
