/** What a check of the Pod Security Standards is, and what it answers. */
import { Container, JsonValue, PodSpec } from '../../snapshot';

/** From least to most strict. */
export const POD_SECURITY_LEVELS = [
  'privileged',
  'baseline',
  'restricted',
] as const;
export type PodSecurityLevel = (typeof POD_SECURITY_LEVELS)[number];

/** The ids of `k8s.io/pod-security-admission`. */
export type PodSecurityCheckId =
  | 'allowPrivilegeEscalation'
  | 'appArmorProfile'
  | 'capabilities_baseline'
  | 'capabilities_restricted'
  | 'hostNamespaces'
  | 'hostPathVolumes'
  | 'hostPorts'
  | 'hostProbesAndHostLifecycle'
  | 'privileged'
  | 'procMount'
  | 'procMount_restricted'
  | 'restrictedVolumes'
  | 'runAsNonRoot'
  | 'runAsUser'
  | 'seLinuxOptions'
  | 'seccompProfile_baseline'
  | 'seccompProfile_restricted'
  | 'sysctls'
  | 'windowsHostProcess';

/** A container and where in the pod it is. */
export interface PlacedContainer {
  container: Container;
  /** Such as `spec.initContainers[0]`. */
  path: string;
}

/** A pod as admission sees it: after the API server has filled in defaults. */
export interface AdmittedPod {
  annotations: Readonly<Record<string, string>>;
  spec: PodSpec;
  /** Of every kind, in the order in which admission visits them. */
  containers: readonly PlacedContainer[];
}

/** One field that a check objects to. */
export interface Offence {
  /** From the pod's root, such as `spec.containers[0].securityContext.privileged`. */
  field: string;
  /** Null where the field is absent, and has to be there. */
  value: JsonValue;
  /** The container whose field it is; absent for the pod's own fields. */
  container?: string;
}

/** Why a check refuses a pod. */
export interface Refusal {
  /** Names containers, field and value. */
  message: string;
  /** Never empty. */
  offences: Offence[];
}

/** Undefined where the pod is fine. */
export type CheckPod = (pod: AdmittedPod) => Refusal | undefined;

/** One check, with the minor version of Kubernetes from which each of its forms holds. */
export interface PodSecurityCheck {
  id: PodSecurityCheckId;
  level: Exclude<PodSecurityLevel, 'privileged'>;
  /** Ascending by `since`: 25 stands for v1.25. Before the first, there is no such check. */
  versions: readonly {
    since: number;
    checkPod: CheckPod;
    /** Checks of the baseline that this one is stricter than, and runs instead of. */
    replaces?: readonly PodSecurityCheckId[];
  }[];
}
