/** One cluster's namespaces: the answer, the matrix or the table, and the numbers of a chosen cell. */
import { useMemo } from 'react';
import clsx from 'clsx';
import { Checkbox, ToggleButton, ToggleButtonGroup } from '@backstage/ui';
import type { NamespaceMatrix } from '@backstage-zero-trust/plugin-zero-trust-common';
import {
  CELL_STATES,
  countPairs,
  gridOf,
  stateOf,
} from '../../connections/matrix';
import { useMessages } from '../../hooks/useMessages';
import { useSearchState } from '../../hooks/useSearchState';
import { oneOf } from '../../posture/order';
import { Announce, Computed } from '../text';
import { CellMark } from './CellMark';
import { NamespaceGrid, Place } from './NamespaceGrid';
import { NamespaceTable } from './NamespaceTable';
import gridStyles from './NamespaceGrid.module.css';
import styles from './Namespaces.module.css';

const VIEWS = ['matrix', 'table'] as const;

export interface NamespacesOfClusterProps {
  matrix: NamespaceMatrix;
  evaluatedAt: string;
}

export function NamespacesOfCluster({
  matrix,
  evaluatedAt,
}: NamespacesOfClusterProps) {
  const t = useMessages();
  const [state, change] = useSearchState(['view', 'all', 'from', 'to']);
  const view = oneOf(VIEWS, state.view) ?? 'matrix';
  const grid = useMemo(
    () => gridOf(matrix, state.all === 'true'),
    [matrix, state.all],
  );
  const titles = { matrix: t('matrix.asMatrix'), table: t('matrix.asTable') };
  return (
    <section className={styles.page} aria-label={t('matrix.label')}>
      <div className={styles.answers}>
        <Answer matrix={matrix} />
        <p className={styles.muted}>
          <Computed evaluatedAt={evaluatedAt} isOfNetworkAlone />
        </p>
      </div>
      <div className={styles.filters}>
        <ToggleButtonGroup
          aria-label={t('matrix.view')}
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[view]}
          onSelectionChange={keys => {
            const [key] = keys;
            change({ view: key === 'table' ? 'table' : undefined });
          }}
        >
          {VIEWS.map(one => (
            <ToggleButton key={one} id={one}>
              {titles[one]}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
        {view === 'matrix' && (
          <Checkbox
            isSelected={state.all !== 'true'}
            onChange={isOnly => change({ all: isOnly ? undefined : 'true' })}
          >
            {t('matrix.only')}
          </Checkbox>
        )}
      </div>
      {view === 'table' ? (
        <NamespaceTable matrix={matrix} />
      ) : (
        <MatrixView
          matrix={matrix}
          grid={grid}
          chosen={placeOf(matrix, state)}
          choose={({ from, to }) =>
            change({
              from: matrix.namespaces[from].name,
              to: matrix.namespaces[to].name,
            })
          }
        />
      )}
      <Changes matrix={matrix} />
    </section>
  );
}

/** What the address names, if it is there (still). */
function placeOf(
  { namespaces }: NamespaceMatrix,
  { from, to }: { from?: string; to?: string },
): Place | undefined {
  const index = (name: string | undefined) =>
    namespaces.findIndex(namespace => namespace.name === name);
  const place = { from: index(from), to: index(to) };
  return place.from < 0 || place.to < 0 ? undefined : place;
}

function Answer({ matrix }: { matrix: NamespaceMatrix }) {
  const t = useMessages();
  const { cluster } = matrix;
  const { open, all, unknown, pairs } = useMemo(
    () => countPairs(matrix),
    [matrix],
  );
  const number = new Intl.NumberFormat(t('locale'));
  return (
    <h2 className={styles.answer}>
      {open === 0
        ? t('matrix.answer_none', { cluster })
        : t('matrix.answer', {
            count: open,
            cluster,
            number: number.format(open),
            outOf: number.format(pairs),
            all: number.format(all),
          })}
      {unknown > 0 && (
        <span className={styles.muted}>
          {' '}
          {t('matrix.unknown', {
            count: unknown,
            number: number.format(unknown),
          })}
        </span>
      )}
    </h2>
  );
}

interface MatrixViewProps {
  matrix: NamespaceMatrix;
  grid: ReturnType<typeof gridOf>;
  chosen: Place | undefined;
  choose: (place: Place) => void;
}

function MatrixView({ matrix, grid, chosen, choose }: MatrixViewProps) {
  const t = useMessages();
  if (grid.shown.length === 0) {
    return <p className={styles.text}>{t('matrix.allClosed')}</p>;
  }
  return (
    <>
      <ul className={styles.legend} aria-label={t('matrix.legend')}>
        {CELL_STATES.map(state => (
          <li key={state} className={styles.word}>
            <span className={clsx(gridStyles.swatch, gridStyles[state])}>
              {state !== 'none' && <CellMark state={state} />}
            </span>
            {t(`matrix.state.${state}`)}
          </li>
        ))}
      </ul>
      <div role="status" className={styles.chosen}>
        {chosen ? (
          <Chosen matrix={matrix} grid={grid} place={chosen} />
        ) : (
          <p className={styles.muted}>{t('matrix.hint')}</p>
        )}
      </div>
      <NamespaceGrid
        matrix={matrix}
        grid={grid}
        chosen={chosen}
        choose={choose}
      />
    </>
  );
}

function Chosen({
  matrix: { namespaces },
  grid,
  place: { from, to },
}: {
  matrix: NamespaceMatrix;
  grid: MatrixViewProps['grid'];
  place: Place;
}) {
  const t = useMessages();
  const cell = grid.cell(from, to);
  const state = t(`matrix.state.${stateOf(cell)}`);
  const number = new Intl.NumberFormat(t('locale'));
  return (
    <>
      <p className={styles.chosenTitle}>
        {from === to
          ? t('matrix.within', { name: namespaces[from].name, state })
          : t('matrix.cell', {
              from: namespaces[from].name,
              to: namespaces[to].name,
              state,
            })}
      </p>
      <p className={styles.text}>
        {cell
          ? t('matrix.openOf', {
              open: number.format(cell.open),
              pairs: number.format(cell.pairs),
            })
          : t('matrix.closed')}
        {cell && cell.unknown > 0 && (
          <>
            {'; '}
            {t('matrix.unknownPairs', {
              unknown: number.format(cell.unknown),
            })}
          </>
        )}
        {cell && '.'}
      </p>
    </>
  );
}

function Changes({
  matrix: { cluster, namespaces, cells },
}: {
  matrix: NamespaceMatrix;
}) {
  const t = useMessages();
  const state = useMemo(
    () =>
      Object.fromEntries(
        cells.map(cell => [
          `${namespaces[cell.from].name} ${namespaces[cell.to].name}`,
          `${cell.open} ${cell.unknown} ${cell.pairs}`,
        ]),
      ),
    [namespaces, cells],
  );
  return (
    <Announce state={state} say={() => t('matrix.changed', { cluster })} />
  );
}
