/** Which accent stands for which word. */
import type {
  ClusterStatus,
  Level,
  Severity,
  Verdict,
} from '@backstage-zero-trust/plugin-zero-trust-common';

export type Tone = Severity | 'pass' | 'unknown';

export const LEVEL_TONES: Record<Level, Tone> = {
  exposed: 'critical',
  partial: 'high',
  unknown: 'unknown',
  hardened: 'low',
  'zero trust': 'pass',
};

export const CLUSTER_TONES: Record<ClusterStatus['state'], Tone> = {
  syncing: 'unknown',
  ready: 'pass',
  degraded: 'medium',
  stale: 'medium',
  unreachable: 'high',
};

/** A failure has the accent of its severity. */
export function verdictTone(verdict: Verdict, severity?: Severity): Tone {
  switch (verdict) {
    case 'fail':
      return severity ?? 'high';
    case 'pass':
      return 'pass';
    default:
      return 'unknown';
  }
}
