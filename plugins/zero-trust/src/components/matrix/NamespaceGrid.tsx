/**
 * The matrix: a row for each source, a column for each destination. Only what
 * can be seen is in the page, so that hundreds of namespaces scroll as ten do;
 * one cell is in the tab order, and arrow keys lead to the others.
 */
import { KeyboardEvent, useCallback, useEffect, useRef, useState } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import type { NamespaceMatrix } from '@backstage-zero-trust/plugin-zero-trust-common';
import { Grid } from '../../connections/matrix';
import { useMessages } from '../../hooks/useMessages';
import { LongName } from '../text';
import { GridCell } from './GridCell';
import styles from './NamespaceGrid.module.css';

/** In pixels; the headings stay in view while the cells scroll below them. */
const CELL = 32;
const ROW_HEADING = { least: 104, most: 184 };
const COLUMN_HEADING = { least: 64, most: 160 };
/** Of a letter of a heading, and what is beside the letters. */
const LETTER = 7;
const BESIDE = 28;
const LONGEST = 20;
/** Beyond what can be seen, so that the next step of an arrow key is there already. */
const OVERSCAN = 4;

export interface Place {
  from: number;
  to: number;
}

export interface NamespaceGridProps {
  matrix: NamespaceMatrix;
  grid: Grid;
  /** By indices into the matrix's namespaces. */
  chosen: Place | undefined;
  choose: (place: Place) => void;
}

/** As much room as the longest name needs, within bounds. */
function roomFor(
  longest: number,
  { least, most }: { least: number; most: number },
): number {
  return Math.max(least, Math.min(most, longest * LETTER + BESIDE));
}

interface Step {
  row: number;
  column: number;
}

function stepFor(
  { key, ctrlKey }: KeyboardEvent,
  { row, column }: Step,
  last: number,
): Step | undefined {
  switch (key) {
    case 'ArrowDown':
      return { row: Math.min(last, row + 1), column };
    case 'ArrowUp':
      return { row: Math.max(0, row - 1), column };
    case 'ArrowRight':
      return { row, column: Math.min(last, column + 1) };
    case 'ArrowLeft':
      return { row, column: Math.max(0, column - 1) };
    case 'Home':
      return { row: ctrlKey ? 0 : row, column: 0 };
    case 'End':
      return { row: ctrlKey ? last : row, column: last };
    default:
      return undefined;
  }
}

export function NamespaceGrid({
  matrix,
  grid,
  chosen,
  choose,
}: NamespaceGridProps) {
  const t = useMessages();
  const { namespaces } = matrix;
  const { shown } = grid;
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<Step>({ row: 0, column: 0 });
  const last = shown.length - 1;
  // A refresh may leave fewer namespaces than there were.
  const current = {
    row: Math.min(active.row, last),
    column: Math.min(active.column, last),
  };
  const longest = Math.max(
    ...shown.map(index => namespaces[index].name.length),
  );
  const rowHeading = roomFor(longest, ROW_HEADING);
  const columnHeading = roomFor(longest, COLUMN_HEADING);
  const options = (heading: number) => ({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => CELL,
    paddingStart: heading,
    scrollPaddingStart: heading,
    overscan: OVERSCAN,
    // Rows and columns ask to be drawn while React draws already.
    useFlushSync: false,
  });
  const rows = useVirtualizer(options(columnHeading));
  const columns = useVirtualizer({
    ...options(rowHeading),
    horizontal: true,
  });
  const toFocus = useRef<string>();

  const focusCell = useCallback((element: HTMLElement | null) => {
    if (element && element.dataset.place === toFocus.current) {
      toFocus.current = undefined;
      element.focus({ preventScroll: true });
    }
  }, []);

  const goTo = (step: Step) => {
    setActive(step);
    toFocus.current = `${step.row} ${step.column}`;
    rows.scrollToIndex(step.row);
    columns.scrollToIndex(step.column);
  };

  // The cell may be there already; if not, it takes the focus when it comes.
  useEffect(() => {
    focusCell(
      scroller.current?.querySelector<HTMLElement>(
        `[data-place="${toFocus.current}"]`,
      ) ?? null,
    );
  });

  return (
    <div ref={scroller} className={styles.scroller}>
      <div
        role="grid"
        tabIndex={-1}
        aria-label={t('matrix.label')}
        aria-rowcount={shown.length + 1}
        aria-colcount={shown.length + 1}
        className={styles.grid}
        onKeyDown={event => {
          const step = stepFor(event, current, last);
          if (step) {
            event.preventDefault();
            goTo(step);
          }
        }}
        style={{
          width: columns.getTotalSize(),
          height: rows.getTotalSize(),
        }}
      >
        <div
          role="row"
          aria-rowindex={1}
          className={styles.heads}
          style={{ height: columnHeading }}
        >
          <span
            role="columnheader"
            aria-colindex={1}
            className={styles.corner}
            style={{ width: rowHeading }}
          >
            {t('matrix.corner')}
          </span>
          {columns.getVirtualItems().map(({ index, start }) => (
            <span
              key={index}
              role="columnheader"
              aria-colindex={index + 2}
              className={styles.columnHead}
              style={{ left: start, width: CELL }}
            >
              <span className={styles.turned}>
                <LongName name={namespaces[shown[index]].name} max={LONGEST} />
              </span>
            </span>
          ))}
        </div>
        {rows.getVirtualItems().map(row => (
          <div
            key={row.index}
            role="row"
            aria-rowindex={row.index + 2}
            className={styles.row}
            style={{ top: row.start, height: CELL }}
          >
            <span
              role="rowheader"
              aria-colindex={1}
              className={styles.rowHead}
              style={{ width: rowHeading }}
            >
              <LongName
                name={namespaces[shown[row.index]].name}
                max={LONGEST}
              />
            </span>
            {columns.getVirtualItems().map(column => {
              const from = shown[row.index];
              const to = shown[column.index];
              return (
                <GridCell
                  key={column.index}
                  ref={focusCell}
                  place={`${row.index} ${column.index}`}
                  columnIndex={column.index + 2}
                  left={column.start}
                  from={namespaces[from].name}
                  to={namespaces[to].name}
                  cell={grid.cell(from, to)}
                  isActive={
                    row.index === current.row && column.index === current.column
                  }
                  isChosen={chosen?.from === from && chosen.to === to}
                  choose={() => {
                    setActive({ row: row.index, column: column.index });
                    choose({ from, to });
                  }}
                />
              );
            })}
          </div>
        ))}
      </div>
    </div>
  );
}
