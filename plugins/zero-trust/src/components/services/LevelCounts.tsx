/** How many services there are of each level; a count filters by it. */
import clsx from 'clsx';
import type { Level } from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { LEVELS } from '../../posture/order';
import { LevelBadge } from '../marks';
import { Flash } from '../text';
import styles from './LevelCounts.module.css';

export interface LevelCountsProps {
  levels: Readonly<Record<Level, number>>;
  selected: Level | undefined;
  onSelect: (level: Level | undefined) => void;
}

export function LevelCounts({ levels, selected, onSelect }: LevelCountsProps) {
  const t = useMessages();
  return (
    <ul className={styles.levels} aria-label={t('filter.level')}>
      {LEVELS.map(level => (
        <li key={level}>
          <button
            type="button"
            className={clsx(
              styles.level,
              level === selected && styles.selected,
            )}
            aria-pressed={level === selected}
            onClick={() => onSelect(level === selected ? undefined : level)}
          >
            <span className={styles.count}>
              <Flash value={String(levels[level])}>{levels[level]}</Flash>
            </span>{' '}
            <LevelBadge level={level} />{' '}
            <span className={styles.meaning}>{t(`levelMeaning.${level}`)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
