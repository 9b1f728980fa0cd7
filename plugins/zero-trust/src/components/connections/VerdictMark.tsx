/** A verdict as a word and as the line that stands for it in the graph: whole, dashed, dotted or cut. */
import clsx from 'clsx';
import type { ConnectionAnswer } from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import styles from './VerdictMark.module.css';

type Verdict = ConnectionAnswer['verdict'];

/** The pattern of the line; the same in the graph. */
export const LINES: Record<Verdict, string> = {
  allow: styles.allow,
  conditional: styles.conditional,
  unknown: styles.unknown,
  deny: styles.deny,
};

const WHOLE = 'M1 4h22';
const CUT = 'M1 4h6M17 4h6M9.5 1.5l5 5M14.5 1.5l-5 5';

export interface VerdictMarkProps {
  verdict: Verdict;
  /** What the network lets pass and the mesh refuses. */
  isStopped?: boolean;
}

export function VerdictMark({ verdict, isStopped = false }: VerdictMarkProps) {
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
        <path d={verdict === 'deny' ? CUT : WHOLE} />
      </svg>
      {isStopped
        ? t('connections.stopped')
        : t(`connections.verdict.${verdict}`)}
    </span>
  );
}
