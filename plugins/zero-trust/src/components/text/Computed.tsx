/** What an answer about connections rests on, and how old it is. */
import { useMessages } from '../../hooks/useMessages';
import { formatExact, useRelativeTime } from './RelativeTime';

export interface ComputedProps {
  /** ISO 8601. */
  evaluatedAt: string;
  /** Whatever a mesh says is not in it. */
  isOfNetworkAlone?: boolean;
}

export function Computed({
  evaluatedAt,
  isOfNetworkAlone = false,
}: ComputedProps) {
  const t = useMessages();
  const time = useRelativeTime(evaluatedAt);
  return (
    <>
      {isOfNetworkAlone && `${t('connections.scope')} `}
      <time
        dateTime={evaluatedAt}
        title={formatExact(evaluatedAt, t('locale'))}
      >
        {t('connections.computed', { time })}
      </time>
    </>
  );
}
