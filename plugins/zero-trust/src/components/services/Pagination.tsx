/** Which part of the list is shown, and the way to the others. */
import { ButtonIcon, Select } from '@backstage/ui';
import { RiArrowLeftSLine, RiArrowRightSLine } from '@remixicon/react';
import { useMessages } from '../../hooks/useMessages';
import { PAGE_SIZES, ServiceQueryState } from './useServiceQuery';
import styles from './Services.module.css';

export interface PaginationProps {
  state: ServiceQueryState;
  totalCount: number;
}

export function Pagination({ state, totalCount }: PaginationProps) {
  const t = useMessages();
  const { offset, limit } = state.query;
  const page = offset / limit;
  const last = Math.min(offset + limit, totalCount);
  return (
    <div className={styles.pagination}>
      <span className={styles.range}>
        {last > offset
          ? t('services.range', {
              first: String(offset + 1),
              last: String(last),
              total: String(totalCount),
            })
          : t('services.count', { count: totalCount })}
      </span>
      <div className={styles.pageSize}>
        <Select
          size="small"
          aria-label={t('services.pageSize')}
          options={PAGE_SIZES.map(size => ({
            value: String(size),
            label: String(size),
          }))}
          value={String(limit)}
          onChange={size => state.resize(Number(size))}
        />
      </div>
      <ButtonIcon
        size="small"
        variant="secondary"
        icon={<RiArrowLeftSLine />}
        aria-label={t('services.previous')}
        isDisabled={page === 0}
        onPress={() => state.goTo(page - 1)}
      />
      <ButtonIcon
        size="small"
        variant="secondary"
        icon={<RiArrowRightSLine />}
        aria-label={t('services.next')}
        isDisabled={last >= totalCount}
        onPress={() => state.goTo(page + 1)}
      />
    </div>
  );
}
