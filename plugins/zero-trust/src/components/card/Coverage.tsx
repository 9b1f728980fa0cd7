/** How complete an answer is: what was judged, what is excused, what nobody knows. */
import type { Summary } from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import styles from './Card.module.css';

export function Coverage({ summary }: { summary: Summary }) {
  const t = useMessages();
  const { exempt, unknown } = summary.counts;
  const parts = [
    t('coverage.judged', {
      count: summary.applicable,
      judged: String(summary.judged),
    }),
    ...(exempt > 0 ? [t('coverage.exempt', { exempt: String(exempt) })] : []),
    ...(unknown > 0
      ? [t('coverage.unknown', { unknown: String(unknown) })]
      : []),
  ];
  return <span className={styles.muted}>{parts.join(' · ')}</span>;
}
