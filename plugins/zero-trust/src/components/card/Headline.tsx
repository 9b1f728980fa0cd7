/** Level, score and where the score comes from: the first thing that is read. */
import type {
  HistoryPoint,
  Summary,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { LevelBadge, Score, Sparkline } from '../marks';
import { Flash } from '../text';
import styles from './Headline.module.css';

export interface HeadlineProps {
  summary: Summary;
  history: readonly HistoryPoint[];
}

export function Headline({ summary, history }: HeadlineProps) {
  const t = useMessages();
  return (
    <div className={styles.headline}>
      <div className={styles.level}>
        <Flash value={summary.level}>
          <LevelBadge level={summary.level} large />
        </Flash>
        <Score score={summary.score} />
      </div>
      <div className={styles.history}>
        <Sparkline history={history} width={120} height={32} />
        {history.length > 1 && (
          <span className={styles.days}>{t('history.days')}</span>
        )}
      </div>
      <p className={styles.meaning}>{t(`levelMeaning.${summary.level}`)}</p>
    </div>
  );
}
