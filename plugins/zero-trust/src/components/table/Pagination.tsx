/** Which part of the list is shown, and the way to the others. */
import { ButtonIcon, Select } from '@backstage/ui';
import { RiArrowLeftSLine, RiArrowRightSLine } from '@remixicon/react';
import { useMessages } from '../../hooks/useMessages';
import { PAGE_SIZES, Paging } from '../../hooks/paging';
import styles from './Pagination.module.css';

export interface PaginationProps {
  paging: Paging;
  totalCount: number;
  /** How many there are, in words; said where there are no parts to go to. */
  count: string;
}

export function Pagination({ paging, totalCount, count }: PaginationProps) {
  const t = useMessages();
  const { offset, limit } = paging;
  const page = offset / limit;
  const last = Math.min(offset + limit, totalCount);
  if (offset === 0 && totalCount <= PAGE_SIZES[0]) {
    return (
      <div className={styles.pagination}>
        <span className={styles.range}>{count}</span>
      </div>
    );
  }
  return (
    <div className={styles.pagination}>
      <span className={styles.range}>
        {last > offset
          ? t('paging.range', {
              first: String(offset + 1),
              last: String(last),
              total: String(totalCount),
            })
          : count}
      </span>
      <div className={styles.pageSize}>
        <Select
          size="small"
          aria-label={t('paging.size')}
          options={PAGE_SIZES.map(size => ({
            value: String(size),
            label: String(size),
          }))}
          value={String(limit)}
          onChange={size => paging.resize(Number(size))}
        />
      </div>
      <ButtonIcon
        size="small"
        variant="secondary"
        icon={<RiArrowLeftSLine />}
        aria-label={t('paging.previous')}
        isDisabled={page === 0}
        onPress={() => paging.goTo(page - 1)}
      />
      <ButtonIcon
        size="small"
        variant="secondary"
        icon={<RiArrowRightSLine />}
        aria-label={t('paging.next')}
        isDisabled={last >= totalCount}
        onPress={() => paging.goTo(page + 1)}
      />
    </div>
  );
}
