/** A score, large on cards and plain in tables. */
import { useMessages } from '../../hooks/useMessages';
import { Flash } from '../text';
import styles from './Score.module.css';

export interface ScoreProps {
  /** 0 to 100; undefined where no control applies. */
  score: number | undefined;
}

export function Score({ score }: ScoreProps) {
  const t = useMessages();
  if (score === undefined) {
    return <span className={styles.none}>{t('score.none')}</span>;
  }
  return (
    <span
      className={styles.score}
      role="img"
      aria-label={`${t('score.label')}: ${t('score.of', {
        score: String(score),
      })}`}
      title={t('score.hint')}
    >
      <Flash value={String(score)}>
        <span className={styles.points}>{score}</span>
      </Flash>
      <span className={styles.of}>/100</span>
    </span>
  );
}
