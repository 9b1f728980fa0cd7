/** Level, severity, verdict and cluster state, each as shape and word in its accent. */
import clsx from 'clsx';
import {
  RiAlertFill,
  RiErrorWarningFill,
  RiQuestionFill,
  RiShieldCheckFill,
  RiShieldLine,
  RemixiconComponentType,
} from '@remixicon/react';
import type {
  ClusterStatus,
  Level,
  Severity,
  Verdict,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { Glyph, Shape } from './Glyph';
import { CLUSTER_TONES, LEVEL_TONES, verdictTone } from './tones';
import tones from './tone.module.css';

const LEVEL_ICONS: Record<Level, RemixiconComponentType> = {
  exposed: RiErrorWarningFill,
  partial: RiAlertFill,
  unknown: RiQuestionFill,
  hardened: RiShieldLine,
  'zero trust': RiShieldCheckFill,
};

const SEVERITY_SHAPES: Record<Severity, Shape> = {
  critical: 'octagon',
  high: 'triangle',
  medium: 'square',
  low: 'dot',
};

const VERDICT_SHAPES: Record<Verdict, Shape> = {
  pass: 'full',
  fail: 'empty',
  exempt: 'diamond',
  unknown: 'question',
  'not-applicable': 'dash',
};

const CLUSTER_SHAPES: Record<ClusterStatus['state'], Shape> = {
  syncing: 'question',
  ready: 'full',
  degraded: 'half',
  stale: 'half',
  unreachable: 'empty',
};

export interface LevelBadgeProps {
  level: Level;
  large?: boolean;
}

export function LevelBadge({ level, large = false }: LevelBadgeProps) {
  const t = useMessages();
  const Icon = LEVEL_ICONS[level];
  return (
    <span
      className={clsx(
        tones.badge,
        tones.level,
        tones[LEVEL_TONES[level]],
        large && tones.large,
      )}
      title={t(`levelMeaning.${level}`)}
    >
      <Icon size={large ? 20 : 14} aria-hidden="true" />
      {t(`level.${level}`)}
    </span>
  );
}

export function SeverityBadge({ severity }: { severity: Severity }) {
  const t = useMessages();
  return (
    <span className={clsx(tones.badge, tones[severity])}>
      <Glyph shape={SEVERITY_SHAPES[severity]} tone={severity} />
      {t(`severity.${severity}`)}
    </span>
  );
}

export interface VerdictBadgeProps {
  verdict: Verdict;
  severity: Severity;
}

/** A failure says how grave it is; everything else says what it is. */
export function VerdictBadge({ verdict, severity }: VerdictBadgeProps) {
  const t = useMessages();
  if (verdict === 'fail') {
    return <SeverityBadge severity={severity} />;
  }
  const tone = verdictTone(verdict);
  return (
    <span className={clsx(tones.badge, tones[tone])}>
      <Glyph shape={VERDICT_SHAPES[verdict]} tone={tone} />
      {t(`verdict.${verdict}`)}
    </span>
  );
}

export function ClusterStateBadge({
  state,
}: {
  state: ClusterStatus['state'];
}) {
  const t = useMessages();
  const tone = CLUSTER_TONES[state];
  return (
    <span className={clsx(tones.badge, tones[tone])}>
      <Glyph shape={CLUSTER_SHAPES[state]} tone={tone} />
      {t(`cluster.state.${state}`)}
    </span>
  );
}
