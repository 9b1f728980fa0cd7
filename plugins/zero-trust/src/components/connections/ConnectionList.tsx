/** The part of the list that the server gave, or why it is empty. */
import { RiShieldCheckLine } from '@remixicon/react';
import type { ConnectionsAnswer } from '../../hooks/useConnections';
import { useMessages } from '../../hooks/useMessages';
import type { Direction } from '../../connections/peers';
import { Message } from '../state';
import { Pagination } from '../table';
import { ConnectionTable } from './ConnectionTable';
import type { ConnectionQueryState } from './useConnectionQuery';

export interface ConnectionListProps {
  page: ConnectionsAnswer;
  isBusy: boolean;
  state: ConnectionQueryState;
  name: string;
  direction: Direction;
  hasSeveralClusters: boolean;
  hasSeveralWorkloads: boolean;
  hasMesh: boolean;
}

export function ConnectionList({
  page,
  isBusy,
  state,
  name,
  ...table
}: ConnectionListProps) {
  const t = useMessages();
  const { direction } = table;
  if (page.counts[direction] + page.stopped[direction] === 0) {
    return (
      <Message
        icon={RiShieldCheckLine}
        title={
          direction === 'in'
            ? t('connections.nothing_in', { name })
            : t('connections.nothing_out', { name })
        }
        hint={t(`connections.nothingHint_${direction}`)}
      />
    );
  }
  return (
    <>
      {page.items.length === 0 ? (
        <p>{t('connections.none')}</p>
      ) : (
        <ConnectionTable
          connections={page.items}
          view={page.question}
          isBusy={isBusy}
          {...table}
        />
      )}
      <Pagination
        paging={state.paging}
        totalCount={page.totalCount}
        count={t('connections.count', { count: page.totalCount })}
      />
    </>
  );
}
