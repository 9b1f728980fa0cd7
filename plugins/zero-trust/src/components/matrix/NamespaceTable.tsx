/** The same as a table: what is open between two namespaces, the widest first, and after that what is open within one. */
import { useMemo } from 'react';
import type {
  NamespaceCell,
  NamespaceMatrix,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { stateOf } from '../../connections/matrix';
import { PAGING, pagingWith, readPaging } from '../../hooks/paging';
import { useMessages } from '../../hooks/useMessages';
import { useSearchState } from '../../hooks/useSearchState';
import { FilterSearch } from '../page';
import { Pagination, TableFrame } from '../table';
import { LongName } from '../text';
import { CellMark } from './CellMark';
import table from '../table/Table.module.css';
import styles from './Namespaces.module.css';

interface Row extends NamespaceCell {
  source: string;
  destination: string;
}

function rowsOf({ namespaces, cells }: NamespaceMatrix, search: string): Row[] {
  const words = search.toLocaleLowerCase();
  return cells
    .map(cell => ({
      ...cell,
      source: namespaces[cell.from].name,
      destination: namespaces[cell.to].name,
    }))
    .filter(
      ({ source, destination }) =>
        source.includes(words) || destination.includes(words),
    )
    .sort(
      (left, right) =>
        Number(left.from === left.to) - Number(right.from === right.to) ||
        right.open - left.open ||
        right.unknown - left.unknown ||
        left.from - right.from ||
        left.to - right.to,
    );
}

export function NamespaceTable({ matrix }: { matrix: NamespaceMatrix }) {
  const t = useMessages();
  const [state, change] = useSearchState(['search', ...PAGING]);
  const { search = '' } = state;
  const rows = useMemo(() => rowsOf(matrix, search), [matrix, search]);
  const { offset, limit } = readPaging(state);
  const number = new Intl.NumberFormat(t('locale'));
  return (
    <>
      <div className={styles.filters}>
        <FilterSearch
          label={t('matrix.search')}
          value={search}
          onChange={next => change({ search: next, page: undefined })}
        />
      </div>
      <div className={styles.frame}>
        <TableFrame label={t('matrix.label')}>
          <thead>
            <tr>
              <th scope="col">{t('matrix.from')}</th>
              <th scope="col">{t('matrix.to')}</th>
              <th scope="col">{t('matrix.stateHeader')}</th>
              <th scope="col" className={table.number}>
                {t('matrix.open')}
              </th>
              <th scope="col" className={table.number}>
                {t('matrix.unknownHeader')}
              </th>
              <th scope="col" className={table.number}>
                {t('matrix.pairs')}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(offset, offset + limit).map(row => (
              <tr key={`${row.from} ${row.to}`}>
                <th scope="row">
                  <LongName name={row.source} max={40} />
                </th>
                <td>
                  <LongName name={row.destination} max={40} />
                </td>
                <td>
                  <span className={styles.word}>
                    <CellMark state={stateOf(row)} />
                    {t(`matrix.state.${stateOf(row)}`)}
                  </span>
                </td>
                <td className={table.number}>{number.format(row.open)}</td>
                <td className={table.number}>{number.format(row.unknown)}</td>
                <td className={table.number}>{number.format(row.pairs)}</td>
              </tr>
            ))}
          </tbody>
        </TableFrame>
      </div>
      <Pagination
        paging={pagingWith(state, change)}
        totalCount={rows.length}
        count={t('matrix.count', { count: rows.length })}
      />
    </>
  );
}
