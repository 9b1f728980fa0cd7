/**
 * What the labels of a namespace make Pod Security admission do, per
 * `PolicyToEvaluate` of `k8s.io/pod-security-admission`: without a label the
 * level is privileged (unless the API server was configured otherwise, which
 * no API tells); a level that does not exist is restricted for `enforce` and
 * privileged for `audit` and `warn`; a version that does not exist is latest.
 * Without a label of its own, `warn` follows `enforce`.
 */
import { POD_SECURITY_LEVELS, PodSecurityLevel } from './check';
import { PodSecurityVersion, parsePodSecurityVersion } from './version';

const MODES = ['enforce', 'audit', 'warn'] as const;
export type PodSecurityMode = (typeof MODES)[number];

export interface PodSecurityPolicy {
  level: PodSecurityLevel;
  version: PodSecurityVersion;
}

/** The label that sets a mode's level, `pod-security.kubernetes.io/enforce` say. */
export function podSecurityLabel(mode: PodSecurityMode): string {
  return `pod-security.kubernetes.io/${mode}`;
}

function isLevel(text: string): text is PodSecurityLevel {
  return (POD_SECURITY_LEVELS as readonly string[]).includes(text);
}

/** The policy of each mode. */
export function podSecurityPolicyOf(
  labels: Readonly<Record<string, string>>,
): Record<PodSecurityMode, PodSecurityPolicy> {
  const read = (
    mode: PodSecurityMode,
    unset: PodSecurityPolicy,
  ): PodSecurityPolicy => {
    const level = labels[podSecurityLabel(mode)] ?? unset.level;
    const version =
      labels[`${podSecurityLabel(mode)}-version`] ?? unset.version;
    const whenWrong = mode === 'enforce' ? 'restricted' : 'privileged';
    return {
      level: isLevel(level) ? level : whenWrong,
      version: parsePodSecurityVersion(version) ?? 'latest',
    };
  };
  const nothing: PodSecurityPolicy = { level: 'privileged', version: 'latest' };
  const enforce = read('enforce', nothing);
  return {
    enforce,
    audit: read('audit', nothing),
    warn: read(
      'warn',
      isLevel(labels[podSecurityLabel('enforce')] ?? '') ? enforce : nothing,
    ),
  };
}
