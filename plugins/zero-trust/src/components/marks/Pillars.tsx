/** The pillars of a service, each with its state in shape and word, each a way to its findings. */
import { Link } from '@backstage/ui';
import type {
  Pillar,
  PillarSummary,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { Glyph, Shape } from './Glyph';
import { Tone, verdictTone } from './tones';
import { Flash } from '../text';
import styles from './Pillars.module.css';

type State =
  | 'pass'
  | 'partly'
  | 'fail'
  | 'unknown'
  | 'exempt'
  | 'not-applicable';

const SHAPES: Record<State, Shape> = {
  pass: 'full',
  partly: 'half',
  fail: 'empty',
  unknown: 'question',
  exempt: 'diamond',
  'not-applicable': 'dash',
};

function stateOf({ verdict, failing, applicable }: PillarSummary): State {
  return verdict === 'fail' && failing < applicable ? 'partly' : verdict;
}

export function PillarState({ summary }: { summary: PillarSummary }) {
  const t = useMessages();
  const state = stateOf(summary);
  const words = t(`pillarState.${state}`, {
    failing: String(summary.failing),
    applicable: String(summary.applicable),
  });
  return <Flash value={words}>{words}</Flash>;
}

export function PillarGlyph({ summary }: { summary: PillarSummary }) {
  const tone: Tone = verdictTone(summary.verdict, summary.severity);
  // The inverse accent of `critical` is for badges; a bare shape takes that of `high`.
  return (
    <Glyph
      shape={SHAPES[stateOf(summary)]}
      tone={tone === 'critical' ? 'high' : tone}
    />
  );
}

export interface PillarsProps {
  pillars: readonly PillarSummary[];
  linkTo: (pillar: Pillar) => string;
}

export function Pillars({ pillars, linkTo }: PillarsProps) {
  const t = useMessages();
  return (
    <ul className={styles.list} aria-label={t('card.pillars')}>
      {pillars.map(summary => (
        <li key={summary.pillar}>
          <Link
            href={linkTo(summary.pillar)}
            className={styles.pillar}
            title={t(`pillarMeaning.${summary.pillar}`)}
            standalone
            color="primary"
          >
            <PillarGlyph summary={summary} />
            <span className={styles.name}>
              {t(`pillar.${summary.pillar}`)}
            </span>{' '}
            <span className={styles.state}>
              <PillarState summary={summary} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
