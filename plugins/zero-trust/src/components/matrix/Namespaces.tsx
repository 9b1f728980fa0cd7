/** Which namespaces of a cluster reach which, as a matrix and as a table. */
import { RiGridLine } from '@remixicon/react';
import { Skeleton, VisuallyHidden } from '@backstage/ui';
import {
  ClusterStatus,
  zeroTrustClustersReadPermission,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { useNamespaceMatrix } from '../../hooks/useConnections';
import { useMessages } from '../../hooks/useMessages';
import { useClusters } from '../../hooks/usePosture';
import { useSearchState } from '../../hooks/useSearchState';
import { NotRefreshed } from '../card/NotRefreshed';
import { FilterSelect } from '../page';
import { Caveats, ClusterNotice, Failure, Message } from '../state';
import { NamespacesOfCluster } from './NamespacesOfCluster';
import styles from './Namespaces.module.css';

export function Namespaces() {
  const t = useMessages();
  const [{ cluster }, change] = useSearchState(['cluster', 'from', 'to']);
  const { value, error, retry } = useClusters();
  if (!value) {
    return error ? (
      <Failure
        error={error}
        permission={zeroTrustClustersReadPermission.name}
        retry={retry}
      />
    ) : (
      <Loading label={t('clusters.loading')} />
    );
  }
  const chosen = cluster ?? mostTelling(value.items)?.name;
  if (chosen === undefined) {
    return (
      <Message
        icon={RiGridLine}
        title={t('clusters.nothing')}
        hint={t('clusters.nothingHint')}
      />
    );
  }
  const status = value.items.find(({ name }) => name === chosen);
  return (
    <div className={styles.page}>
      {(value.items.length > 1 || cluster) && (
        <div
          className={styles.filters}
          role="group"
          aria-label={t('filter.label')}
        >
          <FilterSelect
            label={t('filter.cluster')}
            value={chosen}
            isNeeded
            options={value.items.map(({ name, title }) => ({
              value: name,
              label: title ?? name,
            }))}
            onChange={next =>
              change({ cluster: next, from: undefined, to: undefined })
            }
          />
        </div>
      )}
      {status ? (
        <OneCluster key={chosen} status={status} />
      ) : (
        <Message
          icon={RiGridLine}
          title={t('matrix.gone', { cluster: chosen })}
        />
      )}
    </div>
  );
}

/** What is shown first: the largest of the clusters that were seen. */
function mostTelling(
  clusters: readonly ClusterStatus[],
): ClusterStatus | undefined {
  const [first] = [...clusters].sort(
    (left, right) =>
      Number(left.lastSync === undefined) -
        Number(right.lastSync === undefined) ||
      right.workloads - left.workloads,
  );
  return first;
}

function OneCluster({ status }: { status: ClusterStatus }) {
  const t = useMessages();
  const { name: cluster, state } = status;
  const { value, error, loadedAt, retry } = useNamespaceMatrix(cluster);
  if (!value) {
    return error ? (
      <Failure
        error={error}
        permission={zeroTrustClustersReadPermission.name}
        retry={retry}
      />
    ) : (
      <Loading label={t('matrix.loading', { cluster })} />
    );
  }
  const notice = <ClusterNotice status={status} />;
  if (value.evaluatedAt === undefined) {
    return state === 'unreachable' ? (
      notice
    ) : (
      <Message
        icon={RiGridLine}
        title={t('matrix.pending', { cluster })}
        hint={t('matrix.pendingHint')}
      />
    );
  }
  if (value.namespaces.length === 0) {
    return (
      <Message
        icon={RiGridLine}
        title={t('matrix.empty', { cluster })}
        hint={t('matrix.emptyHint')}
      />
    );
  }
  return (
    <>
      {error && loadedAt !== undefined && <NotRefreshed since={loadedAt} />}
      {notice}
      <Caveats caveats={value.caveats.map(message => ({ cluster, message }))} />
      <NamespacesOfCluster matrix={value} evaluatedAt={value.evaluatedAt} />
    </>
  );
}

function Loading({ label }: { label: string }) {
  return (
    <div className={styles.page}>
      <VisuallyHidden role="status">{label}</VisuallyHidden>
      <Skeleton width={480} height={28} aria-hidden="true" />
      <Skeleton height={420} aria-hidden="true" />
    </div>
  );
}
