/** A verdict as a word and as the line that stands for it in the graph: whole, dashed or dotted. */
import clsx from 'clsx';
import { useMessages } from '../../hooks/useMessages';
import type { ConnectionVerdict } from '../../connections/peers';
import styles from './VerdictMark.module.css';

/** The pattern of the line; the same in the graph. */
export const LINES: Record<ConnectionVerdict, string> = {
  allow: styles.allow,
  conditional: styles.conditional,
  unknown: styles.unknown,
};

export function VerdictMark({ verdict }: { verdict: ConnectionVerdict }) {
  const t = useMessages();
  return (
    <span className={styles.mark}>
      <svg
        className={clsx(styles.line, LINES[verdict])}
        width="24"
        height="8"
        viewBox="0 0 24 8"
        aria-hidden="true"
      >
        <path d="M1 4h22" />
      </svg>
      {t(`connections.verdict.${verdict}`)}
    </span>
  );
}
