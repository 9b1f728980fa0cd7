/** What falls with a service if somebody takes it over: how much, what, and on which way. */
import { RiTimerLine } from '@remixicon/react';
import { Skeleton, VisuallyHidden } from '@backstage/ui';
import { zeroTrustPostureReadPermission } from '@backstage-zero-trust/plugin-zero-trust-common';
import { useEntityBlastRadius } from '../../hooks/useConnections';
import { useMessages } from '../../hooks/useMessages';
import { workloadKey } from '../../connections/peers';
import { NotRefreshed } from '../card/NotRefreshed';
import { Caveats, Failure, Message } from '../state';
import { Computed } from '../text';
import { WorkloadBlast } from './WorkloadBlast';
import styles from './Blast.module.css';

export interface EntityBlastRadiusProps {
  entityRef: string;
  name: string;
}

export function EntityBlastRadius({ entityRef, name }: EntityBlastRadiusProps) {
  const t = useMessages();
  const { value, error, loadedAt, retry } = useEntityBlastRadius(entityRef);
  if (!value) {
    return error ? (
      <Failure
        error={error}
        permission={zeroTrustPostureReadPermission.name}
        retry={retry}
      />
    ) : (
      <div className={styles.page}>
        <VisuallyHidden role="status">
          {t('blast.loading', { name })}
        </VisuallyHidden>
        <Skeleton width={480} height={28} aria-hidden="true" />
        <Skeleton height={84} aria-hidden="true" />
        <Skeleton height={240} aria-hidden="true" />
      </div>
    );
  }
  if (value.evaluatedAt === undefined || value.items.length === 0) {
    return (
      <Message
        icon={RiTimerLine}
        title={t('blast.pending', { name })}
        hint={t('connections.pendingHint')}
      />
    );
  }
  const clusters = new Set(value.items.map(({ cluster }) => cluster));
  return (
    <section className={styles.page} aria-label={t('blast.label')}>
      {error && loadedAt !== undefined && <NotRefreshed since={loadedAt} />}
      <Caveats caveats={value.caveats} isNamed={clusters.size > 1} />
      {value.items.map(item => (
        <WorkloadBlast
          key={`${item.cluster} ${workloadKey(item.workload)}`}
          blast={item}
          isOneOfMany={value.items.length > 1}
          cluster={clusters.size > 1 ? item.cluster : undefined}
        />
      ))}
      <p className={styles.muted}>
        <Computed evaluatedAt={value.evaluatedAt} isOfNetworkAlone />
      </p>
    </section>
  );
}
