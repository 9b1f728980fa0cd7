/** The rows of the fleet's blast radius. */
import { Link } from '@backstage/ui';
import { EntityRefLink } from '@backstage/plugin-catalog-react';
import type { WorkloadBlastRadius } from '@backstage-zero-trust/plugin-zero-trust-common';
import { useBlastRadiusLink } from '../../hooks/useFindingsLink';
import { useMessages } from '../../hooks/useMessages';
import { useSteadyOrder } from '../../hooks/useSteadyOrder';
import { workloadKey } from '../../connections/peers';
import { TableFrame } from '../table';
import { Flash, LongName } from '../text';
import table from '../table/Table.module.css';
import styles from './Blast.module.css';

export interface FleetBlastTableProps {
  items: readonly WorkloadBlastRadius[];
  /** The question that the rows answer; rows keep their places while it is the same. */
  view: string;
  isBusy: boolean;
}

function keyOf({ cluster, workload }: WorkloadBlastRadius): string {
  return `${cluster} ${workloadKey(workload)}`;
}

export function FleetBlastTable({ items, view, isBusy }: FleetBlastTableProps) {
  const t = useMessages();
  const rows = useSteadyOrder(items, { idOf: keyOf, view });
  return (
    <div className={styles.frame}>
      <TableFrame label={t('blast.fleet')} isBusy={isBusy}>
        <thead>
          <tr>
            <th scope="col">{t('blast.service')}</th>
            <th scope="col">{t('blast.owner')}</th>
            <th scope="col">{t('blast.cluster')}</th>
            <th scope="col" className={table.number}>
              {t('blast.direct')}
            </th>
            <th scope="col" className={table.number}>
              {t('blast.total')}
            </th>
            <th scope="col" className={table.number}>
              {t('blast.perhaps')}
            </th>
            <th scope="col">{t('blast.share')}</th>
            <th scope="col">{t('blast.outside')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(item => (
            <BlastRow key={keyOf(item)} item={item} />
          ))}
        </tbody>
      </TableFrame>
    </div>
  );
}

function BlastRow({ item }: { item: WorkloadBlastRadius }) {
  const t = useMessages();
  const linkTo = useBlastRadiusLink();
  const { workload, entityRef, title, owner, cluster } = item;
  const { direct, total, possible, outOf, outside } = item;
  const number = new Intl.NumberFormat(t('locale'));
  const share = outOf === 0 ? 0 : total / outOf;
  const percent = new Intl.NumberFormat(t('locale'), {
    style: 'percent',
  }).format(share);
  const name = <LongName name={title ?? workload.name} max={32} />;
  return (
    <tr>
      <th scope="row" className={styles.name}>
        <span className={styles.stack}>
          {entityRef ? (
            <EntityRefLink entityRef={entityRef} hideIcon>
              {name}
            </EntityRefLink>
          ) : (
            <span>{name}</span>
          )}{' '}
          <span className={styles.muted}>
            <LongName name={workload.namespace} max={32} /> · {workload.kind}
          </span>
        </span>
      </th>
      <td>
        {owner ? (
          <EntityRefLink entityRef={owner} defaultKind="group" hideIcon />
        ) : (
          <span className={styles.muted}>{t('services.noOwner')}</span>
        )}
      </td>
      <td>
        <LongName name={cluster} max={24} />
      </td>
      <td className={table.number}>
        <Flash value={String(direct)}>{number.format(direct)}</Flash>
      </td>
      <td className={table.number}>
        <Flash value={String(total)}>
          {entityRef ? (
            <Link href={linkTo(entityRef)}>{number.format(total)}</Link>
          ) : (
            number.format(total)
          )}
        </Flash>
      </td>
      <td className={table.number}>{number.format(possible)}</td>
      <td>
        <span
          className={styles.share}
          title={t('blast.ofCluster', { percent })}
        >
          <span className={styles.bar}>
            <span
              className={styles.filled}
              style={{ width: `${share * 100}%` }}
            />
          </span>
          {percent}
        </span>
      </td>
      <td>{outside ? t('blast.outsideYes') : t('blast.outsideNo')}</td>
    </tr>
  );
}
