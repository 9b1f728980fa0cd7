/** What an answer about connections rests on, and how old it is. */
import { useMessages } from '../../hooks/useMessages';
import { formatExact, useRelativeTime } from './RelativeTime';

/** @param evaluatedAt - ISO 8601 */
export function Computed({ evaluatedAt }: { evaluatedAt: string }) {
  const t = useMessages();
  const time = useRelativeTime(evaluatedAt);
  return (
    <>
      {t('connections.scope')}{' '}
      <time
        dateTime={evaluatedAt}
        title={formatExact(evaluatedAt, t('locale'))}
      >
        {t('connections.computed', { time })}
      </time>
    </>
  );
}
