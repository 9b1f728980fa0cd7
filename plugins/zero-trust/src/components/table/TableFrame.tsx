/** A table that scrolls by itself where the screen is narrower than it. */
import clsx from 'clsx';
import { ReactNode } from 'react';
import styles from './Table.module.css';

export interface TableFrameProps {
  label: string;
  isDense?: boolean;
  /** Newer rows are on their way. */
  isBusy?: boolean;
  children: ReactNode;
}

export function TableFrame({
  label,
  isDense = false,
  isBusy = false,
  children,
}: TableFrameProps) {
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be scrollable from the keyboard
    <div className={styles.scroll} role="group" aria-label={label} tabIndex={0}>
      <table
        className={clsx(styles.table, isDense && styles.dense)}
        aria-label={label}
        aria-busy={isBusy}
      >
        {children}
      </table>
    </div>
  );
}
