/** How long ago something was, with the exact time on hover; it keeps counting. */
import { useMessages } from '../../hooks/useMessages';
import { useNow } from '../../hooks/useNow';

const MINUTE = 60_000;
const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 24 * 60 * MINUTE],
  ['month', 30 * 24 * 60 * MINUTE],
  ['day', 24 * 60 * MINUTE],
  ['hour', 60 * MINUTE],
  ['minute', MINUTE],
  ['second', 1000],
];

/** @param time - ISO 8601 */
export function formatRelative(
  time: string,
  now: number,
  locale: string,
): string {
  // Clocks of different machines differ; nothing was seen in the future.
  const age = Math.max(0, now - Date.parse(time));
  const [unit, length] = UNITS.find(([, size]) => age >= size) ?? UNITS[5];
  return new Intl.RelativeTimeFormat(locale, {
    style: 'short',
    numeric: 'auto',
  }).format(-Math.floor(age / length), unit);
}

/** @param time - ISO 8601 */
export function formatExact(time: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, {
    dateStyle: 'long',
    timeStyle: 'long',
  }).format(new Date(time));
}

/** @param time - ISO 8601 */
export function formatDay(time: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long' }).format(
    new Date(time),
  );
}

/** How long ago `time` (ISO 8601) was, in the reader's language; it keeps counting. */
export function useRelativeTime(time: string): string {
  const t = useMessages();
  const young = Date.now() - Date.parse(time) < MINUTE;
  const now = useNow(young ? 5_000 : MINUTE / 2);
  return formatRelative(time, Math.max(now, Date.now()), t('locale'));
}

export function RelativeTime({ time }: { time: string }) {
  const t = useMessages();
  const relative = useRelativeTime(time);
  return (
    <time dateTime={time} title={formatExact(time, t('locale'))}>
      {relative}
    </time>
  );
}
