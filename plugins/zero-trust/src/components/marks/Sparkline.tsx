/** The score over the last days as a small line, with the same in words. */
import type { HistoryPoint } from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import styles from './Sparkline.module.css';

const DAY = 86_400_000;
const INSET = 3;

export interface SparklineProps {
  history: readonly HistoryPoint[];
  width: number;
  height: number;
}

export function Sparkline({ history, width, height }: SparklineProps) {
  const t = useMessages();
  const first = history[0];
  const last = history[history.length - 1];
  if (history.length < 2) {
    return <span className={styles.none}>{t('history.none')}</span>;
  }
  const start = Date.parse(first.date);
  const days = Math.max(1, (Date.parse(last.date) - start) / DAY);
  const points = history.map(({ date, score }) => ({
    x: INSET + ((Date.parse(date) - start) / DAY / days) * (width - 2 * INSET),
    y: INSET + (1 - score / 100) * (height - 2 * INSET),
  }));
  const line = points.map(({ x, y }) => `${round(x)} ${round(y)}`).join('L');
  const end = points[points.length - 1];
  return (
    <svg
      className={styles.sparkline}
      role="img"
      aria-label={t('history.change', {
        first: String(first.score),
        last: String(last.score),
      })}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
    >
      <path
        className={styles.area}
        d={`M${round(points[0].x)} ${height}L${line}L${round(
          end.x,
        )} ${height}z`}
      />
      <path className={styles.line} d={`M${line}`} />
      <circle
        className={styles.end}
        cx={round(end.x)}
        cy={round(end.y)}
        r="2.5"
      />
    </svg>
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
