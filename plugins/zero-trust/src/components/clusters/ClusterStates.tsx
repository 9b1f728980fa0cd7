/** The clusters: whether they can be seen, how fresh the view is, and what is hidden from it. */
import { useMemo } from 'react';
import { RiServerLine } from '@remixicon/react';
import { Skeleton, VisuallyHidden } from '@backstage/ui';
import { zeroTrustClustersReadPermission } from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { useClusters } from '../../hooks/usePosture';
import { useSteadyOrder } from '../../hooks/useSteadyOrder';
import { NotRefreshed } from '../card/NotRefreshed';
import { Failure, Message } from '../state';
import { Announce } from '../text';
import { ClusterCard } from './ClusterCard';
import styles from './Clusters.module.css';

export function ClusterStates() {
  const t = useMessages();
  const { value, error, loadedAt, retry } = useClusters();
  const clusters = useSteadyOrder(value?.items ?? [], {
    idOf: ({ name }) => name,
    view: 'all',
  });
  const states = useMemo(
    () =>
      Object.fromEntries(
        (value?.items ?? []).map(({ name, state, kinds }) => [
          name,
          [state, ...kinds.map(kind => kind.state)].join(' '),
        ]),
      ),
    [value],
  );
  if (!value) {
    return error ? (
      <Failure
        error={error}
        permission={zeroTrustClustersReadPermission.name}
        retry={retry}
      />
    ) : (
      <div className={styles.clusters}>
        <VisuallyHidden role="status">{t('clusters.loading')}</VisuallyHidden>
        <Skeleton height={120} aria-hidden="true" />
        <Skeleton height={120} aria-hidden="true" />
      </div>
    );
  }
  if (clusters.length === 0) {
    return (
      <Message
        icon={RiServerLine}
        title={t('clusters.nothing')}
        hint={t('clusters.nothingHint')}
      />
    );
  }
  return (
    <div className={styles.clusters}>
      {error && loadedAt !== undefined && <NotRefreshed since={loadedAt} />}
      {clusters.map(cluster => (
        <ClusterCard key={cluster.name} cluster={cluster} />
      ))}
      <Announce state={states} say={() => t('clusters.changed')} />
    </div>
  );
}
