/** One cluster. */
import { useId } from 'react';
import type { ClusterStatus } from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { ClusterStateBadge } from '../marks';
import { Flash, LongName, RelativeTime } from '../text';
import { AllKinds } from './AllKinds';
import { UnseenKinds } from './UnseenKinds';
import styles from './Clusters.module.css';

export function ClusterCard({ cluster }: { cluster: ClusterStatus }) {
  const t = useMessages();
  const headingId = useId();
  const { name, title, state, lastSync, message, kinds, workloads } = cluster;
  const seen = kinds.filter(kind => kind.state === 'listed').length;
  const unseen = kinds.filter(
    kind => kind.state === 'forbidden' || kind.state === 'failed',
  );
  return (
    <section className={styles.cluster} aria-labelledby={headingId}>
      <header className={styles.header}>
        <h2 id={headingId} className={styles.title}>
          <LongName name={title ?? name} />
        </h2>
        <Flash value={state}>
          <ClusterStateBadge state={state} />
        </Flash>
        <span className={styles.facts}>
          {lastSync ? (
            <>
              <span>{t('clusters.workloads', { count: workloads })}</span>
              <span>{t('clusters.kindsSeen', { count: seen })}</span>
              <span>
                {t('clusters.lastSync')} <RelativeTime time={lastSync} />
              </span>
            </>
          ) : (
            t('clusters.never')
          )}
        </span>
      </header>
      {message && <p className={styles.message}>{message}</p>}
      {unseen.length > 0 && (
        <UnseenKinds cluster={title ?? name} kinds={unseen} />
      )}
      {kinds.length > 0 && <AllKinds kinds={kinds} />}
    </section>
  );
}
