/** The findings before anything is known, in the shape they are going to have. */
import { Skeleton, VisuallyHidden } from '@backstage/ui';
import { useMessages } from '../../hooks/useMessages';
import styles from './Findings.module.css';

const ROWS = [0, 1, 2, 3, 4];

export function FindingsSkeleton({ name }: { name: string }) {
  const t = useMessages();
  return (
    <div className={styles.content}>
      <VisuallyHidden role="status">
        {t('findings.loading', { name })}
      </VisuallyHidden>
      <div className={styles.skeleton} aria-hidden="true">
        <Skeleton width={240} height={32} />
        {ROWS.map(row => (
          <Skeleton key={row} height={52} />
        ))}
      </div>
    </div>
  );
}
