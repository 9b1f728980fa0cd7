/** The rows of the fleet's list. */
import clsx from 'clsx';
import { Link } from '@backstage/ui';
import { EntityRefLink } from '@backstage/plugin-catalog-react';
import type {
  ServicePosture,
  ServiceSortField,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { useFindingsLink } from '../../hooks/useFindingsLink';
import { Messages, useMessages } from '../../hooks/useMessages';
import { useSteadyOrder } from '../../hooks/useSteadyOrder';
import { LevelBadge, SeverityBadge, Sparkline } from '../marks';
import { SortHeader, TableFrame } from '../table';
import { Flash, LongName } from '../text';
import table from '../table/Table.module.css';
import styles from './Services.module.css';

export interface ServicesTableProps {
  services: readonly ServicePosture[];
  /** The question that the rows answer; rows keep their places while it is the same. */
  view: string;
  isBusy: boolean;
  sort: ServiceSortField;
  order: 'asc' | 'desc';
  onSort: (field: ServiceSortField) => void;
}

export function ServicesTable({
  services,
  view,
  isBusy,
  sort,
  order,
  onSort,
}: ServicesTableProps) {
  const t = useMessages();
  const rows = useSteadyOrder(services, {
    idOf: ({ entityRef }) => entityRef,
    view,
  });
  const sortable = (field: ServiceSortField) => ({
    order: field === sort ? order : undefined,
    onSort: () => onSort(field),
  });
  return (
    <div className={styles.frame}>
      <TableFrame label={t('services.label')} isBusy={isBusy}>
        <thead>
          <tr>
            <SortHeader label={t('services.service')} {...sortable('title')} />
            <SortHeader label={t('services.owner')} {...sortable('owner')} />
            <SortHeader label={t('services.level')} {...sortable('level')} />
            <SortHeader
              label={t('services.score')}
              isNumber
              {...sortable('score')}
            />
            <th scope="col">{t('services.trend')}</th>
            <SortHeader
              label={t('services.failing')}
              isNumber
              {...sortable('failing')}
            />
            <th scope="col">{t('services.worst')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(service => (
            <ServiceRow key={service.entityRef} service={service} />
          ))}
        </tbody>
      </TableFrame>
    </div>
  );
}

function ServiceRow({ service }: { service: ServicePosture }) {
  const t = useMessages();
  const { entityRef, title, owner, level, score, failing, applicable } =
    service;
  return (
    <tr>
      <th scope="row" className={styles.name}>
        <EntityRefLink entityRef={entityRef} hideIcon>
          <LongName name={title} max={32} />
        </EntityRefLink>
      </th>
      <td className={styles.owner}>
        {owner ? (
          <EntityRefLink entityRef={owner} defaultKind="group" hideIcon />
        ) : (
          <span className={styles.muted}>{t('services.noOwner')}</span>
        )}
      </td>
      <td>
        <Flash value={level}>
          <LevelBadge level={level} />
        </Flash>
      </td>
      <td className={table.number}>
        {score === undefined ? (
          <span className={styles.muted}>{t('score.none')}</span>
        ) : (
          <Flash value={String(score)}>{score}</Flash>
        )}
      </td>
      <td>
        <Trend service={service} />
      </td>
      <td className={clsx(table.number, styles.failing)}>
        <Flash value={`${failing}/${applicable}`}>
          {t('services.failingOf', {
            failing: String(failing),
            applicable: String(applicable),
          })}
        </Flash>
      </td>
      <td className={styles.worst}>
        <Worst service={service} />
      </td>
    </tr>
  );
}

function Trend({ service: { history, trend } }: { service: ServicePosture }) {
  const t = useMessages();
  return (
    <span className={styles.trend}>
      {history.length > 1 && (
        <Sparkline history={history} width={56} height={20} />
      )}
      {trend !== undefined && (
        <span className={styles.change} title={describeTrend(trend, t)}>
          {new Intl.NumberFormat(t('locale'), {
            signDisplay: 'exceptZero',
          }).format(trend)}
        </span>
      )}
      {history.length < 2 && trend === undefined && (
        <span className={styles.muted}>{t('history.none')}</span>
      )}
    </span>
  );
}

function describeTrend(trend: number, t: Messages): string {
  if (trend === 0) {
    return t('history.week_same');
  }
  const points = String(Math.abs(trend));
  return trend > 0
    ? t('history.week_up', { points })
    : t('history.week_down', { points });
}

function Worst({ service }: { service: ServicePosture }) {
  const t = useMessages();
  const linkTo = useFindingsLink();
  const { worst, entityRef, judged, applicable } = service;
  if (!worst) {
    return (
      <span className={styles.muted}>
        {judged < applicable
          ? t('services.nothingKnown')
          : t('services.nothingFails')}
      </span>
    );
  }
  return (
    <span className={styles.finding}>
      <SeverityBadge severity={worst.severity} />{' '}
      <Link
        href={linkTo(entityRef, { finding: worst.id })}
        standalone
        color="primary"
        className={styles.message}
        title={worst.message}
      >
        {worst.message}
      </Link>
    </span>
  );
}
