/** The connections of one direction, a row each; a row opens to say why. */
import { useState } from 'react';
import type { EntityConnection } from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { useSteadyOrder } from '../../hooks/useSteadyOrder';
import type { Direction } from '../../connections/peers';
import { TableFrame } from '../table';
import { ConnectionRow } from './ConnectionRow';
import styles from './Connections.module.css';

export interface ConnectionTableProps {
  connections: readonly EntityConnection[];
  direction: Direction;
  /** The question that the rows answer; rows keep their places while it is the same. */
  view: string;
  isBusy?: boolean;
  /** The reader asked about these and no others: they begin open. */
  isChosen?: boolean;
  hasSeveralClusters: boolean;
  hasSeveralWorkloads: boolean;
  hasMesh: boolean;
}

export function ConnectionTable({
  connections,
  direction,
  view,
  isBusy = false,
  isChosen = false,
  hasSeveralClusters,
  hasSeveralWorkloads,
  hasMesh,
}: ConnectionTableProps) {
  const t = useMessages();
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const rows = useSteadyOrder(connections, { idOf: ({ id }) => id, view });
  const toggle = (id: string) => {
    const next = new Set(toggled);
    if (!next.delete(id)) {
      next.add(id);
    }
    setToggled(next);
  };
  return (
    <div className={styles.frame}>
      <TableFrame label={t(`connections.${direction}`)} isBusy={isBusy}>
        <thead>
          <tr>
            <th scope="col">
              {direction === 'in'
                ? t('connections.caller')
                : t('connections.called')}
            </th>
            {hasSeveralWorkloads && <th scope="col">{t('connections.own')}</th>}
            <th scope="col">{t('connections.ports')}</th>
            <th scope="col">
              {hasMesh ? t('connections.mayMesh') : t('connections.may')}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(connection => (
            <ConnectionRow
              key={connection.id}
              connection={connection}
              isOpen={toggled.has(connection.id) !== isChosen}
              toggle={toggle}
              hasSeveralClusters={hasSeveralClusters}
              hasSeveralWorkloads={hasSeveralWorkloads}
            />
          ))}
        </tbody>
      </TableFrame>
    </div>
  );
}
