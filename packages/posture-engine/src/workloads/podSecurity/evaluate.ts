/**
 * The Pod Security Standards, answered as `k8s.io/pod-security-admission`
 * answers them: which checks a level has in a version, and what each of them
 * says about a pod after the API server's defaulting.
 */
import { Container, PodSpec, compare } from '../../snapshot';
import {
  AdmittedPod,
  CheckPod,
  Offence,
  PodSecurityCheck,
  PodSecurityCheckId,
  PodSecurityLevel,
} from './check';
import * as checks from './checks';
import { containersOf } from './pod';
import { PodSecurityVersion, minorOf } from './version';

/** A pod, or what a template says of the pods it makes. */
export interface PodSecuritySubject {
  metadata?: { annotations?: Readonly<Record<string, string>> };
  spec: PodSpec;
}

export interface EvaluatePodSecurityOptions {
  level: PodSecurityLevel;
  version: PodSecurityVersion;
  /**
   * True for the template of a Deployment and the like, which the API server
   * gives fewer defaults: a template with `hostNetwork` has no host ports yet.
   */
  template?: boolean;
  /** Judges the pod by these of its containers alone; by all if omitted. */
  only?: (container: Container) => boolean;
}

export interface PodSecurityViolation {
  check: PodSecurityCheckId;
  /** The level that the check belongs to: a pod that breaks the baseline is worse than one that is merely not restricted. */
  level: PodSecurityCheck['level'];
  message: string;
  offences: Offence[];
}

export interface PodSecurityResult {
  allowed: boolean;
  /** Of the baseline first, each level by check id. */
  violations: PodSecurityViolation[];
}

/** Whether a namespace that enforces the level in the version would admit the pod, and which checks refuse it. */
export function evaluatePodSecurity(
  pod: PodSecuritySubject,
  options: EvaluatePodSecurityOptions,
): PodSecurityResult {
  const { level: wanted, version, template, only } = options;
  const spec = template ? pod.spec : withHostPorts(pod.spec);
  const containers = containersOf(spec);
  const admitted: AdmittedPod = {
    annotations: pod.metadata?.annotations ?? {},
    spec,
    containers: only
      ? containers.filter(({ container }) => only(container))
      : containers,
  };
  const violations = checksOf(wanted, version).flatMap(
    ({ id, level, checkPod }) => {
      const refusal = checkPod(admitted);
      return refusal ? [{ check: id, level, ...refusal }] : [];
    },
  );
  return { allowed: violations.length === 0, violations };
}

/** The API server gives a pod on the node's network the ports of its containers as host ports. Ephemeral containers have no ports. */
function withHostPorts(spec: PodSpec): PodSpec {
  if (!spec.hostNetwork) {
    return spec;
  }
  const fill = (containers: PodSpec['containers']) =>
    containers.map(container => ({
      ...container,
      ...(container.ports && {
        ports: container.ports.map(port => ({
          ...port,
          hostPort: port.hostPort || port.containerPort,
        })),
      }),
    }));
  return {
    ...spec,
    containers: fill(spec.containers),
    ...(spec.initContainers && { initContainers: fill(spec.initContainers) }),
  };
}

interface ActiveCheck {
  id: PodSecurityCheckId;
  level: PodSecurityCheck['level'];
  checkPod: CheckPod;
}

const known = new Map<string, readonly ActiveCheck[]>();

/** The checks of a level in a version; restricted contains the baseline, but for what its own checks replace. */
export function checksOf(
  level: PodSecurityLevel,
  version: PodSecurityVersion,
): readonly ActiveCheck[] {
  const key = `${level} ${version}`;
  let result = known.get(key);
  if (!result) {
    result = selectChecks(level, minorOf(version));
    known.set(key, result);
  }
  return result;
}

function selectChecks(level: PodSecurityLevel, minor: number): ActiveCheck[] {
  if (level === 'privileged') {
    return [];
  }
  const active = Object.values(checks)
    .filter(check => level === 'restricted' || check.level === 'baseline')
    .flatMap(check => {
      const version = check.versions.findLast(({ since }) => since <= minor);
      return version ? [{ id: check.id, level: check.level, ...version }] : [];
    });
  const replaced = active.flatMap(({ replaces }) => replaces ?? []);
  return active
    .filter(({ id }) => !replaced.includes(id))
    .map(({ id, level: own, checkPod }) => ({ id, level: own, checkPod }))
    .sort(
      (left, right) =>
        compare(left.level, right.level) || compare(left.id, right.id),
    );
}
