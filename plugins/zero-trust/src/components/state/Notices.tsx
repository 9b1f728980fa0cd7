/** What makes an answer less than whole: clusters that are only partly visible, out of date or out of reach. */
import { ReactNode } from 'react';
import { RiInformationLine } from '@remixicon/react';
import type {
  ClusterStatus,
  EntityPosture,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { useRelativeTime } from '../text';
import styles from './Notices.module.css';

export function Notice({ children }: { children: ReactNode }) {
  return (
    <div className={styles.notice}>
      <RiInformationLine size={16} aria-hidden="true" className={styles.icon} />
      <div>{children}</div>
    </div>
  );
}

/** What a posture and the list of clusters both say of a cluster. */
type SeenCluster = Pick<
  ClusterStatus,
  'name' | 'state' | 'lastSync' | 'message'
>;

function SeenNotice({
  status: { name: cluster, state, message },
  lastSync,
}: {
  status: SeenCluster;
  lastSync: string;
}) {
  const t = useMessages();
  const time = useRelativeTime(lastSync);
  return (
    <Notice>
      {state === 'stale'
        ? t('cluster.notice.stale', { cluster, time })
        : t('cluster.notice.unreachable', { cluster, time })}
      {message && ` ${message}`}
    </Notice>
  );
}

/** Nothing, where the cluster is seen as it is. */
export function ClusterNotice({ status }: { status: SeenCluster }) {
  const t = useMessages();
  const { name: cluster, state, lastSync, message } = status;
  switch (state) {
    case 'ready':
      return null;
    case 'stale':
    case 'unreachable':
      if (lastSync !== undefined) {
        return <SeenNotice status={status} lastSync={lastSync} />;
      }
      return (
        <Notice>
          {t('cluster.notice.never', { cluster })}
          {message && ` ${message}`}
        </Notice>
      );
    default:
      return (
        <Notice>
          {t(`cluster.notice.${state}`, { cluster })}
          {message && ` ${message}`}
        </Notice>
      );
  }
}

export interface NoticesProps {
  posture: EntityPosture;
  name: string;
}

export function Notices({ posture, name }: NoticesProps) {
  const t = useMessages();
  const judgedIn = new Set(posture.clusters.map(({ cluster }) => cluster));
  const unseen = posture.lookedIn.filter(
    cluster =>
      !judgedIn.has(cluster.name) &&
      (cluster.state === 'unreachable' || cluster.state === 'syncing'),
  );
  const partial = posture.clusters.filter(({ state }) => state !== 'ready');
  if (unseen.length + partial.length === 0) {
    return null;
  }
  return (
    <div className={styles.notices}>
      {partial.map(cluster => (
        <ClusterNotice
          key={cluster.cluster}
          status={{ ...cluster, name: cluster.cluster }}
        />
      ))}
      {unseen.map(cluster => (
        <Notice key={cluster.name}>
          {t('cluster.notice.elsewhere', { cluster: cluster.name, name })}
          {cluster.message && ` ${cluster.message}`}
        </Notice>
      ))}
    </div>
  );
}
