/** The same service in each of its clusters, the worst first. */
import { Link } from '@backstage/ui';
import type { EntityClusterPosture } from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { ClusterStateBadge, LevelBadge } from '../marks';
import { Flash, LongName, RelativeTime } from '../text';
import styles from './Clusters.module.css';

export interface ClustersProps {
  clusters: readonly EntityClusterPosture[];
  linkTo: (cluster: string) => string;
}

export function Clusters({ clusters, linkTo }: ClustersProps) {
  const t = useMessages();
  return (
    <ul className={styles.list} aria-label={t('cluster.perCluster')}>
      {clusters.map(({ cluster, summary, state, lastSync }) => (
        <li key={cluster} className={styles.cluster}>
          <Link href={linkTo(cluster)} className={styles.name}>
            <LongName name={cluster} max={32} />
          </Link>
          <Flash value={summary.level}>
            <LevelBadge level={summary.level} />
          </Flash>
          <span className={styles.score}>
            {summary.score === undefined ? (
              t('score.none')
            ) : (
              <Flash value={String(summary.score)}>{summary.score}</Flash>
            )}
          </span>
          <span className={styles.freshness}>
            {state !== 'ready' && <ClusterStateBadge state={state} />}
            {lastSync && <RelativeTime time={lastSync} />}
          </span>
        </li>
      ))}
    </ul>
  );
}
