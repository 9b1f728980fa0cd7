/** Says that what is shown may no longer be so. */
import { useMessages } from '../../hooks/useMessages';
import { Notice } from '../state';
import { useRelativeTime } from '../text';

/** @param since - milliseconds since the epoch */
export function NotRefreshed({ since }: { since: number }) {
  const t = useMessages();
  const time = useRelativeTime(new Date(since).toISOString());
  return <Notice>{t('state.notRefreshed', { time })}</Notice>;
}
