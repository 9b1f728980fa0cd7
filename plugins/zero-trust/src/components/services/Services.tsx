/** The fleet's services, worst first; filtered, sorted and paged by the server. */
import { useMemo } from 'react';
import { RiShieldLine } from '@remixicon/react';
import {
  ServiceList,
  zeroTrustPostureReadPermission,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { useServices } from '../../hooks/usePosture';
import { NotRefreshed } from '../card/NotRefreshed';
import { Failure, Message } from '../state';
import { Pagination } from '../table';
import { Announce } from '../text';
import { LevelCounts } from './LevelCounts';
import { ServiceFilters } from './ServiceFilters';
import { ServicesSkeleton } from './ServicesSkeleton';
import { ServicesTable } from './ServicesTable';
import { useServiceQuery } from './useServiceQuery';
import styles from './Services.module.css';

export function Services() {
  const t = useMessages();
  const state = useServiceQuery();
  const { value, error, loadedAt, isStale, retry } = useServices(state.query);
  if (!value) {
    return error ? (
      <Failure
        error={error}
        permission={zeroTrustPostureReadPermission.name}
        retry={retry}
      />
    ) : (
      <ServicesSkeleton />
    );
  }
  const known = Object.values(value.levels).reduce((sum, n) => sum + n, 0);
  if (known === 0) {
    return (
      <Message
        icon={RiShieldLine}
        title={t('services.nothing')}
        hint={t('services.nothingHint')}
      />
    );
  }
  return (
    <div className={styles.services}>
      {error && loadedAt !== undefined && <NotRefreshed since={loadedAt} />}
      <LevelCounts
        levels={value.levels}
        selected={state.query.level}
        onSelect={level => state.filter({ level })}
      />
      <ServiceFilters state={state} owners={value.owners} />
      {value.items.length === 0 ? (
        <p>{t('services.none')}</p>
      ) : (
        <ServicesTable
          services={value.items}
          view={value.question}
          isBusy={isStale}
          sort={state.query.sort}
          order={state.query.order}
          onSort={state.sortBy}
        />
      )}
      <Pagination
        paging={state.paging}
        totalCount={value.totalCount}
        count={t('services.count', { count: value.totalCount })}
      />
      <Changes key={value.question} list={value} />
    </div>
  );
}

function Changes({ list }: { list: ServiceList }) {
  const t = useMessages();
  const { items } = list;
  const state = useMemo(
    () =>
      Object.fromEntries(
        items.map(({ entityRef, level, score, failing }) => [
          entityRef,
          `${level} ${score} ${failing}`,
        ]),
      ),
    [items],
  );
  return <Announce state={state} say={() => t('services.changed')} />;
}
