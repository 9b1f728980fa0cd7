/** The worst failures, in full sentences, each with the way to its repair. */
import { Link } from '@backstage/ui';
import { RiArrowRightLine, RiShieldCheckLine } from '@remixicon/react';
import type { EntityFinding } from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { SeverityBadge } from '../marks';
import styles from './WorstFindings.module.css';

export interface WorstFindingsProps {
  findings: readonly EntityFinding[];
  /** Whether every control that applies could be judged. */
  isComplete: boolean;
  linkTo: (findingId: string) => string;
}

export function WorstFindings({
  findings,
  isComplete,
  linkTo,
}: WorstFindingsProps) {
  const t = useMessages();
  if (findings.length === 0) {
    return isComplete ? (
      <p className={styles.clean}>
        <RiShieldCheckLine size={16} aria-hidden="true" />
        {t('card.clean')}
      </p>
    ) : (
      <p className={styles.unsure}>{t('card.cleanAsFar')}</p>
    );
  }
  return (
    <ul className={styles.list} aria-label={t('card.worst')}>
      {findings.map(finding => (
        <li key={finding.id} className={styles.finding}>
          <span className={styles.severity}>
            <SeverityBadge severity={finding.severity} />
          </span>
          <span className={styles.text}>
            <span className={styles.message}>{finding.message}</span>
            {finding.fix && (
              <span className={styles.todo}>{finding.fix.summary}</span>
            )}
          </span>
          <Link
            href={linkTo(finding.id)}
            className={styles.fix}
            aria-label={t('card.fixOf', { message: finding.message })}
          >
            {t('card.fix')}
            <RiArrowRightLine size={16} aria-hidden="true" />
          </Link>
        </li>
      ))}
    </ul>
  );
}
