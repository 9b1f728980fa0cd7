/** The engine's words in the order in which people read them. */
import type {
  EntityFinding,
  Level,
  Pillar,
  Severity,
  Verdict,
} from '@backstage-zero-trust/plugin-zero-trust-common';

/** A record names every word of the type once, so that none is forgotten. */
function inOrder<T extends string>(words: Record<T, true>): readonly T[] {
  return Object.keys(words) as T[];
}

export const LEVELS = inOrder<Level>({
  exposed: true,
  partial: true,
  unknown: true,
  hardened: true,
  'zero trust': true,
});

export const SEVERITIES = inOrder<Severity>({
  critical: true,
  high: true,
  medium: true,
  low: true,
});

export const VERDICTS = inOrder<Verdict>({
  fail: true,
  unknown: true,
  exempt: true,
  pass: true,
  'not-applicable': true,
});

export const PILLARS = inOrder<Pillar>({
  identity: true,
  authentication: true,
  authorization: true,
  network: true,
  secrets: true,
  workload: true,
  policy: true,
  monitoring: true,
  edge: true,
});

/** Failing first, and the worst of them before the rest. */
export function compareFindings(
  left: EntityFinding,
  right: EntityFinding,
): number {
  return (
    VERDICTS.indexOf(left.verdict) - VERDICTS.indexOf(right.verdict) ||
    SEVERITIES.indexOf(left.severity) - SEVERITIES.indexOf(right.severity) ||
    left.control.localeCompare(right.control, 'en') ||
    portRank(left) - portRank(right) ||
    left.id.localeCompare(right.id, 'en')
  );
}

/** In numeric order; "all others" comes after the ports that have a number. */
function portRank({ subject: { port } }: EntityFinding): number {
  return port === null ? 65_536 : port ?? -1;
}

/** What somebody wrote into an address, if it is one of the words that are known. */
export function oneOf<T extends string>(
  words: readonly T[],
  value: string | undefined,
): T | undefined {
  return words.find(word => word === value);
}
