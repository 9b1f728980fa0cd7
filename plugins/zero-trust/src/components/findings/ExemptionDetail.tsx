/** Who allowed a failure, why and until when. */
import type { EntityFinding } from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { formatDay, formatExact } from '../text';
import styles from './FindingDetail.module.css';

export function ExemptionDetail({
  exemption,
}: {
  exemption: NonNullable<EntityFinding['exemption']>;
}) {
  const t = useMessages();
  const { reason, owner, approver, expires } = exemption;
  return (
    <dl className={styles.facts}>
      <dt>{t('findings.exemptionReason')}</dt>
      <dd>{reason}</dd>
      <dt>{t('findings.exemptionOwner')}</dt>
      <dd>{owner}</dd>
      <dt>{t('findings.exemptionApprover')}</dt>
      <dd>{approver}</dd>
      <dt>{t('findings.exemptionExpires')}</dt>
      <dd>
        <time dateTime={expires} title={formatExact(expires, t('locale'))}>
          {formatDay(expires, t('locale'))}
        </time>
      </dd>
    </dl>
  );
}
