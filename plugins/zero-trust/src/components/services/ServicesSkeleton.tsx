/** The fleet's list before anything is known, in the shape it is going to have. */
import { Skeleton, VisuallyHidden } from '@backstage/ui';
import { useMessages } from '../../hooks/useMessages';
import { LEVELS } from '../../posture/order';
import levels from './LevelCounts.module.css';
import styles from './Services.module.css';

const ROWS = [0, 1, 2, 3, 4, 5, 6, 7];

export function ServicesSkeleton() {
  const t = useMessages();
  return (
    <div className={styles.services}>
      <VisuallyHidden role="status">{t('services.loading')}</VisuallyHidden>
      <div className={levels.levels} aria-hidden="true">
        {LEVELS.map(level => (
          <Skeleton key={level} height={92} />
        ))}
      </div>
      <div className={styles.filters} aria-hidden="true">
        <Skeleton width={240} height={32} />
        <Skeleton width={184} height={32} />
        <Skeleton width={184} height={32} />
      </div>
      <div className={styles.skeleton} aria-hidden="true">
        {ROWS.map(row => (
          <Skeleton key={row} height={44} />
        ))}
      </div>
    </div>
  );
}
