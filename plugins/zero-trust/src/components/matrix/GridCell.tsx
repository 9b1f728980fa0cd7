/** One cell of the matrix; its name says in words what its shape says. */
import { forwardRef } from 'react';
import clsx from 'clsx';
import type { NamespaceCell } from '@backstage-zero-trust/plugin-zero-trust-common';
import { stateOf } from '../../connections/matrix';
import { useMessages } from '../../hooks/useMessages';
import { CellMark } from './CellMark';
import styles from './NamespaceGrid.module.css';

export interface GridCellProps {
  place: string;
  columnIndex: number;
  /** In pixels. */
  left: number;
  from: string;
  to: string;
  cell: NamespaceCell | undefined;
  /** The one that the tab key leads to. */
  isActive: boolean;
  isChosen: boolean;
  choose: () => void;
}

export const GridCell = forwardRef<HTMLButtonElement, GridCellProps>(
  function Cell(
    { place, columnIndex, left, from, to, cell, isActive, isChosen, choose },
    ref,
  ) {
    const t = useMessages();
    const state = stateOf(cell);
    const words = t(`matrix.state.${state}`);
    const label =
      from === to
        ? t('matrix.within', { name: from, state: words })
        : t('matrix.cell', { from, to, state: words });
    return (
      <span
        role="gridcell"
        aria-colindex={columnIndex}
        aria-selected={isChosen}
        className={styles.cell}
        style={{ left }}
      >
        <button
          ref={ref}
          type="button"
          data-place={place}
          tabIndex={isActive ? 0 : -1}
          className={clsx(
            styles.button,
            styles[state],
            from === to && styles.own,
            isChosen && styles.chosen,
          )}
          aria-label={label}
          title={label}
          onClick={choose}
        >
          {state !== 'none' && <CellMark state={state} />}
        </button>
      </span>
    );
  },
);
