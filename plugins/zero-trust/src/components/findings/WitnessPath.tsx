/** A concrete way in, drawn as a small path: who, over what, to where. */
import { RiArrowRightLine } from '@remixicon/react';
import type { Witness } from '@backstage-zero-trust/plugin-zero-trust-common';
import { Messages, useMessages } from '../../hooks/useMessages';
import styles from './FindingDetail.module.css';

export function WitnessPath({ witness }: { witness: Witness }) {
  const t = useMessages();
  const over = describeWay(witness, t);
  return (
    <dl className={styles.path}>
      <div className={styles.end}>
        <dt>{t('findings.from')}</dt>
        <dd>{witness.from}</dd>
      </div>
      <RiArrowRightLine size={16} aria-hidden="true" />
      {over && (
        <>
          <div className={styles.over}>
            <dt>{t('findings.over')}</dt>
            <dd>{over}</dd>
          </div>
          <RiArrowRightLine size={16} aria-hidden="true" />
        </>
      )}
      <div className={styles.end}>
        <dt>{t('findings.to')}</dt>
        <dd>{witness.to}</dd>
      </div>
    </dl>
  );
}

function describeWay(
  { port, protocol, transport, action }: Witness,
  t: Messages,
): string {
  return [
    ...(port === null ? [t('findings.allPorts')] : []),
    ...(typeof port === 'number'
      ? [t('findings.port', { port: String(port) })]
      : []),
    ...(protocol ? [protocol] : []),
    ...(transport ? [t(`findings.transport.${transport}`)] : []),
    ...(action ? [action] : []),
  ].join(', ');
}
