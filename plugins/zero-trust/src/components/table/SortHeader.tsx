/** A column's heading that sorts by it. */
import { RiArrowDownLine, RiArrowUpLine } from '@remixicon/react';
import clsx from 'clsx';
import styles from './Table.module.css';

export interface SortHeaderProps {
  label: string;
  /** Undefined: the table is sorted by something else. */
  order: 'asc' | 'desc' | undefined;
  isNumber?: boolean;
  onSort: () => void;
}

export function SortHeader({
  label,
  order,
  isNumber = false,
  onSort,
}: SortHeaderProps) {
  const Arrow = order === 'desc' ? RiArrowDownLine : RiArrowUpLine;
  return (
    <th
      scope="col"
      className={clsx(isNumber && styles.number)}
      aria-sort={order && (order === 'asc' ? 'ascending' : 'descending')}
    >
      <button type="button" className={styles.sort} onClick={onSort}>
        {label}
        <Arrow
          size={14}
          aria-hidden="true"
          className={clsx(styles.arrow, !order && styles.idle)}
        />
      </button>
    </th>
  );
}
