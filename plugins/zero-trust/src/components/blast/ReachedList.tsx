/** What is reached, nearest first; one of them can be chosen to see the way to it. */
import { useId, useState } from 'react';
import clsx from 'clsx';
import { EntityRefLink } from '@backstage/plugin-catalog-react';
import type {
  EntityBlastRadius,
  ReachedWorkload,
  WorkloadRef,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { RiRouteLine } from '@remixicon/react';
import { useMessages } from '../../hooks/useMessages';
import { useSearchState } from '../../hooks/useSearchState';
import { pathTo } from '../../connections/path';
import { workloadKey } from '../../connections/peers';
import { Ports } from '../connections/Ports';
import { Glyph } from '../marks';
import { FilterSearch } from '../page';
import { TableFrame } from '../table';
import { LongName } from '../text';
import { WayThere } from './WayThere';
import table from '../table/Table.module.css';
import styles from './Blast.module.css';

export type Blast = EntityBlastRadius['items'][number];

export function ReachedList({ blast }: { blast: Blast }) {
  const t = useMessages();
  const [{ search }, change] = useSearchState(['search']);
  const [chosen, setChosen] = useState<string>();
  const { reached, total, possible, workload } = blast;
  const words = search?.toLocaleLowerCase() ?? '';
  const rows = reached.filter(entry => namesOf(entry).includes(words));
  return (
    <div className={styles.reached}>
      <div className={styles.filters}>
        <FilterSearch
          label={t('blast.search')}
          value={search}
          onChange={next => change({ search: next })}
        />
        {reached.length < total + possible && (
          <span className={styles.muted}>
            {t('blast.cut', {
              shown: String(reached.length),
              total: String(total + possible),
            })}
          </span>
        )}
      </div>
      {rows.length === 0 ? (
        <p className={styles.text}>{t('blast.noMatch')}</p>
      ) : (
        <div className={styles.frame}>
          <TableFrame label={t('blast.reached')}>
            <thead>
              <tr>
                <th scope="col">{t('blast.service')}</th>
                <th scope="col" className={table.number}>
                  {t('blast.hops')}
                </th>
                <th scope="col">{t('blast.via')}</th>
                <th scope="col">{t('connections.ports')}</th>
                <th scope="col">{t('blast.certain')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(entry => (
                <ReachedRow
                  key={workloadKey(entry.workload)}
                  entry={entry}
                  start={workload}
                  reached={reached}
                  isChosen={workloadKey(entry.workload) === chosen}
                  choose={setChosen}
                />
              ))}
            </tbody>
          </TableFrame>
        </div>
      )}
    </div>
  );
}

function namesOf({ workload, title = '' }: ReachedWorkload): string {
  return `${workload.namespace}/${workload.name} ${title}`.toLocaleLowerCase();
}

interface ReachedRowProps {
  entry: ReachedWorkload;
  start: WorkloadRef;
  /** Everything that is reached: the way leads through it. */
  reached: readonly ReachedWorkload[];
  isChosen: boolean;
  choose: (key: string | undefined) => void;
}

function ReachedRow({
  entry,
  start,
  reached,
  isChosen,
  choose,
}: ReachedRowProps) {
  const t = useMessages();
  const { workload, title, entityRef, hops, via, ports, certain } = entry;
  const name = title ?? workload.name;
  const key = workloadKey(workload);
  const wayId = useId();
  return (
    <>
      <tr className={clsx(styles.row, isChosen && styles.chosen)}>
        <th scope="row" className={styles.name}>
          <span className={styles.named}>
            <button
              type="button"
              className={styles.show}
              aria-expanded={isChosen}
              aria-controls={wayId}
              aria-label={t('blast.showPath', { name })}
              title={t('blast.showPath', { name })}
              onClick={() => choose(isChosen ? undefined : key)}
            >
              <RiRouteLine size={16} aria-hidden="true" />
            </button>
            <span className={styles.stack}>
              {entityRef ? (
                <EntityRefLink entityRef={entityRef} hideIcon>
                  <LongName name={name} max={32} />
                </EntityRefLink>
              ) : (
                <span>
                  <LongName name={name} max={32} />
                </span>
              )}{' '}
              <span className={styles.muted}>
                <LongName name={workload.namespace} max={40} /> ·{' '}
                {workload.kind}
              </span>
            </span>
          </span>
        </th>
        <td className={table.number}>{hops}</td>
        <td>
          {workloadKey(via) === workloadKey(start) ? (
            <span className={styles.muted}>{t('blast.directly')}</span>
          ) : (
            <LongName name={`${via.namespace}/${via.name}`} max={36} />
          )}
        </td>
        <td>
          <Ports ports={ports} />
        </td>
        <td>
          <span className={styles.certain}>
            <Glyph
              shape={certain ? 'full' : 'question'}
              tone={certain ? 'low' : 'unknown'}
            />
            {certain ? t('blast.certainYes') : t('blast.certainNo')}
          </span>
        </td>
      </tr>
      <tr id={wayId} className={styles.wayRow} hidden={!isChosen}>
        <td colSpan={5}>
          {isChosen && (
            <WayThere
              path={pathTo(entry, reached, start)}
              start={start}
              target={entry}
            />
          )}
        </td>
      </tr>
    </>
  );
}
