/** The connections before anything is known, in the shape they are going to have. */
import { Skeleton, VisuallyHidden } from '@backstage/ui';
import { useMessages } from '../../hooks/useMessages';
import styles from './Connections.module.css';

const ROWS = [0, 1, 2, 3, 4, 5];

export function ConnectionsSkeleton({ name }: { name: string }) {
  const t = useMessages();
  return (
    <div className={styles.page}>
      <VisuallyHidden role="status">
        {t('connections.loading', { name })}
      </VisuallyHidden>
      <div className={styles.answers} aria-hidden="true">
        <Skeleton width={320} height={24} />
        <Skeleton width={400} height={24} />
      </div>
      <Skeleton width={560} height={32} aria-hidden="true" />
      <div className={styles.halves} aria-hidden="true">
        <div className={styles.list}>
          {ROWS.map(row => (
            <Skeleton key={row} height={48} />
          ))}
        </div>
        <div className={styles.picture}>
          <Skeleton height={320} />
        </div>
      </div>
    </div>
  );
}
