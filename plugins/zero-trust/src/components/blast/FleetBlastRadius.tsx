/** What falls with each workload of the fleet, the widest first; searched and paged by the server. */
import { useMemo } from 'react';
import { RiFocus3Line } from '@remixicon/react';
import { Button, Skeleton, VisuallyHidden } from '@backstage/ui';
import {
  BlastRadiusList,
  BlastRadiusQuery,
  zeroTrustPostureReadPermission,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { PAGING, pagingWith, readPaging } from '../../hooks/paging';
import { useBlastRadius } from '../../hooks/useConnections';
import { useMessages } from '../../hooks/useMessages';
import { useClusters } from '../../hooks/usePosture';
import { useSearchState } from '../../hooks/useSearchState';
import { workloadKey } from '../../connections/peers';
import { NotRefreshed } from '../card/NotRefreshed';
import { FilterSearch, FilterSelect } from '../page';
import { Caveats, Failure, Message } from '../state';
import { Pagination } from '../table';
import { Announce } from '../text';
import { FleetBlastTable } from './FleetBlastTable';
import styles from './Blast.module.css';

const ROWS = [0, 1, 2, 3, 4, 5, 6, 7];
const PARAMETERS = ['search', 'cluster', ...PAGING] as const;

export function FleetBlastRadius() {
  const t = useMessages();
  const [parameters, change] = useSearchState(PARAMETERS);
  const { search, cluster } = parameters;
  const { offset, limit } = readPaging(parameters);
  const query = useMemo(
    (): BlastRadiusQuery => ({
      offset,
      limit,
      ...(search && { search }),
      ...(cluster && { cluster }),
    }),
    [offset, limit, search, cluster],
  );
  // Who may not see the clusters cannot choose among them; the list works without.
  const clusters = useClusters().value?.items ?? [];
  const { value, error, loadedAt, isStale, retry } = useBlastRadius(query);
  if (!value) {
    return error ? (
      <Failure
        error={error}
        permission={zeroTrustPostureReadPermission.name}
        retry={retry}
      />
    ) : (
      <FleetBlastSkeleton />
    );
  }
  const isFiltered = Boolean(search || cluster);
  if (value.totalCount === 0 && !isFiltered) {
    return (
      <Message
        icon={RiFocus3Line}
        title={t('blast.nothing')}
        hint={t('blast.nothingHint')}
      />
    );
  }
  const filter = (changes: { search?: string; cluster?: string }) =>
    change({ ...changes, page: undefined });
  return (
    <section className={styles.page} aria-label={t('blast.label')}>
      {error && loadedAt !== undefined && <NotRefreshed since={loadedAt} />}
      <Caveats caveats={value.caveats} isNamed />
      <div
        className={styles.filters}
        role="group"
        aria-label={t('filter.label')}
      >
        <FilterSearch
          label={t('blast.search')}
          value={search}
          onChange={next => filter({ search: next })}
        />
        {(clusters.length > 1 || cluster) && (
          <FilterSelect
            label={t('filter.cluster')}
            value={cluster}
            options={clusters.map(({ name, title }) => ({
              value: name,
              label: title ?? name,
            }))}
            onChange={next => filter({ cluster: next })}
          />
        )}
        {isFiltered && (
          <Button
            size="small"
            variant="tertiary"
            onPress={() => filter({ search: undefined, cluster: undefined })}
          >
            {t('filter.clear')}
          </Button>
        )}
      </div>
      {value.items.length === 0 ? (
        <p className={styles.text}>{t('blast.noMatch')}</p>
      ) : (
        <FleetBlastTable
          items={value.items}
          view={value.question}
          isBusy={isStale}
        />
      )}
      <Pagination
        paging={pagingWith(parameters, change)}
        totalCount={value.totalCount}
        count={t('blast.count', { count: value.totalCount })}
      />
      <Changes key={value.question} list={value} />
    </section>
  );
}

function FleetBlastSkeleton() {
  const t = useMessages();
  return (
    <div className={styles.page}>
      <VisuallyHidden role="status">{t('blast.loadingFleet')}</VisuallyHidden>
      <Skeleton width={320} height={32} aria-hidden="true" />
      {ROWS.map(row => (
        <Skeleton key={row} height={44} aria-hidden="true" />
      ))}
    </div>
  );
}

function Changes({ list: { items } }: { list: BlastRadiusList }) {
  const t = useMessages();
  const state = useMemo(
    () =>
      Object.fromEntries(
        items.map(({ cluster, workload, direct, total, possible }) => [
          `${cluster} ${workloadKey(workload)}`,
          `${direct} ${total} ${possible}`,
        ]),
      ),
    [items],
  );
  return <Announce state={state} say={() => t('blast.changed')} />;
}
