/** The card before anything is known, in the shape it is going to have. */
import { Skeleton, VisuallyHidden } from '@backstage/ui';
import { useMessages } from '../../hooks/useMessages';
import styles from './Card.module.css';

const PILLARS = [0, 1, 2, 3, 4, 5];
const FINDINGS = [0, 1, 2];

export function CardSkeleton({ name }: { name: string }) {
  const t = useMessages();
  return (
    <div className={styles.card}>
      <VisuallyHidden role="status">
        {t('card.loading', { name })}
      </VisuallyHidden>
      <div className={styles.skeletonRow} aria-hidden="true">
        <Skeleton width={210} height={32} />
        <Skeleton width={120} height={32} />
      </div>
      <div className={styles.skeletonPillars} aria-hidden="true">
        {PILLARS.map(pillar => (
          <Skeleton key={pillar} height={36} />
        ))}
      </div>
      <div className={styles.skeletonList} aria-hidden="true">
        {FINDINGS.map(finding => (
          <div key={finding} className={styles.skeletonRow}>
            <Skeleton width={72} height={22} />
            <Skeleton style={{ flex: 1 }} height={22} />
            <Skeleton width={40} height={22} />
          </div>
        ))}
      </div>
      <div className={styles.skeletonRow} aria-hidden="true">
        <Skeleton width={180} height={16} />
        <Skeleton width={80} height={16} />
      </div>
    </div>
  );
}
